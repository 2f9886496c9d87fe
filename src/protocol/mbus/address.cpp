// Addresses as people write them, as masks, and as queries.
#include <busbar/protocol/mbus/address.hpp>

#include <algorithm>

namespace busbar::protocol::mbus {
namespace {

constexpr std::size_t id_digits = 8;
constexpr std::size_t all_digits = 16;

bool all_decimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Ids of fewer digits, as a number in a file gives them.
std::optional<Address> parse_number(std::string_view text) {
  if (text.empty() || text.size() >= id_digits || !all_decimal(text)) return std::nullopt;
  const unsigned long number = std::stoul(std::string{text});
  if (number <= max_primary_address || number == any_address)
    return Address{.primary = static_cast<std::uint8_t>(number)};
  if (number <= broadcast_address) return std::nullopt;
  std::string wide(id_digits - text.size(), '0');
  wide.append(text).append("ffffffff");
  return Address{.selection = parse_secondary_address(wide)};
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  if (const auto number = parse_number(text)) return *number;
  if (text.size() == id_digits || text.size() == all_digits) {
    std::string wide{text};
    wide.resize(all_digits, 'F');
    if (const auto mask = parse_secondary_address(wide)) return Address{.selection = *mask};
  }
  return Error{
      Errc::bad_value,
      "'" + std::string{text.substr(0, 40)} +
          "' is neither a primary address, 0…250 or 254, nor a secondary one: the eight digits of an "
          "id such as 12345678, or sixteen with manufacturer, version and medium such as "
          "1234567824400107; F stands for any digit"};
}

std::string to_string(const Address& address) {
  if (!address.selection) return std::to_string(address.primary);
  Identity rest = *address.selection;
  rest.id = any_identity.id;
  return rest == any_identity ? id_text(address.selection->id) : secondary_address(*address.selection);
}

bool matches(const Identity& mask, const Identity& identity) {
  for (unsigned at = 0; at < 32; at += 4) {
    const std::uint32_t wanted = mask.id >> at & 0x0F;
    if (wanted != 0x0F && wanted != (identity.id >> at & 0x0F)) return false;
  }
  const auto fits = [](auto wanted, auto is, auto any) { return wanted == any || wanted == is; };
  return fits(mask.manufacturer, identity.manufacturer, any_identity.manufacturer) &&
         fits(mask.version, identity.version, any_identity.version) &&
         fits(mask.medium, identity.medium, any_identity.medium);
}

Query query_to(const Address& address, std::uint32_t command, ByteView data) {
  Query query{.name = "mbus", .address = address.primary, .command = command};
  if (address.selection) {
    const auto wire = to_wire(*address.selection);
    query.data.push_back(select_ci);
    query.data.insert(query.data.end(), wire.begin(), wire.end());
  }
  query.data.insert(query.data.end(), data.begin(), data.end());
  return query;
}

}  // namespace busbar::protocol::mbus
