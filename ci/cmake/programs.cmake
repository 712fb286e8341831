# SPDX-License-Identifier: Apache-2.0
# The programs, and what `cmake --install` puts where.

target_link_libraries(tailrace_cli PUBLIC tailrace_reports)
if(NOT TAILRACE_READER_ONLY)
  include(ci/cmake/templates.cmake)
endif()

add_executable(tailrace harness/cli/main.cpp)
target_link_libraries(tailrace PRIVATE tailrace_cli tailrace_suites tailrace_catalogue)
set_target_properties(tailrace PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
if(TAILRACE_READER_ONLY)
  install(TARGETS tailrace RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  return()
endif()
add_executable(tailrace-gtest harness/cli/gtest_bridge_main.cpp)
target_link_libraries(tailrace-gtest PRIVATE tailrace_cli tailrace_suites tailrace_catalogue
  GTest::gtest)
if(TAILRACE_STATIC)
  foreach(program tailrace tailrace-gtest)
    target_sources(${program} PRIVATE $<TARGET_OBJECTS:tailrace_static_program>)
  endforeach()
endif()
set_target_properties(tailrace-gtest PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})

if(BUILD_TESTING)
  add_executable(tailrace_self_test harness/run/self_test_main.cpp)
  target_link_libraries(tailrace_self_test PRIVATE tailrace_run tailrace_suites tailrace_catalogue)
  set_target_properties(tailrace_self_test PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_test(NAME requirements COMMAND sh -c "$<TARGET_FILE:tailrace> list --requirements | \
    diff -u ${PROJECT_SOURCE_DIR}/suites/catalogue/requirements.txt -")
  add_test(NAME cells COMMAND sh -c "$<TARGET_FILE:tailrace_self_test> --cells | \
    diff -u ${PROJECT_SOURCE_DIR}/fixtures/peers/cells.txt -")
  add_test(NAME self_test COMMAND ${PROJECT_SOURCE_DIR}/ci/self_test ${CMAKE_BINARY_DIR})
  set_tests_properties(self_test PROPERTIES TIMEOUT 900)
endif()

# What ci/bench measures with.
if(BUILD_TESTING)
  add_executable(make_capture fixtures/bench/make_capture.cpp)
  add_executable(load_client fixtures/bench/load_client.cpp)
  target_link_libraries(load_client PRIVATE Threads::Threads)
  add_executable(bare_loop harness/capture/bare_loop_main.cpp)
  target_link_libraries(bare_loop PRIVATE tailrace_pcap)
  foreach(program make_capture load_client bare_loop)
    target_compile_options(${program} PRIVATE -Wall -Wextra -Wpedantic -Wshadow)
    set_target_properties(${program} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  endforeach()
endif()

if(BUILD_TESTING AND NOT TAILRACE_SANITIZE STREQUAL "thread")
  add_test(NAME hostile COMMAND_EXPAND_LISTS
    COMMAND ${PROJECT_SOURCE_DIR}/ci/check_hostile ${CMAKE_BINARY_DIR}
    $<$<BOOL:${TAILRACE_SANITIZE}>:--sanitized>)
  set_tests_properties(hostile PROPERTIES TIMEOUT 900)
endif()

if(BUILD_TESTING)
  add_test(NAME packets COMMAND ${PROJECT_SOURCE_DIR}/ci/check_packets ${CMAKE_BINARY_DIR})
  set_tests_properties(packets PROPERTIES TIMEOUT 900)
  add_test(NAME console COMMAND ${PROJECT_SOURCE_DIR}/ci/check_console ${CMAKE_BINARY_DIR})
  add_test(NAME layout COMMAND ${PROJECT_SOURCE_DIR}/ci/check_layout)
  add_test(NAME layout_self_test COMMAND ${PROJECT_SOURCE_DIR}/ci/check_layout --self-test)
endif()
