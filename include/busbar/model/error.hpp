// The one error type that travels from link to decoder, and the one place that sorts errors into classes.
#pragma once

#include <busbar/model/bytes.hpp>

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace busbar {

enum class Errc {
  // link
  resolve_failed,     ///< the host has no address, or the name service does not answer
  connect_failed,     ///< refused, no route, no such port, taken by somebody else
  connection_closed,  ///< by the far side, by a lost network, or unplugged
  io_error,           ///< any other refusal of the system: reading, writing, a file
  permission_denied,  ///< of the operating system
  // exchange
  timeout,       ///< not one byte, or none that completed an answer, in the time it had
  cancelled,     ///< the one who asked is gone, or the daemon ends
  queue_full,    ///< too many wait for the line already
  breaker_open,  ///< the device was silent too often and is asked rarely now; nothing was sent
  // frame
  bad_start,        ///< no frame of the protocol begins so
  bad_product,      ///< Orion: another product id
  bad_length,       ///< a length that no frame, answer or payload of this kind has
  bad_checksum,     ///< XOR, sum or CRC does not fit
  bad_end,          ///< the end is not where the length says
  truncated_frame,  ///< broke off before its end
  wrong_address,    ///< only another address answered
  wrong_command,    ///< only an answer to something else came
  // device
  rejected,       ///< the device answered with its negative acknowledgement
  not_allowed,    ///< a write that the site file does not allow by name
  unknown_query,  ///< the profile or the protocol has none of that name or number
  // payload
  short_payload,  ///< ends before the fields that must be there
  bad_constant,   ///< a byte the profile declares constant has another value
  bad_value,      ///< well formed, but impossible: counts that contradict each other, an address there is not
  // start-up
  invalid_profile,        ///< a file of a device is wrong; the detail has file, line and column
  invalid_configuration,  ///< what a person wrote is wrong: site file, endpoint, dialect
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
