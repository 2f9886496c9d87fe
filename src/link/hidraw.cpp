// Reports of 8 bytes as a byte stream. Source: the kernel's Documentation/hid/hidraw.rst.
#include "link/hidraw.hpp"

#include "link/serial_node.hpp"
#include "link/stream_io.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace busbar::link {
namespace {

constexpr std::size_t report_size = 8;
/// What the drivers of such inverters leave between two reports of one request.
constexpr std::chrono::milliseconds between_reports{50};

class HidrawStream final : public ByteStream {
 public:
  HidrawStream(asio::posix::stream_descriptor device, const HidrawOptions& options, std::string endpoint)
      : device_{std::move(device)}, options_{options}, endpoint_{std::move(endpoint)} {}
  ~HidrawStream() override { HidrawStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    auto count = co_await read_available(device_, into, endpoint_);
    if (count) *count = without_padding(into.first(*count));
    co_return count;
  }

  asio::awaitable<Result<void>> write(ByteView bytes) override {
    for (std::size_t at = 0; at < bytes.size(); at += report_size) {
      if (at > 0) co_await pause();
      const Bytes report = report_of(bytes.subspan(at, std::min(report_size, bytes.size() - at)));
      auto written = co_await write_within(device_, report, options_.write_timeout, endpoint_);
      if (!written) co_return written;
    }
    co_return Result<void>{};
  }

  void close() override {
    boost::system::error_code ignored;
    if (device_.is_open()) device_.close(ignored);
  }

 private:
  /// hidraw wants the number of the report before the data, 0 where a device does not number them.
  Bytes report_of(ByteView part) const {
    Bytes report;
    if (options_.report_id) report.push_back(0);
    report.insert(report.end(), part.begin(), part.end());
    if (options_.pad) report.resize(report_size + (options_.report_id ? 1 : 0));
    return report;
  }

  /// Zeros behind the end of a line fill a report up. Other zeros may be part of a CRC.
  static std::size_t without_padding(std::span<const std::uint8_t> report) {
    const auto last = std::find_if(report.rbegin(), report.rend(), [](auto byte) { return byte != 0; });
    const bool ends_line = last != report.rend() && (*last == '\r' || *last == '\n');
    return ends_line ? static_cast<std::size_t>(report.rend() - last) : report.size();
  }

  asio::awaitable<void> pause() {
    asio::steady_timer timer{device_.get_executor(), between_reports};
    (void)co_await timer.async_wait(use_result);
  }

  asio::posix::stream_descriptor device_;
  HidrawOptions options_;
  std::string endpoint_;
};

/// What to do about it, where that is known.
Error open_error(const HidrawOptions& options, int code) {
  if (code == EACCES || code == EPERM)
    return {Errc::permission_denied, "may not open " + options.path + ": " + owner_of(options.path) +
                                         "; a udev rule for the subsystem hidraw gives it to a group"};
  if (code == ENOENT || code == ENODEV || code == ENXIO)
    return {Errc::connect_failed, "no " + options.path + ": not plugged in?"};
  return {Errc::connect_failed,
          "cannot open " + options.path + ": " +
              boost::system::error_code{code, boost::system::system_category()}.message()};
}

}  // namespace

std::unique_ptr<ByteStream> hidraw_stream(asio::any_io_executor executor, int descriptor,
                                          const HidrawOptions& options, std::string endpoint) {
  asio::posix::stream_descriptor device{executor, descriptor};
  device.non_blocking(true);
  return std::make_unique<HidrawStream>(std::move(device), options, std::move(endpoint));
}

std::string HidrawLink::endpoint() const {
  std::string text = "hidraw:" + options_.path;
  if (!options_.pad) text += "?pad=none";
  if (!options_.report_id) text += options_.pad ? "?report_id=none" : "&report_id=none";
  return text;
}

asio::awaitable<Result<std::unique_ptr<ByteStream>>> HidrawLink::open() {
  const auto executor = co_await asio::this_coro::executor;
  const int descriptor = ::open(options_.path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) co_return open_error(options_, errno);
  // Finds a polite holder, and tells the next one about us.
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    co_return Error{Errc::connect_failed, options_.path + " is taken: " + holder_of(options_.path)};
  }
  co_return hidraw_stream(executor, descriptor, options_, endpoint());
}

}  // namespace busbar::link
