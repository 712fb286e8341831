# SPDX-License-Identifier: Apache-2.0
# Warnings and sanitizers for our own code.

add_library(tailrace_flags INTERFACE)
set(warnings
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
if(TAILRACE_WERROR)
  list(APPEND warnings -Werror)
endif()
if(TAILRACE_SANITIZE)
  # g++ warns falsely of library code that a sanitizer has instrumented (its bug 105562).
  list(APPEND warnings -Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13
   AND CMAKE_CXX_FLAGS_RELEASE MATCHES "-O3")
  # g++ 12 warns falsely of "text" + std::string there (its bug 105651). Presets build with -O2.
  list(APPEND warnings -Wno-restrict)
endif()
# Who links an installed Tailrace gets its headers and no warnings of ours.
target_include_directories(tailrace_flags INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/tailrace>)
target_compile_options(tailrace_flags INTERFACE "$<BUILD_INTERFACE:${warnings}>")
target_compile_features(tailrace_flags INTERFACE cxx_std_23)
if(TAILRACE_FUZZ)
  # clang 16 is the first with all of concepts that std::expected of libstdc++ needs, but for the
  # number that says so.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
    -fno-sanitize=null,vptr,alignment,object-size,pointer-overflow  # RapidJSON adds 0 to null.
    -D__cpp_concepts=202002L -Wno-builtin-macro-redefined)
  add_link_options(-fsanitize=address,undefined)
endif()
if(TAILRACE_SANITIZE STREQUAL "address")
  # null, vptr, alignment and object-size cost over a minute on a Beast file and find nothing there.
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer
    -fno-sanitize=null,vptr,alignment,object-size -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(TAILRACE_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  # g++ says of Asio that tsan does not see fences; its synchronisation does not rest on them.
  target_compile_options(tailrace_flags INTERFACE $<BUILD_INTERFACE:-Wno-tsan>)
  add_link_options(-fsanitize=thread)
endif()
