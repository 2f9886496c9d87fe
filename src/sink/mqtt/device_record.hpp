// What the MQTT sink remembers of one device: its description, which readings it really delivers, and the
// newest ones.
#pragma once

#include "sink/sink.hpp"

#include <busbar/model/report.hpp>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace busbar::sink::mqtt {

/// Key and JSON text of its value, in the order of the report.
using Members = std::vector<std::pair<std::string, std::string>>;

/// JSON text: numbers with the quantity's precision, true / false, strings of at most 255 characters (Home
/// Assistant refuses longer states), null for an unknown value, NaN, infinity and a name outside the
/// enumeration.
[[nodiscard]] std::string json_value(const Quantity& quantity, const Value& value);
/// The same without quotes, for a topic of its own: 81, true, charging, null.
[[nodiscard]] std::string plain_value(const Quantity& quantity, const Value& value);
/// {"timestamp":"2026-11-21T07:15:52.123Z","soc":81,...}
[[nodiscard]] std::string json_object(UtcMillis timestamp, const Members& members);

/// Of the entity that sets it: "set_discharge_mos". The reading that shows it has the bare key.
[[nodiscard]] inline std::string setting_id(const Setting& setting) { return "set_" + setting.key; }

struct QueryRecord {
  std::chrono::milliseconds interval{};
  std::vector<const Quantity*> quantities;   ///< all that can come
  std::set<std::string, std::less<>> known;  ///< those that are announced: guaranteed, or seen at least once
  Members latest;
  Steady received{};
};

class DeviceRecord {
 public:
  explicit DeviceRecord(std::string id) : id_{std::move(id)} {}

  /// Keys seen before stay known as long as the description still has them; those it lost become retired.
  void describe(const DeviceDescription& description);
  /// Keys that an earlier run announced (with their platform): known if the description has them, else
  /// retired.
  void recall(const std::map<std::string, std::string>& components);
  /// Takes the readings over. Keys that are known but missing in the report become null, so that no old value
  /// lives on under a new timestamp. True when a key was seen for the first time.
  bool take(const Report& report);
  /// The newest readings of all queries; those of a query that is silent for longer than `stale(interval)`
  /// are left out.
  [[nodiscard]] Members merged(Steady now, double expire_factor) const;

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] bool described() const noexcept { return described_; }
  [[nodiscard]] const DeviceDescription& description() const noexcept { return description_; }
  [[nodiscard]] const std::map<std::string, QueryRecord, std::less<>>& queries() const noexcept {
    return queries_;
  }
  /// Announced once, no longer part of the device: key → platform. To be withdrawn in the next discovery
  /// message.
  [[nodiscard]] const std::map<std::string, std::string>& retired() const noexcept { return retired_; }
  void clear_retired() { retired_.clear(); }
  /// Key → platform of everything announced now; of a setting "set_" and its key.
  [[nodiscard]] std::map<std::string, std::string> components() const;

 private:
  [[nodiscard]] bool is_setting(std::string_view key, std::string_view platform) const;
  [[nodiscard]] const Quantity* find(std::string_view key) const;

  std::string id_;
  bool described_ = false;
  DeviceDescription description_;
  std::map<std::string, QueryRecord, std::less<>> queries_;
  std::map<std::string, std::string> retired_;
};

/// How long a reading counts after its report: interval × factor, at least 30 s; 0 = for ever (on demand, or
/// factor 0).
[[nodiscard]] std::chrono::seconds expiry(std::chrono::milliseconds interval, double factor);

}  // namespace busbar::sink::mqtt
