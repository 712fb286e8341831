# SPDX-License-Identifier: Apache-2.0
# The suites as tests of a vendor's own CTest, one test for each suite, named NAME.SUITE:
#
#   tailrace_add_server_tests(NAME COMMAND command... [ONLY glob...] [OPTIONS option...]
#                             [BASELINE file] [TIMEOUT seconds])
#   tailrace_add_client_tests(NAME COMMAND command... ...)
#
# COMMAND starts the implementation; {port} and {url} stand for what Tailrace gives it, generator
# expressions may stand in it. With ONLY there is one test, NAME, of the scenarios that it selects.
# OPTIONS are further options of `tailrace server` and `tailrace client`; --manifest in them stands
# for COMMAND. A test passes with exit status 0 alone: also what could not be seen fails it. Each
# run's folder is kept below the build folder, for `tailrace report`.

function(tailrace_add_tests role name)
  cmake_parse_arguments(PARSE_ARGV 2 asked "" "BASELINE;TIMEOUT" "COMMAND;ONLY;OPTIONS")
  if(DEFINED asked_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tailrace_add_${role}_tests: unknown word ${asked_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT DEFINED asked_COMMAND AND NOT "--manifest" IN_LIST asked_OPTIONS)
    message(FATAL_ERROR "tailrace_add_${role}_tests: ${name} needs COMMAND or --manifest")
  endif()
  if(NOT DEFINED asked_TIMEOUT)
    set(asked_TIMEOUT 600)  # A suite takes less than two minutes of an implementation that answers.
  endif()
  set(options ${asked_OPTIONS})
  if(DEFINED asked_BASELINE)
    get_filename_component(baseline "${asked_BASELINE}" ABSOLUTE)
    list(APPEND options --baseline ${baseline})
  endif()
  set(suites ${TAILRACE_${role}_SUITES})
  if(DEFINED asked_ONLY)
    set(suites all)
  endif()
  foreach(suite IN LISTS suites)
    set(test ${name}.${suite})
    set(only --only "${suite}.*")
    if(DEFINED asked_ONLY)
      set(test ${name})
      list(TRANSFORM asked_ONLY PREPEND "--only=" OUTPUT_VARIABLE only)
    endif()
    set(command ${asked_COMMAND})
    if(DEFINED asked_COMMAND)
      list(PREPEND command --)
    endif()
    # Tailrace writes over no folder, so that of the test's last run is removed first.
    set(folder ${CMAKE_CURRENT_BINARY_DIR}/tailrace/${test})
    add_test(NAME ${test} COMMAND sh -c "rm -rf \"$1\" && shift && exec \"$@\"" sh ${folder}
      $<TARGET_FILE:Tailrace::tailrace> ${role} --quiet ${only} ${options} --out ${folder}
      ${command} COMMAND_EXPAND_LISTS)
    set_tests_properties(${test} PROPERTIES TIMEOUT ${asked_TIMEOUT} LABELS "tailrace;${role}")
  endforeach()
endfunction()

function(tailrace_add_server_tests name)
  tailrace_add_tests(server ${name} ${ARGN})
endfunction()

function(tailrace_add_client_tests name)
  tailrace_add_tests(client ${name} ${ARGN})
endfunction()
