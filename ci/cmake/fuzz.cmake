# SPDX-License-Identifier: Apache-2.0
# Fuzz targets: harness/MODULE/NAME_fuzz.cpp. Every build runs each for a short while, from seeds
# and with a generator of our own; with the preset `fuzz` (clang) they are libFuzzer's.

# tailrace_fuzz(MODULE NAME EXECUTIONS SEEDS...)
function(tailrace_fuzz module name executions)
  add_executable(fuzz_${name} harness/${module}/${name}_fuzz.cpp)
  if(TAILRACE_FUZZ)
    # Nothing that is linked here needs record and net, and clang 16 does not read record.
    target_link_libraries(fuzz_${name} PRIVATE tailrace_wire ${TAILRACE_THIRD_${module}})
    if(NOT module STREQUAL wire)
      target_sources(fuzz_${name} PRIVATE ${flow_sources})
    endif()
    if(module STREQUAL capture)
      target_sources(fuzz_${name} PRIVATE ${capture_sources})
    endif()
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    target_link_libraries(fuzz_${name} PRIVATE tailrace_${module})
    target_sources(fuzz_${name} PRIVATE harness/base/fuzz_driver.cpp)
    add_test(NAME fuzz_${name} COMMAND fuzz_${name} ${executions} 1 ${ARGN}
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(fuzz_${name} PROPERTIES TIMEOUT 300)
  endif()
endfunction()

if(BUILD_TESTING)
  tailrace_fuzz(wire http 200000 fixtures/fuzz/http)
  tailrace_fuzz(wire sse 200000 fixtures/fuzz/sse)
  tailrace_fuzz(wire jsonrpc 200000 fixtures/fuzz/jsonrpc)
  tailrace_fuzz(flow segment 200000 fixtures/fuzz/segment)
  tailrace_fuzz(flow tcp 20000 fixtures/captures)
  tailrace_fuzz(capture capture 20000 fixtures/captures fixtures/fuzz/capture)
endif()

# That they bite: the check of bounds is taken out of a copy of the one reader of packet bytes, and
# the target must find the read beyond them.
if(BUILD_TESTING AND NOT TAILRACE_SANITIZE AND NOT TAILRACE_FUZZ AND NOT TAILRACE_STATIC)
  set(reader harness/flow/network_header.h)
  set(planted ${PROJECT_BINARY_DIR}/planted)
  file(READ ${reader} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${reader})
  string(REPLACE "if (at >= bytes_.size())" "if (at > bytes_.size() + 64)" broken "${text}")
  if(broken STREQUAL text)
    message(FATAL_ERROR "${reader} holds no check of bounds to take out")
  endif()
  file(CONFIGURE OUTPUT ${planted}/${reader} CONTENT "${broken}" @ONLY)
  add_executable(fuzz_planted harness/flow/segment_fuzz.cpp harness/flow/segment.cpp
    harness/flow/network_header.cpp harness/flow/fragments.cpp harness/base/fuzz_driver.cpp)
  target_include_directories(fuzz_planted BEFORE PRIVATE ${planted})
  target_compile_options(fuzz_planted PRIVATE -fsanitize=address -g1)
  target_link_options(fuzz_planted PRIVATE -fsanitize=address)
  target_link_libraries(fuzz_planted PRIVATE tailrace_base)
  add_test(NAME fuzz_planted COMMAND fuzz_planted 20000 1 fixtures/fuzz/segment
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(fuzz_planted PROPERTIES TIMEOUT 300
    PASS_REGULAR_EXPRESSION "heap-buffer-overflow")
endif()
