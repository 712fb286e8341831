# SPDX-License-Identifier: Apache-2.0
# tailrace_module(NAME): harness/NAME/*.cpp as library tailrace_NAME, its *_test.cpp as NAME_test.
# Each module links every module before it, so the order of the calls is the order of the design.

include(ci/cmake/reader.cmake)
set(TAILRACE_BEFORE "")
set(TAILRACE_MODULES "")

# Tests of judge read the real catalogue.
set(TAILRACE_TESTS_OF_judge tailrace_catalogue)
set(TAILRACE_TESTS_OF_run tailrace_suites tailrace_catalogue tailrace_reports)
set(TAILRACE_TESTS_OF_cli tailrace_suites tailrace_catalogue tailrace_reports tailrace_rapidjson)

# Third parties by module: the places where their headers may stand.
set(TAILRACE_THIRD_wire tailrace_rapidjson)
set(TAILRACE_THIRD_record OpenSSL::Crypto)
set(TAILRACE_THIRD_net tailrace_boost OpenSSL::SSL)
set(TAILRACE_THIRD_capture tailrace_pcap tailrace_unpacking)
set(TAILRACE_THIRD_peer tailrace_boost OpenSSL::SSL)
set(TAILRACE_THIRD_cli CLI11::CLI11)

function(tailrace_tests name)
  file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/harness/${name}/*_test.cpp")
  if(BUILD_TESTING AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE tailrace_${name} ${TAILRACE_TESTS_OF_${name}}
      ${TAILRACE_THIRD_${name}} GTest::gtest GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE
      TAILRACE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" TAILRACE_BINARY_DIR="${PROJECT_BINARY_DIR}")
    add_test(NAME ${name} COMMAND ${name}_test --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES TIMEOUT 900)
  endif()
endfunction()

macro(tailrace_module name)
  file(GLOB ${name}_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/harness/${name}/*.cpp")
  list(FILTER ${name}_sources EXCLUDE REGEX "(_test|main|_fuzz|fuzz_driver)\\.cpp$")
  list(FILTER ${name}_sources EXCLUDE REGEX "/harness/(${TAILRACE_LEFT_OUT})\\.cpp$")
  if(${name}_sources)
    add_library(tailrace_${name} STATIC ${${name}_sources})
    target_link_libraries(tailrace_${name} PUBLIC tailrace_flags ${TAILRACE_FMT} ${TAILRACE_BEFORE}
      PRIVATE ${TAILRACE_THIRD_${name}})
    list(PREPEND TAILRACE_BEFORE tailrace_${name})
    list(APPEND TAILRACE_MODULES ${name})
  endif()
  tailrace_tests(${name})
endmacro()
