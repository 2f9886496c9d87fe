# The Debian package of the daemon: cmake --build … --target package. Best from the preset "package", which hardens it.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME busbar)
set(CPACK_PACKAGE_CONTACT "busbar maintainers <maintainers@busbar.example>" CACHE STRING "Maintainer of the package")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "telemetry daemon for batteries, inverters and meters")
set(CPACK_PACKAGE_DESCRIPTION
"busbar polls battery packs and other devices on shared and slow field buses,
directly or behind RS-485-to-TCP device servers, and publishes their readings
to MQTT with Home Assistant discovery, to Prometheus and to standard output.
A device type is described by a YAML file. A silent device costs the others
nothing, and a value that is not plausible is not published.")
# One component as one package; the client library is for those who build from source.
set(CPACK_INSTALL_CMAKE_PROJECTS "${CMAKE_BINARY_DIR};busbar;daemon;/")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian_tree.cmake)

set(debian ${CMAKE_SOURCE_DIR}/packaging/debian)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "mosquitto, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${debian}/conffiles)
# For debian_tree.cmake, which CPack runs on its own.
set(CPACK_BUSBAR_SOURCE ${CMAKE_SOURCE_DIR})
include(CPack)
