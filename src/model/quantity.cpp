// Names of the kinds and categories, and the rule for keys.
#include <busbar/model/quantity.hpp>

#include <algorithm>

namespace busbar {

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::measurement:
      return "measurement";
    case Kind::counter:
      return "counter";
    case Kind::flag:
      return "flag";
    case Kind::enumeration:
      return "enumeration";
    case Kind::text:
      return "text";
  }
  return "unknown";
}

std::string_view to_string(Category category) noexcept {
  switch (category) {
    case Category::primary:
      return "primary";
    case Category::diagnostic:
      return "diagnostic";
  }
  return "unknown";
}

bool is_key(std::string_view text) noexcept {
  constexpr std::size_t longest = 64;
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto allowed = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !text.empty() && text.size() <= longest && lower(text.front()) && std::ranges::all_of(text, allowed);
}

}  // namespace busbar
