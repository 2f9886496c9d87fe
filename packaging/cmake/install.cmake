# What `cmake --install` puts where: the daemon, and the client library for find_package(busbar).
include(CMakePackageConfigHelpers)

# --- the daemon
if(TARGET busbar)
  install(TARGETS busbar RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT daemon)
endif()
install(DIRECTORY config/profiles/ DESTINATION ${CMAKE_INSTALL_DATADIR}/busbar/profiles COMPONENT daemon
        FILES_MATCHING PATTERN "*.yaml")
file(GLOB schemas config/*.schema.json config/*.rules.yaml)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/busbar COMPONENT daemon)
# Never as busbar.yaml itself: that file belongs to the site.
if(EXISTS ${CMAKE_SOURCE_DIR}/config/busbar.yaml)
  install(FILES config/busbar.yaml DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/busbar RENAME busbar.yaml.example
          COMPONENT daemon)
endif()
file(GLOB units systemd/*.service systemd/*.timer)
install(FILES ${units} DESTINATION lib/systemd/system COMPONENT daemon)
install(FILES systemd/org.busbar.Busbar1.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/dbus-1/system.d COMPONENT daemon)
install(FILES systemd/busbar.sysusers DESTINATION lib/sysusers.d RENAME busbar.conf COMPONENT daemon)
install(FILES systemd/serial.conf DESTINATION ${CMAKE_INSTALL_DATADIR}/busbar COMPONENT daemon)
install(FILES README.md LICENSE CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT daemon)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT daemon)

# --- the client library: the layers from model to client in one archive
set(layers model yaml protocol profile async link channel client)
foreach(layer IN LISTS layers)
  if(NOT TARGET busbar_${layer})
    return()
  endif()
endforeach()
add_library(busbar_sdk STATIC)
foreach(layer IN LISTS layers)
  target_sources(busbar_sdk PRIVATE $<TARGET_OBJECTS:busbar_${layer}>)
endforeach()
set_target_properties(busbar_sdk PROPERTIES OUTPUT_NAME busbar EXPORT_NAME client LINKER_LANGUAGE CXX)
target_include_directories(busbar_sdk INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(busbar_sdk INTERFACE cxx_std_20)
target_link_libraries(busbar_sdk PUBLIC Boost::headers Threads::Threads PRIVATE spdlog::spdlog yaml-cpp)

set(package_directory ${CMAKE_INSTALL_LIBDIR}/cmake/busbar)
install(TARGETS busbar_sdk EXPORT busbar ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
install(DIRECTORY include/busbar DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
install(EXPORT busbar NAMESPACE busbar:: FILE busbarTargets.cmake DESTINATION ${package_directory}
        COMPONENT development)
configure_package_config_file(packaging/cmake/busbarConfig.cmake.in ${CMAKE_BINARY_DIR}/busbarConfig.cmake
                              INSTALL_DESTINATION ${package_directory})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/busbarConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/busbarConfig.cmake ${CMAKE_BINARY_DIR}/busbarConfigVersion.cmake
        DESTINATION ${package_directory} COMPONENT development)
