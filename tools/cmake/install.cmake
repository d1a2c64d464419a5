# Program, floor libraries with a CMake package, headers, example jobs and tools.
include(CMakePackageConfigHelpers)

get_property(floors GLOBAL PROPERTY FULLFORCE_INSTALLED_FLOORS)
install(TARGETS fullforce RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${floors} EXPORT fullforceTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/fullforce DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/jobs DESTINATION ${CMAKE_INSTALL_DATADIR}/fullforce USE_SOURCE_PERMISSIONS)
install(PROGRAMS ${PROJECT_SOURCE_DIR}/tools/plot.py ${PROJECT_SOURCE_DIR}/tools/report.py ${PROJECT_SOURCE_DIR}/tools/scaling.py
  ${PROJECT_SOURCE_DIR}/tools/study.py ${PROJECT_SOURCE_DIR}/tools/sweep.py DESTINATION ${CMAKE_INSTALL_DATADIR}/fullforce/tools)
install(FILES ${PROJECT_SOURCE_DIR}/tools/fullforce_io.py DESTINATION ${CMAKE_INSTALL_DATADIR}/fullforce/tools)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/examples DESTINATION ${CMAKE_INSTALL_DATADIR}/fullforce/tools USE_SOURCE_PERMISSIONS
  FILES_MATCHING PATTERN "*.py" PATTERN __pycache__ EXCLUDE)
# The tutorial links to them where they stand in the sources.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/examples DESTINATION ${CMAKE_INSTALL_DOCDIR}/tools USE_SOURCE_PERMISSIONS
  FILES_MATCHING PATTERN "*.py" PATTERN __pycache__ EXCLUDE)
# The package that the scripts find beside themselves.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/python DESTINATION ${CMAKE_INSTALL_DATADIR}/fullforce/tools FILES_MATCHING PATTERN "*.py"
  PATTERN pyproject.toml PATTERN __pycache__ EXCLUDE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/figures DESTINATION ${CMAKE_INSTALL_DOCDIR}/tools)
foreach(paper README.md TUTORIAL.md MANUAL.md ARCHITECTURE.md CONTRIBUTING.md CHANGELOG.md LICENSE)
  install(FILES ${PROJECT_SOURCE_DIR}/${paper} DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)
endforeach()
# Pages link to it where it stands in the sources.
install(FILES ${PROJECT_SOURCE_DIR}/jobs/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/jobs)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/fullforce)
install(EXPORT fullforceTargets NAMESPACE fullforce:: DESTINATION ${package_folder})
configure_package_config_file(${PROJECT_SOURCE_DIR}/tools/cmake/fullforceConfig.cmake.in
  ${PROJECT_BINARY_DIR}/fullforceConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/fullforceConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/fullforceConfig.cmake ${PROJECT_BINARY_DIR}/fullforceConfigVersion.cmake
  DESTINATION ${package_folder})
