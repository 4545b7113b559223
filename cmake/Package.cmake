# A tarball that runs where it is unpacked: `cd build/release && cpack`.
#
# What is in it is what `cmake --install` installs, but for the layer tools. Where those are linked with ISA-L, a shared
# library, the tarball gets others, static, with zlib. They are linked only when cpack asks for them.
if(NOT BELL_STATIC)
  return()
endif()

set(portable ${CMAKE_BINARY_DIR}/portable)
add_custom_target(portable)
foreach(tool layer-unpack layer-pack)
  if(BELL_ISAL)
    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/${tool}/*.cpp)
    add_executable(${tool}-portable EXCLUDE_FROM_ALL ${sources} common/image/gunzip_zlib.cpp)
    target_include_directories(${tool}-portable PRIVATE tools/${tool})
    target_link_libraries(${tool}-portable PRIVATE bell_cli bell_image)
    set_target_properties(${tool}-portable PROPERTIES BELL_WITHOUT_ISAL ON OUTPUT_NAME ${tool}
                                                      RUNTIME_OUTPUT_DIRECTORY ${portable})
    bell_tool_linkage(${tool}-portable)
    set(program ${tool}-portable)
  else()
    set(program ${tool})
  endif()
  add_dependencies(portable ${program})
  list(APPEND programs $<TARGET_FILE:${program}>)
endforeach()

# The image is made if nobody has done so yet.
install(
  CODE "execute_process(COMMAND \"${CMAKE_COMMAND}\" --build \"${CMAKE_BINARY_DIR}\" --target portable COMMAND_ERROR_IS_FATAL ANY)
if(NOT EXISTS \"${PROJECT_SOURCE_DIR}/images/busybox\")
  execute_process(COMMAND \"${PROJECT_SOURCE_DIR}/scripts/image\" COMMAND_ERROR_IS_FATAL ANY)
endif()"
  COMPONENT portable EXCLUDE_FROM_ALL)
install(PROGRAMS ${programs} DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT portable EXCLUDE_FROM_ALL)
install(DIRECTORY images/busybox DESTINATION ${course}/images COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT portable EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR TGZ)
set(CPACK_PACKAGE_FILE_NAME ${PROJECT_NAME}-${PROJECT_VERSION}-${CMAKE_SYSTEM_NAME}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_COMPONENTS_ALL Unspecified portable)
set(CPACK_ARCHIVE_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_COMPONENT_INCLUDE_TOPLEVEL_DIRECTORY ON)
set(CPACK_VERBATIM_VARIABLES ON)
include(CPack)
