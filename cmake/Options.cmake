# How everything is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -ffunction-sections -fdata-sections)
add_compile_definitions(BELL_VERSION="${PROJECT_VERSION}" _GNU_SOURCE)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)  # GCC 12 sees overlaps in every string concatenation (its bug 105651)
endif()
# Where all files of a library are compiled as one (CMakePresets.json), names in their namespaces without a name may hide
# each other. That none does in a file by itself, a build with -DCMAKE_UNITY_BUILD=OFF says.
if(CMAKE_UNITY_BUILD)
  add_compile_options(-Wno-shadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-subobject-linkage)
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
    # The linker writes a file in small pieces, and so it lies in the page cache: written again in one go it is mapped in
    # large pieces, and each start costs 0.14 ms less.
    add_custom_command(TARGET ${target} POST_BUILD COMMAND cp $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.whole
                       COMMAND mv -f $<TARGET_FILE:${target}>.whole $<TARGET_FILE:${target}>)
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
# Tools a twentieth smaller and no faster, for three times the time: for packages.
if(BELL_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # GCC's own LTO driver works on all cores with this; clang ignores it.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_link_options(-flto=auto)
  endif()
endif()
