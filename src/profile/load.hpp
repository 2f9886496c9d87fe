// The parts a profile file is loaded in.
#pragma once

#include "profile/plan_builder.hpp"
#include "profile/profile.hpp"
#include "yaml/map_reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace busbar::profile {

struct QueryContext {
  bool little = false;  ///< byte_order of the profile
  KeyPlaces* keys = nullptr;
  std::string_view protocol{};
  std::string_view dialect{};
};

[[nodiscard]] ProfileQuery load_query(const yaml::Document& document, const std::string& name,
                                      const yaml::Node& node, const QueryContext& context,
                                      yaml::Findings& findings);

/// `bounds:` of a number, nullopt where there are none.
[[nodiscard]] std::optional<Bounds> read_bounds(yaml::MapReader& setting, const Profile& profile);

/// After the queries, before the examples.
void read_settings(yaml::MapReader& reader, Profile& profile, bool little);

/// Examples are read after the queries: a value is read as its quantity's kind.
[[nodiscard]] std::optional<Example> load_example(const yaml::Document& document, const yaml::Node& node,
                                                  const Profile& profile, yaml::Findings& findings);

/// Text that people read: bounded, no control characters. Reports and gives "" otherwise.
[[nodiscard]] std::string read_prose(yaml::MapReader& reader, std::string_view key, bool required);

}  // namespace busbar::profile
