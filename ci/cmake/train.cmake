# SPDX-License-Identifier: Apache-2.0
# One training run, and its counts to where the compiler looks for them: beside the real objects.

set(training ${BUILD}/training)
file(REMOVE_RECURSE ${training})
file(MAKE_DIRECTORY ${training})
set(counted ${BUILD}/CMakeFiles/train.dir)
file(GLOB_RECURSE old ${counted}/*.gcda)
if(old)
  file(REMOVE ${old})  # Counts of runs before would be added to.
endif()
execute_process(COMMAND ${MAKE_CAPTURE} ${training}/capture.pcap ${SIZE} 1
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${TRAIN} ${training}/capture.pcap COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE ${training}/capture.pcap)
file(GLOB_RECURSE counts RELATIVE ${counted} ${counted}/*.gcda)
foreach(count ${counts})
  string(REGEX MATCH "^harness/([a-z]+)/" of ${count})
  if(CMAKE_MATCH_1)
    configure_file(${counted}/${count}
      ${BUILD}/CMakeFiles/tailrace_${CMAKE_MATCH_1}.dir/${count} COPYONLY)
  endif()
endforeach()
file(TOUCH ${training}/done)
