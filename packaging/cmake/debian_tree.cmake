# Run by CPack between installing and packing: gives the tree the form that Debian's policy asks for, whatever prefix and
# directories the build was configured with.
set(root ${CPACK_TEMPORARY_INSTALL_DIRECTORY})
set(doc ${root}/usr/share/doc/busbar)
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})

# --- /etc is not below /usr (policy 10.7.2)
if(EXISTS ${root}/usr/etc)
  file(MAKE_DIRECTORY ${root}/etc)
  file(RENAME ${root}/usr/etc/busbar ${root}/etc/busbar)
  file(REMOVE_RECURSE ${root}/usr/etc)
endif()

# --- copyright in the machine-readable form (policy 12.5), from LICENSE
file(READ ${CPACK_BUSBAR_SOURCE}/LICENSE license)
if(NOT license MATCHES "^MIT License\n\nCopyright \\(c\\) ([^\n]*)\n\n(.*[^\n])\n*$")
  message(FATAL_ERROR "LICENSE has another form than the one known here")
endif()
set(holder "${CMAKE_MATCH_1}")
string(REPLACE "\n\n" "\n.\n" body "${CMAKE_MATCH_2}")
string(REPLACE "\n" "\n " body "${body}")
file(WRITE ${doc}/copyright
"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: busbar

Files: *
Copyright: ${holder}
License: Expat

License: Expat
 ${body}
")
file(REMOVE ${doc}/LICENSE)

# --- changelogs and manual pages compressed (policy 12.1, 12.7)
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)  # of SOURCE_DATE_EPOCH where it is set
file(WRITE ${doc}/changelog.Debian
"busbar (${version}) unstable; urgency=medium

  * Version ${CPACK_PACKAGE_VERSION}; what changed is in changelog.gz.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
file(GLOB manual ${root}/usr/share/man/man*/*)
execute_process(COMMAND gzip -9nf ${manual} ${doc}/changelog ${doc}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
