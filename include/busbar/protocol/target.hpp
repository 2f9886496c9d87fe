// The address of a device as people write it, where a number does not say it all.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::protocol {

struct Target {
  std::uint32_t address = 0;  ///< Query::address
  Bytes prefix{};             ///< stands before Query::data of whatever is asked; in most protocols empty
  bool operator==(const Target&) const = default;
};

/// Whether addresses of the protocol can be more than a number: only those of M-Bus can.
[[nodiscard]] bool has_targets(std::string_view protocol);
/// M-Bus: a number, or the 8 or 16 digits of a secondary address, with wildcards. bad_value says what was
/// expected.
[[nodiscard]] Result<Target> parse_target(std::string_view protocol, std::string_view text);
[[nodiscard]] std::string target_text(const Target& target);

/// How long an exchange may take where the standard of the protocol says so, by the speed of the wire (0: its
/// usual one), and beside a network: M-Bus. nullopt: profiles know.
[[nodiscard]] std::optional<std::chrono::milliseconds> exchange_time(std::string_view protocol, unsigned baud,
                                                                     bool behind_network);

}  // namespace busbar::protocol
