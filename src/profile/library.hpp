// The profiles at hand: those built in, and those of the site directory, which override by name.
#pragma once

#include "profile/profile.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::profile {

struct Embedded {
  std::string_view file;  ///< "orion1000.yaml"
  std::string_view text;
};
/// config/profiles/*.yaml, embedded by the build.
[[nodiscard]] std::span<const Embedded> embedded_profiles();

class Library {
 public:
  /// Knows all built-in profiles, and loads every *.yaml of `site_directory` ("" = none).
  [[nodiscard]] static Library load(const std::string& site_directory, yaml::Findings& findings);

  /// Null when there is none of that name. A built-in profile is compiled when it is first asked for: a site
  /// uses two of dozens. Not for two threads at once.
  [[nodiscard]] const Profile* find(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> names() const;
  [[nodiscard]] std::vector<const Profile*> all() const;

 private:
  struct Entry {
    const Embedded* built_in = nullptr;
    mutable std::unique_ptr<Profile> profile{};
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace busbar::profile
