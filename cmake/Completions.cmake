# Completions for bash, zsh and fish, from what the tools that were built say of themselves: cmake/completions. They lie in
# the build tree as they will be installed, beside bin.
if(CMAKE_CROSSCOMPILING)
  message(STATUS "these tools don't run here: no completions are made")
  return()
endif()

get_property(tools GLOBAL PROPERTY bell_tools)
set(share ${CMAKE_BINARY_DIR}/share)
set(files)
foreach(tool IN LISTS tools)
  set(bash bash-completion/completions/${tool})
  set(zsh zsh/site-functions/_${tool})
  set(fish fish/vendor_completions.d/${tool}.fish)
  add_custom_command(
    OUTPUT ${share}/${bash} ${share}/${zsh} ${share}/${fish}
    COMMAND ${PROJECT_SOURCE_DIR}/cmake/completions $<TARGET_FILE_DIR:${tool}> ${share} ${tool}
    DEPENDS ${tool} ${PROJECT_SOURCE_DIR}/cmake/completions ${PROJECT_SOURCE_DIR}/cmake/completion.bash
    COMMENT "Asking ${tool} for its options"
    VERBATIM)
  foreach(file ${bash} ${zsh} ${fish})
    get_filename_component(folder ${file} DIRECTORY)
    install(FILES ${share}/${file} DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder})
    list(APPEND files ${share}/${file})
  endforeach()
endforeach()
add_custom_target(completions ALL DEPENDS ${files})
