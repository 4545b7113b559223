# The man pages, from scdoc: tools/NAME/NAME.1.scd and tools/diving-bell.7.scd. They lie in the build tree as they will be
# installed, beside bin: man(1) looks there for whoever has bin on PATH.
find_program(SCDOC scdoc)
if(NOT SCDOC)
  message(STATUS "scdoc isn't here: the man pages are not built; tools/*/*.scd can be read as they are")
  return()
endif()

set(manual ${CMAKE_BINARY_DIR}/share/man)
file(MAKE_DIRECTORY ${manual}/man1 ${manual}/man7)
set(pages)
file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/*.scd ${PROJECT_SOURCE_DIR}/tools/*/*.scd)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME_WLE)  # ns-enter.1
  string(REGEX REPLACE ".*\\." "man" folder ${name})
  set(page ${manual}/${folder}/${name})
  add_custom_command(
    OUTPUT ${page}
    COMMAND sh -c "\"$1\" <\"$2\" >\"$3.new\" && mv -f \"$3.new\" \"$3\"" sh ${SCDOC} ${source} ${page}
    DEPENDS ${source}
    COMMENT "Rendering ${name}"
    VERBATIM)
  list(APPEND pages ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/${folder})
endforeach()
add_custom_target(manual ALL DEPENDS ${pages})

# `man bundle-run exec` and `man bundle-run-exec`, as runc's users look for it.
foreach(verb spec plan chain run create start exec state kill delete list ps pause resume update events features)
  file(CONFIGURE OUTPUT ${manual}/man1/bundle-run-${verb}.1 CONTENT ".so man1/bundle-run.1\n")
  install(FILES ${manual}/man1/bundle-run-${verb}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endforeach()
