// Opening, locking and setting up a serial port.
#include "link/serial.hpp"

#include "link/serial_node.hpp"
#include "link/stream_io.hpp"

#include <boost/asio/serial_port.hpp>
#include <boost/asio/this_coro.hpp>

#include <fcntl.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <utility>

namespace busbar::link {
namespace {

using asio::serial_port;
using boost::system::error_code;

class SerialStream final : public ByteStream {
 public:
  SerialStream(serial_port port, std::chrono::milliseconds write_timeout, std::string endpoint)
      : port_{std::move(port)}, write_timeout_{write_timeout}, endpoint_{std::move(endpoint)} {}
  ~SerialStream() override { SerialStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    return read_available(port_, into, endpoint_);
  }
  asio::awaitable<Result<void>> write(ByteView bytes) override {
    return write_within(port_, bytes, write_timeout_, endpoint_);
  }

  void close() override {
    if (!port_.is_open()) return;
    // Output that cannot drain (flow control, adapter gone) must not hold the close up.
    (void)::tcflush(port_.native_handle(), TCIOFLUSH);
    error_code ignored;
    port_.close(ignored);
  }

 private:
  serial_port port_;
  std::chrono::milliseconds write_timeout_;
  std::string endpoint_;
};

std::string device(const SerialOptions& options) { return "serial port " + options.path; }

/// What to do about it, where that is known: rights, another program, a missing adapter.
Error open_error(const SerialOptions& options, const error_code& code) {
  switch (code.value()) {
    case EACCES:
    case EPERM:
      return {Errc::permission_denied, "may not open " + device(options) + ": " + owner_of(options.path) +
                                           "; run busbar as a member of that group"};
    case EBUSY:
      return {Errc::connect_failed, device(options) + " is taken: " + holder_of(options.path)};
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return {Errc::connect_failed, "no " + device(options) + ": not plugged in?"};
    default:
      return {Errc::connect_failed, "cannot open " + device(options) + ": " + code.message()};
  }
}

/// TIOCEXCL keeps others from opening the node from now on (root excepted), flock() finds a polite holder and
/// tells the next one about us.
Result<void> take(serial_port& port, const SerialOptions& options) {
  const int fd = port.native_handle();
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return Error{Errc::connect_failed, device(options) + " is taken: " + holder_of(options.path)};
  }
  (void)::ioctl(fd, TIOCEXCL);
  return {};
}

serial_port::parity parity_option(Parity parity) {
  switch (parity) {
    case Parity::even:
      return serial_port::parity{serial_port::parity::even};
    case Parity::odd:
      return serial_port::parity{serial_port::parity::odd};
    case Parity::none:
      break;
  }
  return serial_port::parity{serial_port::parity::none};
}

template <class Option>
void apply(serial_port& port, const Option& option, const std::string& what, std::string& refused) {
  error_code error;
  port.set_option(option, error);
  if (error) refused += (refused.empty() ? "" : ", ") + what;
}

/// All settings are tried, so that one message names every one that the adapter refuses. What came in before
/// them was heard at another speed, and is thrown away.
Result<void> set_up(serial_port& port, const SerialOptions& options) {
  std::string refused;
  const auto stop = options.stop_bits == 2 ? serial_port::stop_bits::two : serial_port::stop_bits::one;
  apply(port, serial_port::baud_rate{options.baud}, "baud " + std::to_string(options.baud), refused);
  apply(port, serial_port::character_size{options.data_bits},
        "data_bits " + std::to_string(options.data_bits), refused);
  apply(port, parity_option(options.parity), "parity", refused);
  apply(port, serial_port::stop_bits{stop}, "stop_bits " + std::to_string(options.stop_bits), refused);
  apply(port, serial_port::flow_control{serial_port::flow_control::none}, "no flow control", refused);
  if (!refused.empty()) return Error{Errc::connect_failed, device(options) + " refuses " + refused};
  (void)::tcflush(port.native_handle(), TCIOFLUSH);
  return {};
}

/// USB adapters otherwise collect bytes for up to 16 ms; drivers without the setting refuse, and that is all
/// right.
void ask_low_latency(int fd) {
  serial_struct settings{};
  if (::ioctl(fd, TIOCGSERIAL, &settings) != 0) return;
  settings.flags |= ASYNC_LOW_LATENCY;
  (void)::ioctl(fd, TIOCSSERIAL, &settings);
}

}  // namespace

SerialLink::SerialLink(SerialOptions options) : options_{std::move(options)} {}

std::string SerialLink::endpoint() const {
  static constexpr const char* parities[] = {"none", "even", "odd"};
  std::string text = "serial:" + options_.path + "?baud=" + std::to_string(options_.baud);
  if (options_.data_bits != 8) text += "&data_bits=" + std::to_string(options_.data_bits);
  if (options_.parity != Parity::none)
    text += std::string{"&parity="} + parities[static_cast<int>(options_.parity)];
  if (options_.stop_bits != 1) text += "&stop_bits=" + std::to_string(options_.stop_bits);
  return text;
}

asio::awaitable<Result<std::unique_ptr<ByteStream>>> SerialLink::open() {
  serial_port port{co_await asio::this_coro::executor};
  error_code error;
  port.open(options_.path, error);
  if (error) co_return open_error(options_, error);
  if (auto taken = take(port, options_); !taken) co_return std::move(taken).error();
  if (auto ready = set_up(port, options_); !ready) co_return std::move(ready).error();
  ask_low_latency(port.native_handle());
  co_return std::make_unique<SerialStream>(std::move(port), options_.write_timeout, endpoint());
}

}  // namespace busbar::link
