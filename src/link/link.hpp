// A link opens one byte stream and hands it back. It knows neither frames nor devices.
#pragma once

#include "async/asio.hpp"

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>

namespace busbar::link {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// At least one byte, or connection_closed / io_error. Must not be cancelled for a timeout: see Channel.
  /// A replay also gives timeout: here the recorded wait for the answer ended. Read on after it.
  [[nodiscard]] virtual asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) = 0;
  [[nodiscard]] virtual asio::awaitable<Result<void>> write(ByteView bytes) = 0;
  /// Ends a pending read_some with connection_closed; idempotent. TCP: sends FIN so that the gateway frees
  /// its slot.
  virtual void close() = 0;
  /// The wall-clock moment of the bytes that read_some has just given: now, or when they were recorded.
  [[nodiscard]] virtual UtcMillis moment() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }
};

struct TcpOptions {
  std::string host;  ///< name, IPv4 or IPv6 without brackets
  std::uint16_t port = 0;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds write_timeout{5000};
  std::chrono::seconds keepalive{30};  ///< idle time before the first probe; dead after about twice that
  bool operator==(const TcpOptions&) const = default;
};

enum class Parity { none, even, odd };

struct SerialOptions {
  std::string path;  ///< /dev/serial/by-id/… recommended
  unsigned baud = 9600;
  unsigned data_bits = 8;
  Parity parity = Parity::none;
  unsigned stop_bits = 1;
  std::chrono::milliseconds write_timeout{5000};
  bool operator==(const SerialOptions&) const = default;
};

/// A stream socket in the file system.
struct UnixOptions {
  std::string path;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds write_timeout{5000};
  bool operator==(const UnixOptions&) const = default;
};

/// Datagrams to and from one address: each write is one, and what one brings is read in order.
struct UdpOptions {
  std::string host;
  std::uint16_t port = 0;
  std::chrono::milliseconds connect_timeout{5000};  ///< of the look-up of the name
  std::chrono::milliseconds write_timeout{5000};
  bool operator==(const UdpOptions&) const = default;
};

/// Standard input and output of a command, run by /bin/sh in a process group of its own.
struct ExecOptions {
  std::string command;
  std::chrono::milliseconds write_timeout{5000};
  bool operator==(const ExecOptions&) const = default;
};

/// A USB device of class HID that carries a byte stream in reports of 8 bytes.
struct HidrawOptions {
  std::string path;
  bool pad = true;        ///< fill the last report up with zeros
  bool report_id = true;  ///< write the number 0 before each report, as the kernel documents it
  std::chrono::milliseconds write_timeout{5000};
  bool operator==(const HidrawOptions&) const = default;
};

using Options = std::variant<TcpOptions, SerialOptions, UnixOptions, UdpOptions, ExecOptions, HidrawOptions>;

class Link {
 public:
  virtual ~Link() = default;
  [[nodiscard]] virtual asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() = 0;
  [[nodiscard]] virtual std::string endpoint()
      const = 0;  ///< "tcp://192.168.1.50:26", "serial:/dev/ttyUSB0?baud=9600"
};

[[nodiscard]] std::unique_ptr<Link> make_link(Options options);
/// "tcp://host:port", "tcp://[::1]:26", "serial:/dev/ttyUSB0?baud=9600&parity=even" or a bare /dev path,
/// "unix:/run/x.sock", "udp://host:port", "exec:ssh host socat - /dev/ttyUSB0",
/// "hidraw:/dev/hidraw0?pad=none".
[[nodiscard]] Result<Options> parse_endpoint(std::string_view text);

}  // namespace busbar::link
