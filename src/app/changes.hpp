// What a new configuration asks of a running site. Pure.
#pragma once

#include "app/configuration.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::app {

/// A valid configuration and the profiles it was checked against. Shared: devices that a reload leaves alone
/// go on with the profiles they were started with.
struct Setup {
  Configuration configuration{};
  profile::Library profiles{};
};
using SharedSetup = std::shared_ptr<const Setup>;

/// Ids; one that is in both lists is to be restarted. Orders are those of the configurations.
struct Replacement {
  std::vector<std::string> stop;
  std::vector<std::string> start;
  bool operator==(const Replacement&) const = default;
};

struct Changes {
  Replacement sinks{};
  Replacement channels{};  ///< only channels that have devices are ever started
  Replacement devices{};
  std::vector<std::string> redescribed{};      ///< devices that go on, but whose virtual readings changed
  std::vector<std::string> virtual_devices{};  ///< to be described: new or changed
  std::vector<std::string> forgotten{};        ///< devices and virtual devices that are gone
  bool operator==(const Changes&) const = default;
};

/// A device restarts when its own entry, its profile or its channel changed; a channel when its settings or
/// its protocol did; a sink when its settings did. What is equal in both is in no list.
[[nodiscard]] Changes compare(const Setup& before, const Setup& after);

/// Whether one of the lists of Changes names it.
[[nodiscard]] bool listed(const std::vector<std::string>& ids, std::string_view id);

[[nodiscard]] std::string_view sink_name(const SinkConfiguration& sink);

}  // namespace busbar::app
