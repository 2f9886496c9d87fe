// The bytes of a YAML file before parsing: may they be read at all, and where does a byte stand for a person.
#pragma once

#include "yaml/node.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace busbar::yaml {

class SourceText {
 public:
  /// `text` without a leading byte order mark; must outlive this object.
  explicit SourceText(std::string_view text);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  /// The first byte that no YAML file may hold: invalid UTF-8 (RFC 3629) or a control character.
  [[nodiscard]] std::optional<Finding> first_bad_byte() const;
  /// From a 0-based line and byte column to 1-based line and character column.
  [[nodiscard]] Place place(int line, int byte_column) const;
  /// Line `line` (0-based) without its end; "" beyond the last.
  [[nodiscard]] std::string_view line(int line) const;
  /// True when a quoted scalar starts at that 0-based place and the file ends before its closing quote.
  [[nodiscard]] bool opens_unclosed_quote(int line, int byte_column) const;

 private:
  [[nodiscard]] Place place_of_offset(std::size_t offset) const;

  std::string_view text_;
  std::vector<std::size_t> starts_;  // offset of each line
};

}  // namespace busbar::yaml
