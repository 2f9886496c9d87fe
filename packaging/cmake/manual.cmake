# Manual pages and shell completions, made from the finished program. Without Python, or where the program cannot run
# (a cross build), there are none.
option(BUSBAR_MANUAL "Generate manual pages and shell completions" ON)
find_package(Python3 QUIET COMPONENTS Interpreter)
if(NOT TARGET busbar OR NOT BUSBAR_MANUAL OR NOT Python3_FOUND OR CMAKE_CROSSCOMPILING)
  return()
endif()

set(folder ${CMAKE_BINARY_DIR}/manual)
set(manual ${folder}/busbar.1 ${folder}/busbar.yaml.5)
set(completions ${folder}/busbar.bash ${folder}/_busbar ${folder}/busbar.fish)
set(generator ${CMAKE_SOURCE_DIR}/packaging/manual)
file(GLOB sources CONFIGURE_DEPENDS ${generator}/*.py)
add_custom_command(OUTPUT ${manual} ${completions}
  COMMAND ${Python3_EXECUTABLE} ${generator}/generate.py $<TARGET_FILE:busbar> ${CMAKE_SOURCE_DIR}/docs/configuration.md
          ${PROJECT_VERSION} ${folder}
  DEPENDS busbar ${sources} ${CMAKE_SOURCE_DIR}/docs/configuration.md
  COMMENT "Writing manual pages and shell completions" VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual} ${completions})

# The folders that Debian's shells read. Optional, because a part of a build can be installed too; the tests of the package miss them.
install(FILES ${folder}/busbar.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT daemon OPTIONAL)
install(FILES ${folder}/busbar.yaml.5 DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT daemon OPTIONAL)
install(FILES ${folder}/busbar.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME busbar
        COMPONENT daemon OPTIONAL)
install(FILES ${folder}/_busbar DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT daemon OPTIONAL)
install(FILES ${folder}/busbar.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT daemon OPTIONAL)
