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
  /// Loads all built-in profiles and then every *.yaml of `site_directory` ("" = none).
  [[nodiscard]] static Library load(const std::string& site_directory, yaml::Findings& findings);

  [[nodiscard]] const Profile* find(std::string_view name) const noexcept;
  [[nodiscard]] std::vector<std::string_view> names() const;
  [[nodiscard]] std::vector<const Profile*> all() const;

 private:
  std::map<std::string, std::unique_ptr<Profile>, std::less<>> profiles_;
};

}  // namespace busbar::profile
