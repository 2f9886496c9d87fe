// What the two halves of VE.Direct, TEXT and HEX, know of each other.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace busbar::protocol::vedirect {

// The document allows 22 fields of at most 8 + 32 characters, each with its four separators. Some room for
// what comes after it.
inline constexpr std::size_t longest_block = 2048;

/// Length of a HEX frame at the front of `text`, which begins with ':'. 0: more is needed; nullopt: it is
/// none.
[[nodiscard]] std::optional<std::size_t> hex_length(std::string_view text);
/// A HEX frame of `length` bytes that begins at `at`.
[[nodiscard]] Scan hex_found(ByteView buffered, std::size_t at, std::size_t length);
/// What stands at the front: a block, a HEX frame inside it, or nothing that can be used.
[[nodiscard]] Scan scan_text(ByteView buffered);

/// The request of a query for HEX; not_allowed and bad_value as Codec::build().
[[nodiscard]] Result<Bytes> build_hex(const Query& query);
[[nodiscard]] bool answers_hex(const Query& query, const Frame& frame);
/// The value in an answer, or the product's refusal as an error.
[[nodiscard]] Result<Bytes> value_of(const Query& query, ByteView payload);

inline constexpr Scan more{.outcome = Scan::Outcome::need_more, .count = 1};

[[nodiscard]] inline Scan skip(std::size_t count, std::optional<Errc> fault = std::nullopt) {
  return {.outcome = Scan::Outcome::skip, .count = count, .fault = fault};
}

}  // namespace busbar::protocol::vedirect
