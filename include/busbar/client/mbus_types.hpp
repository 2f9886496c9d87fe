// What a master of a wired M-Bus is told, and what it gives back.
#pragma once

#include <busbar/model/report.hpp>
#include <busbar/protocol/mbus/search.hpp>
#include <busbar/protocol/mbus/telegram.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace busbar::client {

using MeterAddress = protocol::mbus::Address;  ///< protocol::mbus::parse_address() reads one

struct MbusOptions {
  /// As client::Options::endpoint. A serial port named without them has 2400 baud and even parity.
  std::string endpoint;
  unsigned baud = 0;  ///< of the bus behind a gateway, for the timing; 0: that of the port, else 2400
  /// How long a meter may take to begin its answer; without, as the standard and the baud rate allow, with
  /// 100 ms for a level converter or 400 ms for a gateway.
  std::optional<std::chrono::milliseconds> timeout{};
  unsigned retries = 1;  ///< of a request to which nothing came, or something damaged
};

/// Who a meter is.
struct MeterInfo {
  std::uint8_t primary = 0;  ///< as its telegram says
  std::optional<protocol::mbus::Identity> identity{};
  std::optional<std::uint8_t> status{};  ///< protocol::mbus::status_text() explains it
  std::uint8_t access = 0;               ///< how often it was read, modulo 256
  bool more_telegrams = false;           ///< its data does not fit into one
};

/// All that a meter sent for one reading. Moves, but is not copied: the telegrams look into `bytes`.
struct MeterData {
  Bytes bytes{};  ///< whole frames, one behind the other
  std::vector<protocol::mbus::Telegram> telegrams{};
  UtcMillis timestamp{};

  MeterData() = default;
  MeterData(MeterData&&) = default;
  MeterData& operator=(MeterData&&) = default;
  MeterData(const MeterData&) = delete;
  MeterData& operator=(const MeterData&) = delete;
  /// As the daemon names them: "energy", "volume_storage_1", with units for people.
  [[nodiscard]] protocol::Description readings() const;
};

struct DiscoverOptions {
  bool secondary =
      false;              ///< by masks of secondary addresses, instead of one primary address after the other
  std::uint8_t from = 0;  ///< primary
  std::uint8_t to = protocol::mbus::max_primary_address;
  protocol::mbus::Identity mask = protocol::mbus::any_identity;  ///< secondary: look only under this
  bool hexadecimal = false;                                      ///< secondary: ids with A to E as well
  /// Called before every request: what was found so far, and how far it is.
  std::function<void(const protocol::mbus::Search&)> progress{};
};

struct Discovered {
  std::vector<protocol::mbus::FoundMeter> meters{};
  std::vector<protocol::mbus::Oddity> oddities{};
};

}  // namespace busbar::client
