// What JK's dialects have in common.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <span>

namespace busbar::protocol::jk {

[[nodiscard]] std::unique_ptr<Codec> make_terminal();
[[nodiscard]] std::unique_ptr<Codec> make_record();
[[nodiscard]] std::unique_ptr<Codec> make_bus();

// A record: start, type, counter, data, sum.
inline constexpr std::array<std::uint8_t, 4> record_start{0x55, 0xAA, 0xEB, 0x90};
inline constexpr std::size_t record_size = 300;
inline constexpr std::size_t record_type_at = 4;
inline constexpr std::size_t record_head = 6;
inline constexpr std::size_t record_data = record_size - record_head - 1;

[[nodiscard]] inline std::uint32_t sum(ByteView bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint32_t{0});
}

/// Up to the next byte that could be the first of a start.
[[nodiscard]] inline Scan skip_to(ByteView buffered, std::span<const std::uint8_t> starts,
                                  std::optional<Errc> fault) {
  const auto next = std::find_first_of(buffered.begin() + 1, buffered.end(), starts.begin(), starts.end());
  return {.outcome = Scan::Outcome::skip,
          .count = static_cast<std::size_t>(next - buffered.begin()),
          .fault = fault};
}

[[nodiscard]] inline Scan need(std::size_t total, ByteView buffered) {
  return {.outcome = Scan::Outcome::need_more, .count = total - buffered.size()};
}

/// Every answer of JK comes in one frame.
[[nodiscard]] inline Result<std::optional<Bytes>> only_one(std::span<const Bytes> payloads) {
  return payloads.empty() ? std::optional<Bytes>{} : std::optional{payloads.front()};
}

}  // namespace busbar::protocol::jk
