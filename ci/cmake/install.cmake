# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where: the programs with manual and completions; for those who use
# find_package(Tailrace) the libraries, their headers, and the functions of TailraceTests.cmake.

include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/Tailrace)

install(TARGETS tailrace tailrace-gtest EXPORT TailraceTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

# What Debian wants of each package.
set(CPACK_PACKAGE_CONTACT "Tailrace authors <tailrace@example.invalid>")
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
set(changelog ${PROJECT_BINARY_DIR}/debian/changelog)
file(CONFIGURE OUTPUT ${changelog} CONTENT
"tailrace (@PROJECT_VERSION@) unstable; urgency=medium

  * What has changed stands in the history of the repository.

 -- @CPACK_PACKAGE_CONTACT@  @now@
" @ONLY)
execute_process(COMMAND gzip -9nkf ${changelog} COMMAND_ERROR_IS_FATAL ANY)
foreach(package tailrace libtailrace-dev)
  set(component program)
  if(package STREQUAL libtailrace-dev)
    set(component development)
  endif()
  install(FILES ci/cmake/copyright ${changelog}.gz
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${package} COMPONENT ${component})
endforeach()
# Its options are those of tailrace.
set(alias ${PROJECT_BINARY_DIR}/debian/tailrace-gtest.1)
file(WRITE ${alias} ".so man1/tailrace.1\n")
execute_process(COMMAND gzip -9nkf ${alias} COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${alias}.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)

# Manual and completions are printed by the program itself. One built for a sanitizer prints them
# slowly, and nobody installs it.
if(NOT TAILRACE_SANITIZE AND NOT CMAKE_CROSSCOMPILING)
  set(texts "")
  # A file whose name ends in .gz is packed, without its time.
  function(tailrace_text file destination)
    set(path ${PROJECT_BINARY_DIR}/texts/${file})
    set(written ${path})
    set(packing "")
    if(file MATCHES "[.]gz$")
      string(REGEX REPLACE "[.]gz$" "" written ${path})
      set(packing COMMAND gzip -9nf ${written})
    endif()
    add_custom_command(OUTPUT ${path} COMMAND tailrace ${ARGN} > ${written} ${packing}
      DEPENDS tailrace VERBATIM)
    install(FILES ${path} DESTINATION ${CMAKE_INSTALL_DATADIR}/${destination} COMPONENT program)
    set(texts ${texts} ${path} PARENT_SCOPE)
  endfunction()
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/texts)
  tailrace_text(tailrace.1.gz man/man1 man)
  tailrace_text(tailrace bash-completion/completions completion bash)
  tailrace_text(_tailrace zsh/vendor-completions completion zsh)
  tailrace_text(tailrace.fish fish/vendor_completions.d completion fish)
  add_custom_target(texts ALL DEPENDS ${texts})
endif()

# The libraries. Those of the command line are the program's own.
list(REMOVE_ITEM TAILRACE_MODULES cli)
set(libraries flags pcap unpacking boost rapidjson ${TAILRACE_MODULES} reports suites catalogue)
foreach(library IN LISTS libraries)
  set_target_properties(tailrace_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS tailrace_${library} EXPORT TailraceTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endforeach()
foreach(folder harness reports suites)
  install(DIRECTORY ${folder} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tailrace
    COMPONENT development FILES_MATCHING PATTERN "*.h" PATTERN cli EXCLUDE PATTERN golden EXCLUDE)
endforeach()

# The suites that have something to ask of each role, by the files of their scenarios.
foreach(role server client)
  file(GLOB files RELATIVE ${PROJECT_SOURCE_DIR}/suites CONFIGURE_DEPENDS
    ${PROJECT_SOURCE_DIR}/suites/*/*${role}_*.cpp)
  list(TRANSFORM files REPLACE "/.*" "")
  list(REMOVE_DUPLICATES files)
  set(TAILRACE_${role}_SUITES ${files})
endforeach()
configure_package_config_file(ci/cmake/TailraceConfig.cmake.in
  ${PROJECT_BINARY_DIR}/TailraceConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/TailraceConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/TailraceConfig.cmake
  ${PROJECT_BINARY_DIR}/TailraceConfigVersion.cmake ci/cmake/TailraceTests.cmake
  DESTINATION ${package_folder} COMPONENT development)
install(EXPORT TailraceTargets NAMESPACE Tailrace:: DESTINATION ${package_folder}
  COMPONENT development)
