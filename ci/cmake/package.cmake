# SPDX-License-Identifier: Apache-2.0
# `cpack` makes two Debian packages of what is installed: tailrace and libtailrace-dev.

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tailrace)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Conformance tests of the MCP Streamable HTTP transport")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# What the programs need is read from them, so a list cannot grow stale.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME tailrace)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
  "Judges clients and servers, and explains the waits in packet captures.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtailrace-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
  "tailrace (= ${PROJECT_VERSION}), libfmt-dev, libssl-dev, libpcap-dev, zlib1g-dev, libzstd-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
  "The libraries, and find_package(Tailrace) with its functions for CTest.")
include(CPack)
