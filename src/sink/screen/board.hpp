// The latest readings of every device as a person or a script wants to see them; copies, no quantities kept.
#pragma once

#include "sink/sink.hpp"

#include <busbar/model/report.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::screen {

struct Row {
  std::string key;
  std::string name;
  std::string unit;
  std::string text;  ///< the value with its precision, "" when not available
  Value value;
  bool alarm = false;  ///< a problem that is present
};

/// One query's latest report, or one report by itself.
struct Block {
  std::string query;
  UtcMillis timestamp{};
  std::vector<Row> rows;
};

struct DeviceView {
  std::string id;
  std::string name;
  std::string model;  ///< "GoldenMate Orion 1000"
  Availability availability = Availability::unknown;
  std::string reason;         ///< why it is offline
  std::vector<Block> blocks;  ///< in the order of the device's queries

  [[nodiscard]] UtcMillis latest() const;
};

[[nodiscard]] Block block_of(const Report& report);

/// Devices in the order in which they were described.
class Board {
 public:
  void describe(const DeviceDescription& device);
  void forget(std::string_view device);
  void availability(std::string_view device, Availability state, std::string_view reason);
  /// False when the block took the place of an older one of the same query.
  bool store(std::string_view device, Block block);

  [[nodiscard]] const std::vector<DeviceView>& devices() const noexcept { return devices_; }
  /// The device without its blocks, for showing one report under the right heading.
  [[nodiscard]] DeviceView heading(std::string_view device) const;

 private:
  DeviceView& find(std::string_view device);

  std::vector<DeviceView> devices_;
};

}  // namespace busbar::sink::screen
