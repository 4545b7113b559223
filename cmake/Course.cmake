# What the lessons need beside the tools: themselves, the image that they begin with, and the lab. In the build tree the lab
# stands beside the tools, where it is on PATH with them.
foreach(file lab lab-init)
  configure_file(scripts/${file} ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/${file} COPYONLY)
endforeach()
install(PROGRAMS scripts/lab DESTINATION ${CMAKE_INSTALL_BINDIR})
install(PROGRAMS scripts/lab-init DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/diving-bell)

set(course ${CMAKE_INSTALL_DATADIR}/diving-bell)
install(DIRECTORY lessons DESTINATION ${course} USE_SOURCE_PERMISSIONS PATTERN book EXCLUDE)
# scripts/image makes it (scripts/demo does that): a layer, and three small documents that name it.
install(DIRECTORY images/busybox DESTINATION ${course}/images COMPONENT image OPTIONAL)
