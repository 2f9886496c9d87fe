// How the parts of a configuration are read and checked: internal to configuration*.cpp.
#pragma once

#include "app/configuration.hpp"
#include "yaml/map_reader.hpp"

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::app {

/// What every part needs while one document is read.
struct ReadContext {
  const yaml::Document& document;
  const profile::Library& profiles;
  yaml::Findings& findings;
  std::vector<std::string>& warnings;

  void fail(yaml::Place place, std::string message, std::string hint = {}) const;
  /// "busbar.yaml:12:5: text"
  void warn(yaml::Place place, const std::string& text) const;
};

// One per top-level key; a null pointer when the file does not have it.
[[nodiscard]] std::vector<ChannelConfiguration> read_channels(const ReadContext& context,
                                                              const yaml::Node* channels,
                                                              const yaml::Node* defaults);
[[nodiscard]] std::vector<DeviceConfiguration> read_devices(
    const ReadContext& context, const yaml::Node* devices, const yaml::Node* defaults,
    const std::vector<ChannelConfiguration>& channels);
/// The virtual readings of all devices and of `defaults`, and the devices that have nothing else. Complete
/// only after the devices: what they measure must be known.
void read_virtuals(const ReadContext& context, yaml::MapReader& root, const yaml::Node* device_defaults,
                   Configuration& configuration);
[[nodiscard]] std::vector<SinkConfiguration> read_sinks(
    const ReadContext& context, const yaml::Node* sinks, const std::string& state_directory,
    std::map<std::string, sink::filter::Options>& filters);
/// `include`, `exclude` and `aggregate`, which every sink has.
[[nodiscard]] sink::filter::Options read_filter(const ReadContext& context, yaml::MapReader& reader);
/// Patterns that no reading fits are mistakes.
void check_filters(const ReadContext& context, const Configuration& configuration);
[[nodiscard]] sink::mqtt::Options read_mqtt(const ReadContext& context, yaml::MapReader& reader,
                                            std::string id, const std::string& state_directory);

[[nodiscard]] sink::prometheus::PushOptions read_pushgateway(const ReadContext& context,
                                                             yaml::MapReader& reader, std::string id);
[[nodiscard]] sink::influx::Options read_influx(const ReadContext& context, yaml::MapReader& reader,
                                                std::string id);
/// The mapping `tls` of a sink.
[[nodiscard]] sink::TlsOptions read_tls(const ReadContext& context, const yaml::Node& node);
/// Where an unencrypted password does not leave the machine.
[[nodiscard]] bool is_loopback(std::string_view host);

// Across parts, once all are read.
void check_devices(const ReadContext& context, const Configuration& configuration);
void check_sinks(const ReadContext& context, const Configuration& configuration);

/// Calls `each` for every entry of a mapping from ids; refuses what is no mapping, no id, or empty.
void for_each_id(const ReadContext& context, const yaml::Node* node, std::string_view key,
                 std::string_view what, const std::function<void(const yaml::Entry&)>& each);
/// [a-z0-9][a-z0-9_-]*, at most 64: fits topics, metric labels and Home Assistant ids unchanged.
[[nodiscard]] bool is_id(std::string_view text) noexcept;
/// The value of a mapping that may be left empty ("screen:"), as a mapping.
[[nodiscard]] yaml::Node or_empty_map(const yaml::Node& node);
/// The place of the value at `path` below `node`, or of the deepest part of the path there is.
[[nodiscard]] yaml::Place find_place(const yaml::Node& node, std::initializer_list<std::string_view> path);
/// A hint "did you mean 'x'?", or the list of what there is.
[[nodiscard]] std::string nearest_hint(std::string_view word, std::span<const std::string_view> known);
/// A duration that must be whole seconds.
[[nodiscard]] std::optional<std::chrono::seconds> whole_seconds(yaml::MapReader& reader, std::string_view key,
                                                                std::chrono::seconds min,
                                                                std::chrono::seconds max);

template <class T, class U>
void set(T& target, const std::optional<U>& value) {
  if (value) {
    target = static_cast<T>(*value);
  }
}

}  // namespace busbar::app
