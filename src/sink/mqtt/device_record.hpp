// What the MQTT sink remembers of one device: its description, which readings it really delivers, and the
// newest ones.
#pragma once

#include "sink/sink.hpp"

#include <busbar/model/report.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::mqtt {

/// Of the entity that sets it: "set_discharge_mos". The reading that shows it has the bare key.
[[nodiscard]] inline std::string setting_id(const Setting& setting) { return "set_" + setting.key; }

struct QueryRecord {
  /// One member of `latest`.
  struct Member {
    std::uint32_t begin;  ///< of its comma
    std::uint32_t key_size;
  };

  std::chrono::milliseconds interval{};
  std::vector<const Quantity*> quantities;  ///< all that can come
  /// Those that are announced: guaranteed, or seen at least once; and the last report that had them.
  std::map<std::string, std::uint64_t, std::less<>> known;
  std::uint64_t reports = 0;
  /// The newest report as members of a JSON object, in its order: ,"soc":81,"mode":"idle". Ready to be sent,
  /// and written over by the next report: reports come all the time, and are all alike.
  std::string latest;
  std::vector<Member> members;
  Steady received{};

  /// Appends `"key":` and remembers where.
  void begin_member(std::string_view key);
  [[nodiscard]] std::string_view key(const Member& member) const;
  [[nodiscard]] std::string_view text(const Member& member) const;  ///< with the comma
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
  /// Appends the newest readings of all queries, as in QueryRecord::latest; those of a query that is silent
  /// for longer than `expiry(interval)` are left out.
  void append_merged(std::string& out, Steady now, double expire_factor);

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
  [[nodiscard]] bool disjoint() const;
  [[nodiscard]] bool is_setting(std::string_view key, std::string_view platform) const;
  [[nodiscard]] const Quantity* find(std::string_view key) const;

  std::string id_;
  bool described_ = false;
  DeviceDescription description_;
  std::map<std::string, QueryRecord, std::less<>> queries_;
  std::map<std::string, std::string> retired_;
  std::vector<const QueryRecord*> fresh_;  ///< of append_merged
  std::optional<bool> disjoint_;           ///< no key is in two queries; unknown after a change of the keys
};

/// How long a reading counts after its report: interval × factor, at least 30 s; 0 = for ever (on demand, or
/// factor 0).
[[nodiscard]] std::chrono::seconds expiry(std::chrono::milliseconds interval, double factor);

}  // namespace busbar::sink::mqtt
