# How everything is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# Small rather than fast: a start of a tool takes a page fault for each piece of it that it comes by, and hardly computes.
# What does, reads images: common/CMakeLists.txt.
set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffunction-sections -fdata-sections)
add_compile_definitions(BELL_VERSION="${PROJECT_VERSION}" _GNU_SOURCE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)  # GCC 12 sees overlaps in every string concatenation (its bug 105651)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # With -Os it takes what an empty std::optional doesn't hold for read: its bug 80635. The build without optimisation
  # and clang look at the same code.
  add_compile_options($<$<CONFIG:Release>:-Wno-maybe-uninitialized>)
endif()
# Where all files of a library are compiled as one (CMakePresets.json), names in their namespaces without a name may hide
# each other. That none does in a file by itself, a build with -DCMAKE_UNITY_BUILD=OFF says.
if(CMAKE_UNITY_BUILD)
  add_compile_options(-Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wno-subobject-linkage>)
  endif()
endif()
if(BELL_WERROR)
  add_compile_options(-Werror)
endif()
if(BELL_GUARDS_OFF)
  message(WARNING "BELL_GUARDS_OFF: these tools can be talked out of their protections. Only tests may run them.")
  add_compile_definitions(BELL_GUARDS_OFF)
endif()
if(BELL_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(BELL_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
add_link_options(-Wl,--gc-sections)

# The process tools are static: a chain hop then costs a third, and they work inside a rootfs.
function(bell_tool_linkage target)
  if(BELL_STATIC)
    target_link_options(${target} PRIVATE -static -s)
    # The first exception costs 1 ms less: common/base/unwind.c tells how.
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/common/base/unwind.c)
    set_source_files_properties(${PROJECT_SOURCE_DIR}/common/base/unwind.c PROPERTIES COMPILE_OPTIONS -fno-lto)
    # The linker writes a file in small pieces, and so it lies in the page cache. Written again by one write(2) it lies
    # there in pieces of up to 2 MiB, and a piece that belongs to one mapping as a whole is mapped by one page fault
    # instead of dozens (seen on Linux 6.18). So code, constants and headers are one mapping, too, from
    # the file's first byte on; nobody can write to it.
    # By name, what belongs to one namespace lies together: a start then comes by fewer pieces of the program, a fifth of
    # its page faults less where the page cache holds it in small pieces.
    target_link_options(${target} PRIVATE -Wl,-z,noseparate-code -Wl,--sort-section=name)
    set(file $<TARGET_FILE:${target}>)
    add_custom_command(TARGET ${target} POST_BUILD
                       COMMAND dd if=${file} of=${file}.whole bs=64M iflag=fullblock status=none
                       COMMAND chmod --reference=${file} ${file}.whole
                       COMMAND mv -f ${file}.whole ${file})
    target_link_options(${target} PRIVATE -Wl,--eh-frame-hdr -Wl,--wrap=__register_frame_info
                                          -Wl,--wrap=__deregister_frame_info)
  endif()
endfunction()

# The layer tools are, too, but for ISA-L and so for libc.
function(bell_layer_tool_linkage target)
  if(NOT BELL_ISAL)
    bell_tool_linkage(${target})
  elseif(BELL_STATIC)
    target_link_options(${target} PRIVATE -static-libstdc++ -static-libgcc -s)
  endif()
endfunction()
# Tools a twentieth smaller and no faster, for two to three times the time: for packages.
if(BELL_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # GCC's own LTO driver works on all cores with this; clang ignores it.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_link_options(-flto=auto -ffunction-sections)
  endif()
endif()
