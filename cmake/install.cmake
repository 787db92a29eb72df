include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# A header-only library is the same for every architecture: share/, not lib/.
set(package_folder ${CMAKE_INSTALL_DATADIR}/cmake/hillock)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/hillock DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp")
install(TARGETS hillock EXPORT hillock-targets INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT hillock-targets NAMESPACE hillock:: DESTINATION ${package_folder})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/hillock-config.cmake.in
  ${PROJECT_BINARY_DIR}/hillock-config.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hillock-config-version.cmake
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES
  ${PROJECT_BINARY_DIR}/hillock-config.cmake
  ${PROJECT_BINARY_DIR}/hillock-config-version.cmake
  ${PROJECT_SOURCE_DIR}/cmake/dependencies.cmake
  ${PROJECT_SOURCE_DIR}/cmake/isa_variants.cmake
  DESTINATION ${package_folder})
configure_file(${PROJECT_SOURCE_DIR}/cmake/hillock.pc.in ${PROJECT_BINARY_DIR}/hillock.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/hillock.pc DESTINATION ${CMAKE_INSTALL_DATADIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
