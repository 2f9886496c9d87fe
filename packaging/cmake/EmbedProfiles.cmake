# Builds config/profiles/*.yaml into busbar_profile, and fails the build when one of them fails its own examples.
#
#   busbar_embed_profiles(busbar_profile)          adds the generated source to that library
#   busbar_check_profiles(busbar_profile [user…])  runs the check whenever profiles or decoder change; the users, where
#                                                  they are targets, are not built without it
#
# Generated files stay in the build tree. As a script (cmake -P) this file writes the generated source.

if(CMAKE_SCRIPT_MODE_FILE)
  set(out "// Generated from config/profiles; do not edit.\n#include \"profile/library.hpp\"\n\n#include <array>\n\n")
  string(APPEND out "namespace busbar::profile {\nnamespace {\n")
  set(entries "")
  set(count 0)
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file IN LISTS files)
    get_filename_component(name ${file} NAME)
    file(READ ${file} text)
    string(APPEND out "constexpr std::string_view text_${count} = R\"busbar(${text})busbar\";\n")
    string(APPEND entries "    Embedded{\"${name}\", text_${count}},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  string(APPEND out "constexpr std::array<Embedded, ${count}> profiles{{\n${entries}}};\n}  // namespace\n\n")
  string(APPEND out "std::span<const Embedded> embedded_profiles() { return profiles; }\n}  // namespace busbar::profile\n")
  file(WRITE ${OUTPUT} "${out}")
  return()
endif()

set(BUSBAR_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
set(BUSBAR_PROFILE_DIRECTORY ${CMAKE_SOURCE_DIR}/config/profiles)

function(busbar_embed_profiles library)
  file(GLOB profiles CONFIGURE_DEPENDS ${BUSBAR_PROFILE_DIRECTORY}/*.yaml)
  set(generated ${CMAKE_BINARY_DIR}/generated/embedded_profiles.cpp)
  list(JOIN profiles "|" files)  # a list would not survive the command line
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} "-DFILES=${files}" -DOUTPUT=${generated} -P ${BUSBAR_EMBED_SCRIPT}
    DEPENDS ${profiles} ${BUSBAR_EMBED_SCRIPT} COMMENT "Embedding the profiles" VERBATIM)
  target_sources(${library} PRIVATE ${generated})
endfunction()

function(busbar_check_profiles library)
  add_executable(busbar_profile_check ${CMAKE_SOURCE_DIR}/src/profile/tool/main.cpp)
  target_link_libraries(busbar_profile_check PRIVATE ${library})
  set(stamp ${CMAKE_BINARY_DIR}/generated/profiles.checked)
  add_custom_command(OUTPUT ${stamp}
    COMMAND busbar_profile_check ${BUSBAR_PROFILE_DIRECTORY}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS busbar_profile_check COMMENT "Running the examples of the profiles" VERBATIM)
  add_custom_target(check_profiles ALL DEPENDS ${stamp})
  foreach(user IN LISTS ARGN)
    if(TARGET ${user})
      add_dependencies(${user} check_profiles)
    endif()
  endforeach()
endfunction()
