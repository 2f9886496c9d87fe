// Numbers, and what single protocols know beside them.
#include <busbar/protocol/mbus/address.hpp>
#include <busbar/protocol/mbus/timing.hpp>
#include <busbar/protocol/target.hpp>

#include <algorithm>
#include <charconv>
#include <string>

namespace busbar::protocol {
namespace {

Result<Target> parse_mbus(std::string_view text) {
  const auto address = mbus::parse_address(text);
  if (!address) return address.error();
  // An id that the digits of a number name is that number, as in files and captures it always was.
  const bool number = text.front() != '0' && text.size() <= 8 &&
                      text.find_first_not_of("0123456789") == std::string_view::npos;
  if (address->selection && number) return Target{static_cast<std::uint32_t>(std::stoul(std::string{text}))};
  const Query query = mbus::query_to(*address, 0);
  return Target{query.address, query.data};
}

}  // namespace

bool has_targets(std::string_view protocol) { return protocol == "mbus"; }

Result<Target> parse_target(std::string_view protocol, std::string_view text) {
  if (has_targets(protocol)) return parse_mbus(text);
  Target target;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target.address);
  if (error == std::errc{} && end == text.data() + text.size() && !text.empty()) return target;
  return Error{Errc::bad_value, "addresses of the protocol " + std::string{protocol} + " are numbers"};
}

std::optional<std::chrono::milliseconds> exchange_time(std::string_view protocol, unsigned baud,
                                                       bool behind_network) {
  if (protocol != "mbus") return std::nullopt;
  // A poll that lasts longer would be taken for one that hangs.
  constexpr std::chrono::seconds longest{45};
  const auto slack = behind_network ? mbus::network_slack : mbus::serial_slack;
  return std::min<std::chrono::milliseconds>(longest, mbus::timing_of(baud, slack).readout);
}

std::string target_text(const Target& target) {
  constexpr std::size_t selection = 9;  // CI and identity
  if (target.prefix.size() != selection) return std::to_string(target.address);
  return to_string(mbus::Address{.selection = mbus::identity_from_wire(ByteView{target.prefix}.subspan(1))});
}

}  // namespace busbar::protocol
