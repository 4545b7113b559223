# `cmake --build build/release --target uninstall` removes what the last `cmake --install` put there.
file(WRITE ${CMAKE_BINARY_DIR}/uninstall.cmake [=[
set(manifest "${CMAKE_CURRENT_LIST_DIR}/install_manifest.txt")
if(NOT EXISTS "${manifest}")
  message(FATAL_ERROR "nothing to uninstall: ${manifest} is missing")
endif()
file(STRINGS "${manifest}" installed)
foreach(file IN LISTS installed)
  message(STATUS "removing $ENV{DESTDIR}${file}")
  file(REMOVE "$ENV{DESTDIR}${file}")
endforeach()
]=])
add_custom_target(uninstall COMMAND ${CMAKE_COMMAND} -P ${CMAKE_BINARY_DIR}/uninstall.cmake)
