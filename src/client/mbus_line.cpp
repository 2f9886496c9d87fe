#include "client/mbus_line.hpp"

#include <limits>
#include <stdexcept>
#include <utility>

namespace busbar::client {
namespace {

using std::chrono::milliseconds;

class Watched final : public link::Link {
 public:
  Watched(std::unique_ptr<link::Link> link, std::function<void(Result<void>)> told)
      : link_{std::move(link)}, told_{std::move(told)} {}

  asio::awaitable<Result<std::unique_ptr<link::ByteStream>>> open() override {
    auto opened = co_await link_->open();
    told_(opened ? Result<void>{} : Result<void>{opened.error()});
    co_return opened;
  }
  std::string endpoint() const override { return link_->endpoint(); }

 private:
  std::unique_ptr<link::Link> link_;
  std::function<void(Result<void>)> told_;
};

}  // namespace

MbusLine mbus_line(const MbusOptions& options) {
  auto parsed = link::parse_endpoint(options.endpoint);
  if (!parsed) throw std::invalid_argument(to_string(parsed.error()));
  MbusLine line{.link = std::move(*parsed)};
  unsigned baud = options.baud;
  milliseconds slack = protocol::mbus::network_slack;
  if (auto* serial = std::get_if<link::SerialOptions>(&line.link)) {
    const auto said = [&](const char* key) { return options.endpoint.find(key) != std::string::npos; };
    if (!said("baud=")) serial->baud = baud != 0 ? baud : protocol::mbus::usual_baud;
    if (!said("parity=")) serial->parity = link::Parity::even;
    baud = serial->baud;
    slack = protocol::mbus::serial_slack;
  }
  line.timing = protocol::mbus::timing_of(baud, slack, options.timeout);
  return line;
}

channel::Options mbus_channel(const MbusOptions& options, const MbusLine& line) {
  channel::Options result;
  result.id = options.endpoint;
  result.spacing = line.timing.idle;
  result.settle = line.timing.idle;
  result.timeout = line.timing.readout;
  // Repetitions and the decision whom to ask are the caller's: a search knows better what silence means.
  result.retries = 0;
  result.breaker_failures = std::numeric_limits<unsigned>::max();
  result.silence_limit = milliseconds{0};
  result.reconnect_min = milliseconds{500};
  result.reconnect_max = milliseconds{5000};
  return result;
}

std::unique_ptr<link::Link> watched(std::unique_ptr<link::Link> link,
                                    std::function<void(Result<void>)> told) {
  return std::make_unique<Watched>(std::move(link), std::move(told));
}

}  // namespace busbar::client
