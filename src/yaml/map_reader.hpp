// Reads one YAML mapping key by key with types and bounds; what nobody asked for is reported as unknown.
#pragma once

#include "yaml/node.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::yaml {

class MapReader {
 public:
  /// Reports a finding when `node` is not a mapping (`what` names it: "device"); all look-ups then give
  /// nullopt.
  MapReader(const Document& document, const Node& node, std::string what, Findings& findings);
  MapReader(const MapReader&) = delete;
  MapReader& operator=(const MapReader&) = delete;

  // Each marks the key as known. A missing key gives nullopt (and a finding for require_*); a value of the
  // wrong type or out of bounds gives a finding that says what was found and expected, and nullopt.
  [[nodiscard]] const Node* node(std::string_view key);
  [[nodiscard]] const Node* require(std::string_view key);
  [[nodiscard]] std::optional<std::string> text(std::string_view key);
  [[nodiscard]] std::optional<std::string> require_text(std::string_view key);
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
  [[nodiscard]] std::optional<double> number(std::string_view key, double min, double max);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  /// "200ms", "10s", "5min", "2h", "1d"; a bare number is refused with that hint, except 0.
  [[nodiscard]] std::optional<std::chrono::milliseconds> duration(std::string_view key,
                                                                  std::chrono::milliseconds min,
                                                                  std::chrono::milliseconds max);
  /// One of `choices`; the finding lists them and names the nearest.
  [[nodiscard]] std::optional<std::string> choice(std::string_view key,
                                                  std::span<const std::string_view> choices);
  [[nodiscard]] std::vector<std::string> texts(
      std::string_view key);  ///< a sequence of scalars, or one scalar

  /// Adds a finding at the value of `key` (or at the mapping when absent).
  void fail(std::string_view key, std::string message, std::string hint = {});
  /// Reports every key that was never asked for, with the nearest known one. Call it last.
  void finish();

  [[nodiscard]] Place place() const;
  [[nodiscard]] Place place(std::string_view key) const;
  [[nodiscard]] const std::string& file() const;
  [[nodiscard]] const Document& document() const;
  [[nodiscard]] Findings& findings();

 private:
  const Document* document_;
  const Node* node_;
  std::string what_;
  Findings* findings_;
  std::vector<std::string> known_;
};

// The scalar conversions by themselves. nullopt when the text is not of that form.
[[nodiscard]] std::optional<std::int64_t> parse_integer(
    std::string_view text);                                               ///< decimal or 0x…; 010 is ten
[[nodiscard]] std::optional<double> parse_number(std::string_view text);  ///< finite only, any locale
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string format_duration(
    std::chrono::milliseconds value);  ///< shortest form parse_duration reads
/// The candidate nearest to `word` by edit distance, "" when none is near enough to be worth naming.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

/// `text` between single quotes for a message: shortened to about 60 characters, control characters escaped.
[[nodiscard]] std::string in_quotes(std::string_view text);
/// What a finding says was there: "'12x'", "a list", "a mapping", "nothing"; a secret as '********'.
[[nodiscard]] std::string shown(const Node& node);

}  // namespace busbar::yaml
