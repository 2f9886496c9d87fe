// A profile: the declarative description of one device type, compiled once at load into a flat decoder.
// The format of the file is described in docs/adding-a-device.md.
#pragma once

#include "profile/decoder.hpp"
#include "profile/setter.hpp"
#include "yaml/node.hpp"

#include <busbar/model/error.hpp>
#include <busbar/model/quantity.hpp>
#include <busbar/protocol/codec.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace busbar::profile {

/// A request, the bytes that answered it, and the readings they must give.
struct Example {
  std::string name;
  std::string query;
  std::string setting{};  ///< that it sets; "" for a query
  std::uint32_t address = 0;
  Bytes request;
  std::optional<Bytes> data{};         ///< of the request, where the example sets something
  std::vector<Bytes> response;         ///< one or more frames
  std::optional<std::size_t> total{};  ///< items in all frames, where another query would have told
  std::vector<std::pair<std::string, Value>> expect;
  std::vector<std::string> absent;   ///< keys that must not come
  std::vector<std::string> dropped;  ///< keys that must be dropped as implausible; all of them
  std::size_t anomalies = 0;         ///< exactly so many
  std::string source;
  yaml::Place place{};
};

/// One thing the profile can ask for (or, with `write`, do).
struct ProfileQuery {
  protocol::Query request;  ///< address filled in per device
  std::string description;
  bool repeatable =
      false;  ///< a write that may be sent again when no acknowledgement came: it does the same twice
  bool takes_value = false;  ///< a write whose data holds a value that a setter puts there
  bool listen = false;       ///< nothing is asked: the device says it by itself
  bool occasional = false;   ///< it says so now and then: that nothing new has come is no failure
  /// Key of another query's number that says how many items the frames of this answer carry; "": no need.
  std::string total{};
  std::chrono::milliseconds interval{};                ///< default polling interval; 0 = only on demand
  std::optional<std::chrono::milliseconds> timeout{};  ///< overrides the channel's
  std::optional<std::chrono::milliseconds> spacing{};  ///< overrides the channel's
  std::size_t typical_request = 0;                     ///< bytes on the wire, for the bus-time budget
  std::size_t typical_response = 0;                    ///< bytes on the wire, from the longest example
  Decoder decoder;
};

struct Profile {
  std::string name;             ///< "orion1000"
  std::size_t fingerprint = 0;  ///< of the text it was loaded from: two profiles that differ in it differ
  std::string protocol;         ///< "orion"
  std::string dialect;          ///< "manufacturer"
  std::string manufacturer;
  std::string model;
  std::string description;
  std::string tested;  ///< what it was tested against: "captures, simulator"
  std::uint32_t default_address = 0;
  std::uint32_t max_address = 255;
  std::vector<ProfileQuery> queries;
  std::vector<Setter> setters;  ///< what a site may allow: `settings`, and a button for each other write
  std::vector<Example> examples;

  [[nodiscard]] const ProfileQuery* find(std::string_view query) const noexcept;
  [[nodiscard]] const Setter* find_setter(std::string_view key) const noexcept;
  /// The query that gives the number query.total names; nullptr when there is none.
  [[nodiscard]] const ProfileQuery* source_of_total(const ProfileQuery& query) const noexcept;
};

/// The table of supported devices and their readings, as docs/devices.md.
[[nodiscard]] std::string devices_markdown(std::span<const Profile* const> profiles);

/// Compiles `text`. Everything wrong goes into `findings` with its place; nullptr then.
[[nodiscard]] std::unique_ptr<Profile> load_profile(std::string_view text, std::string file,
                                                    yaml::Findings& findings);

/// Runs every example through codec and decoder; each deviation is a finding at the example's place.
void check_examples(const Profile& profile, const std::string& file, yaml::Findings& findings);

/// For each field: offset, raw bytes, each transform and the result, as aligned text. `frames` are whole
/// frames.
[[nodiscard]] Result<std::string> explain(const Profile& profile, std::span<const Bytes> frames);

}  // namespace busbar::profile
