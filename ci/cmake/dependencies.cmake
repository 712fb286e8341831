# SPDX-License-Identifier: Apache-2.0
# Finds what Tailrace is built from. Every miss names the Debian package that cures it.

function(tailrace_require found package)
  if(NOT ${found})
    message(FATAL_ERROR "Tailrace needs ${package}: run ci/install, or apt-get install ${package}")
  endif()
endfunction()

if(TAILRACE_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(Threads REQUIRED)
if(NOT TAILRACE_READER_ONLY)
  find_package(Boost 1.81 QUIET)
  tailrace_require(Boost_FOUND libboost1.81-dev)
  find_package(GTest QUIET)
  tailrace_require(GTEST_FOUND libgtest-dev)
endif()
find_package(fmt 9 QUIET)
tailrace_require(fmt_FOUND libfmt-dev)
find_package(OpenSSL QUIET)
tailrace_require(OPENSSL_FOUND libssl-dev)
find_package(CLI11 QUIET)
tailrace_require(CLI11_FOUND libcli11-dev)
find_path(RAPIDJSON_INCLUDE_DIR rapidjson/reader.h)
tailrace_require(RAPIDJSON_INCLUDE_DIR rapidjson-dev)
find_path(PCAP_INCLUDE_DIR pcap/pcap.h)
find_library(PCAP_LIBRARY pcap)
if(NOT TAILRACE_READER_ONLY)  # It does without `pcap --filter` where there is none.
  tailrace_require(PCAP_INCLUDE_DIR libpcap-dev)
  tailrace_require(PCAP_LIBRARY libpcap-dev)
endif()
find_package(ZLIB QUIET)
tailrace_require(ZLIB_FOUND zlib1g-dev)
find_path(ZSTD_INCLUDE_DIR zstd.h)
find_library(ZSTD_LIBRARY zstd)
tailrace_require(ZSTD_INCLUDE_DIR libzstd-dev)
tailrace_require(ZSTD_LIBRARY libzstd-dev)
# Debian has fmt as a shared library only.
set(TAILRACE_FMT fmt::fmt)
if(TAILRACE_STATIC)
  set(TAILRACE_FMT fmt::fmt-header-only)
  add_library(tailrace_static_program OBJECT ci/cmake/static_program.cpp)
  add_link_options(-static)
endif()

# Header-only third parties as system includes: their warnings are not ours to mend. Who links an
# installed Tailrace needs none of their headers, so those stay in the build.
add_library(tailrace_rapidjson INTERFACE)
target_include_directories(tailrace_rapidjson SYSTEM INTERFACE
  $<BUILD_INTERFACE:${RAPIDJSON_INCLUDE_DIR}>)
add_library(tailrace_pcap INTERFACE)
if(PCAP_LIBRARY AND PCAP_INCLUDE_DIR)
  target_include_directories(tailrace_pcap SYSTEM INTERFACE $<BUILD_INTERFACE:${PCAP_INCLUDE_DIR}>)
  target_link_libraries(tailrace_pcap INTERFACE
    $<BUILD_INTERFACE:${PCAP_LIBRARY}> $<INSTALL_INTERFACE:pcap>)
endif()
add_library(tailrace_unpacking INTERFACE)
target_include_directories(tailrace_unpacking SYSTEM INTERFACE
  $<BUILD_INTERFACE:${ZLIB_INCLUDE_DIRS}> $<BUILD_INTERFACE:${ZSTD_INCLUDE_DIR}>)
target_link_libraries(tailrace_unpacking INTERFACE
  $<BUILD_INTERFACE:${ZLIB_LIBRARIES}> $<BUILD_INTERFACE:${ZSTD_LIBRARY}>
  $<INSTALL_INTERFACE:z> $<INSTALL_INTERFACE:zstd>)
if(TAILRACE_READER_ONLY)
  return()
endif()
add_library(tailrace_boost INTERFACE)
target_include_directories(tailrace_boost SYSTEM INTERFACE $<BUILD_INTERFACE:${Boost_INCLUDE_DIRS}>)
# One file in `net` compiles Asio and Beast for the whole harness; the peers do the same for theirs.
target_compile_definitions(tailrace_boost INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(tailrace_boost INTERFACE Threads::Threads)
