# SPDX-License-Identifier: Apache-2.0
# TAILRACE_TRAINED: what reads captures is laid out by what a capture asks of it. The build makes a
# second copy of those modules that counts, gives it a capture that make_capture writes from a fixed
# seed, and optimises the real ones by the counts, with one another at the link. One thread counts,
# so that the same source gives the same program. Everything is done by one `cmake --build`.

set(trained_modules base wire flow capture)
set(training ${PROJECT_BINARY_DIR}/training)
# Bytes: each kind of connection comes thousands of times, and all is done in a few seconds.
set(training_size 40000000)

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR TAILRACE_SANITIZE OR TAILRACE_FUZZ)
  message(FATAL_ERROR "TAILRACE_TRAINED is for builds of g++ without sanitizers")
endif()
add_executable(train harness/capture/training_main.cpp)
target_include_directories(train PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_features(train PRIVATE cxx_std_23)
target_link_options(train PRIVATE -fprofile-generate)
target_link_libraries(train PRIVATE ${TAILRACE_FMT} Threads::Threads)
foreach(module ${trained_modules})
  target_sources(train PRIVATE ${${module}_sources})
  target_link_libraries(train PRIVATE ${TAILRACE_THIRD_${module}})
  # What the training does not reach is optimised as ever. What the counts make a compiler warn of,
  # the builds without them judge.
  target_compile_options(tailrace_${module} PRIVATE $<BUILD_INTERFACE:-fprofile-use
    -fprofile-partial-training -Wno-missing-profile -w>)
  set_target_properties(tailrace_${module} PROPERTIES INTERPROCEDURAL_OPTIMIZATION ON)
endforeach()
target_compile_options(train PRIVATE -fprofile-generate -w)

if(NOT TARGET make_capture)
  add_executable(make_capture fixtures/bench/make_capture.cpp)
endif()
add_custom_command(OUTPUT ${training}/done
  COMMAND ${CMAKE_COMMAND} -DTRAIN=$<TARGET_FILE:train> -DMAKE_CAPTURE=$<TARGET_FILE:make_capture>
    -DSIZE=${training_size} -DBUILD=${PROJECT_BINARY_DIR} -P ${CMAKE_CURRENT_LIST_DIR}/train.cmake
  DEPENDS train make_capture ${CMAKE_CURRENT_LIST_DIR}/train.cmake
  COMMENT "Training what reads captures" VERBATIM)
add_custom_target(training DEPENDS ${training}/done)
foreach(module ${trained_modules})
  add_dependencies(tailrace_${module} training)
endforeach()
