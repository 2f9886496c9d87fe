// Names and classes of the errors; each enumerator appears exactly once in each switch, so a new one cannot
// be forgotten.
#include <busbar/model/error.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace busbar {

Error::Error(Errc code_, std::string detail_, ByteView bytes_) : code{code_}, detail{std::move(detail_)} {
  const ByteView kept = bytes_.first(std::min(bytes_.size(), max_bytes));
  bytes.assign(kept.begin(), kept.end());
}

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::resolve_failed:
      return "resolve_failed";
    case Errc::connect_failed:
      return "connect_failed";
    case Errc::connection_closed:
      return "connection_closed";
    case Errc::io_error:
      return "io_error";
    case Errc::permission_denied:
      return "permission_denied";
    case Errc::timeout:
      return "timeout";
    case Errc::cancelled:
      return "cancelled";
    case Errc::queue_full:
      return "queue_full";
    case Errc::breaker_open:
      return "breaker_open";
    case Errc::bad_start:
      return "bad_start";
    case Errc::bad_product:
      return "bad_product";
    case Errc::bad_length:
      return "bad_length";
    case Errc::bad_checksum:
      return "bad_checksum";
    case Errc::bad_end:
      return "bad_end";
    case Errc::truncated_frame:
      return "truncated_frame";
    case Errc::wrong_address:
      return "wrong_address";
    case Errc::wrong_command:
      return "wrong_command";
    case Errc::rejected:
      return "rejected";
    case Errc::not_allowed:
      return "not_allowed";
    case Errc::unknown_query:
      return "unknown_query";
    case Errc::short_payload:
      return "short_payload";
    case Errc::bad_constant:
      return "bad_constant";
    case Errc::bad_value:
      return "bad_value";
    case Errc::invalid_profile:
      return "invalid_profile";
    case Errc::invalid_configuration:
      return "invalid_configuration";
  }
  return "unknown_error";  // a value cast from outside the enumeration
}

ErrorClass error_class(Errc code) noexcept {
  switch (code) {
    // The line, the far side or the load of the moment: the next attempt may succeed.
    case Errc::resolve_failed:
    case Errc::connect_failed:
    case Errc::connection_closed:
    case Errc::io_error:
    case Errc::timeout:
    case Errc::queue_full:
    case Errc::breaker_open:
    case Errc::bad_start:
    case Errc::bad_product:
    case Errc::bad_length:
    case Errc::bad_checksum:
    case Errc::bad_end:
    case Errc::truncated_frame:
    case Errc::wrong_address:
    case Errc::wrong_command:
      return ErrorClass::transient;
    // The same request would get the same answer; a payload that does not fit came in a frame that was
    // verified.
    case Errc::permission_denied:
    case Errc::cancelled:
    case Errc::rejected:
    case Errc::not_allowed:
    case Errc::unknown_query:
    case Errc::short_payload:
    case Errc::bad_constant:
    case Errc::bad_value:
      return ErrorClass::permanent;
    case Errc::invalid_profile:
    case Errc::invalid_configuration:
      return ErrorClass::config;
  }
  return ErrorClass::permanent;
}

std::string to_string(const Error& error) {
  std::string text{to_string(error.code)};
  if (!error.detail.empty()) text.append(": ").append(error.detail);
  if (!error.bytes.empty()) text.append(" [").append(to_hex(error.bytes, ' ')).append("]");
  return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error{to_string(error)};
}

}  // namespace busbar
