// Every topic of the MQTT sink, spelled in one place. Layout: docs/mqtt.md.
#pragma once

#include "sink/mqtt/options.hpp"

#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

/// False for what no client may publish to: "", wildcards, NUL, more than 65535 bytes. MQTT 5, section 4.7.3.
[[nodiscard]] bool is_publishable(std::string_view topic) noexcept;

class Topics {
 public:
  explicit Topics(const Options& options);

  /// online / offline of the daemon; also its last will.
  [[nodiscard]] std::string status() const { return prefix_ + "/status"; }
  /// Nobody ever publishes here.
  [[nodiscard]] std::string probe() const { return prefix_ + "/probe"; }
  [[nodiscard]] std::string version() const { return prefix_ + "/version"; }
  /// How well the daemon does, and one of its devices; see diagnostics.hpp.
  [[nodiscard]] std::string diagnostics() const { return prefix_ + "/diagnostics"; }
  [[nodiscard]] std::string diagnostics(std::string_view device) const { return of(device, "diagnostics"); }
  [[nodiscard]] std::string availability(std::string_view device) const { return of(device, "availability"); }
  /// The newest readings of all queries in one JSON object, for people.
  [[nodiscard]] std::string state(std::string_view device) const { return of(device, "state"); }
  /// The same over what is in `topic`: nothing is allocated for what is published all the time.
  void write_state(std::string& topic, std::string_view device) const { write(topic, device, "state"); }
  /// The readings of one query. Apart, because Home Assistant's expire_after starts anew with every message.
  [[nodiscard]] std::string state(std::string_view device, std::string_view query) const;
  void write_state(std::string& topic, std::string_view device, std::string_view query) const {
    write(topic, device, "state");
    topic.append("/").append(query);
  }
  /// One report for those who keep histories.
  [[nodiscard]] std::string event(std::string_view device, std::string_view query) const;
  /// One plain value. A reading called "state", "availability" or "diagnostics" has none: those names are
  /// taken.
  [[nodiscard]] std::string reading(std::string_view device, std::string_view key) const;
  void write_reading(std::string& topic, std::string_view device, std::string_view key) const {
    write(topic, device, key);
  }
  [[nodiscard]] static bool has_reading_topic(std::string_view key) {
    return key != "state" && key != "availability" && key != "diagnostics";
  }

  /// Where a setting is set, and where what came of it is told. Below "set" and "result" there are no
  /// readings.
  [[nodiscard]] std::string command(std::string_view device, std::string_view setting) const {
    return of(device, "set").append("/").append(setting);
  }
  [[nodiscard]] std::string result(std::string_view device, std::string_view setting) const {
    return of(device, "result").append("/").append(setting);
  }

  /// <prefix>/device/<node>/config: the daemon itself.
  [[nodiscard]] std::string discovery() const;
  /// <prefix>/device/<node>_<device>/config
  [[nodiscard]] std::string discovery(std::string_view device) const;
  /// <prefix>/device/<node>_<device>/<query>/config: for brokers that do not take the whole device in one
  /// packet.
  [[nodiscard]] std::string discovery(std::string_view device, std::string_view query) const;
  [[nodiscard]] std::string birth() const { return birth_; }
  /// Below our prefix or that of discovery, or the broker's own ($SYS).
  [[nodiscard]] bool is_reserved(std::string_view topic) const noexcept;
  /// The two filters under which discovery() topics are found.
  [[nodiscard]] std::string discovery_filter() const { return discovery_prefix_ + "/device/+/config"; }
  [[nodiscard]] std::string split_discovery_filter() const {
    return discovery_prefix_ + "/device/+/+/config";
  }

  [[nodiscard]] const std::string& node() const noexcept { return node_; }
  /// "<node>_<device>": identifies the device in Home Assistant.
  [[nodiscard]] std::string object_id(std::string_view device) const {
    return node_ + "_" + std::string{device};
  }
  /// The device whose availability topic this is; "" when it is none of ours.
  [[nodiscard]] std::string_view device_of_availability(std::string_view topic) const noexcept;
  [[nodiscard]] bool is_discovery(std::string_view topic) const;
  /// Below our topic prefix.
  [[nodiscard]] bool is_own(std::string_view topic) const;
  /// One that we may have published for this device ("" = the daemon), and may clear.
  [[nodiscard]] bool is_of(std::string_view device, std::string_view topic) const;

 private:
  [[nodiscard]] std::string of(std::string_view device, std::string_view leaf) const;
  void write(std::string& topic, std::string_view device, std::string_view leaf) const;

  std::string prefix_;
  std::string discovery_prefix_;
  std::string birth_;
  std::string node_;
};

}  // namespace busbar::sink::mqtt
