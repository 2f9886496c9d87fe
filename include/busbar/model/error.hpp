// The one error type that travels from link to decoder, and the one place that sorts errors into classes.
#pragma once

#include <busbar/model/bytes.hpp>

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace busbar {

enum class Errc {
  // link
  resolve_failed,
  connect_failed,
  connection_closed,
  io_error,
  permission_denied,
  // exchange
  timeout,
  cancelled,
  queue_full,
  breaker_open,
  // frame
  bad_start,
  bad_product,
  bad_length,
  bad_checksum,
  bad_end,
  truncated_frame,
  wrong_address,
  wrong_command,
  // device
  rejected,     ///< the device answered with its negative acknowledgement
  not_allowed,  ///< a write that the site file does not allow by name
  unknown_query,
  // payload
  short_payload,
  bad_constant,  ///< a byte the profile declares constant has another value
  bad_value,
  // start-up
  invalid_profile,
  invalid_configuration,
};

/// What the caller should do: try again later, report and go on, or refuse to start.
enum class ErrorClass { transient, permanent, config };

struct Error {
  static constexpr std::size_t max_bytes = 256;

  Errc code{};
  std::string detail{};  ///< for a person; no secrets
  Bytes bytes{};         ///< the offending bytes, at most max_bytes

  Error() = default;  ///< needed by boost::system::result; means nothing
  Error(Errc code, std::string detail = {}, ByteView bytes = {});  // NOLINT: implicit by design of Result
  bool operator==(const Error&) const = default;
};

/// Stable snake_case name, as used in logs and as the `reason` label of metrics.
[[nodiscard]] std::string_view to_string(Errc code) noexcept;
[[nodiscard]] ErrorClass error_class(Errc code) noexcept;
/// "timeout: no answer within 1000 ms [ea d1 01]"
[[nodiscard]] std::string to_string(const Error& error);

template <class T>
using Result = boost::system::result<T, Error>;

/// Found by boost::system::result when value() is called on an error: throws std::runtime_error.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace busbar
