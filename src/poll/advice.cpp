// What a person can do about an error of a poll.
#include "poll/advice.hpp"

namespace busbar::poll {

std::string_view advice(Errc error) noexcept {
  switch (error) {
    case Errc::timeout:
      return "check power, wiring (A and B swapped?), address and baud rate";
    case Errc::bad_checksum:
    case Errc::bad_end:
    case Errc::bad_start:
    case Errc::bad_product:
    case Errc::bad_length:
      return "check baud rate, termination and shielding, the protocol of the profile, and that no second "
             "master talks";
    case Errc::truncated_frame:
      return "a longer timeout or spacing may help; check the packing time of the device server";
    case Errc::wrong_address:
    case Errc::wrong_command:
      return "check the addresses, and that no second master talks on this line";
    case Errc::resolve_failed:
      return "check the host name in 'link', or write an address";
    case Errc::connect_failed:
    case Errc::connection_closed:
      return "check 'link': a gateway's address, port, and how many clients it accepts; or the serial "
             "adapter";
    case Errc::permission_denied:
      return "give the service the group that owns the port";
    case Errc::short_payload:
    case Errc::bad_constant:
    case Errc::bad_value:
      return "the device answers in another layout than its profile describes: see 'busbar profile explain'";
    default:
      return "";
  }
}

std::string explain(const Error& error, std::uint64_t times) {
  std::string text = to_string(error);
  if (const auto hint = advice(error.code); !hint.empty()) text.append("; ").append(hint);
  if (times > 1) text.append(" (").append(std::to_string(times)).append(" times)");
  return text;
}

}  // namespace busbar::poll
