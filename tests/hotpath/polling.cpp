#include "hotpath/polling.hpp"

#include "hotpath/hot_path.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace busbar::test {
namespace {

using namespace std::chrono_literals;
using asio::ip::tcp;

class Behind final : public sink::Sink {
 public:
  explicit Behind(Output output) : output_{std::move(output)} {}
  std::string_view name() const override { return "output"; }
  void describe(const sink::DeviceDescription&) override {}
  void forget(std::string_view) override {}
  void publish(const Report& report) override { output_(report); }
  void availability(std::string_view, Availability, std::string_view) override {}
  asio::awaitable<void> run() override { co_return; }
  asio::awaitable<void> finish(Steady, bool) override { co_return; }
  SinkAccount account() const override { return {}; }

 private:
  Output output_;
};

/// Nothing to wait for but the answer.
channel::Options without_pauses() {
  channel::Options options;
  options.id = "bus";
  options.spacing = options.after_connect = 0ms;
  options.timeout = 10s;
  return options;
}

poll::Device pack_of(const profile::Profile& profile) {
  poll::Device device;
  device.id = "pack";
  device.profile = &profile;
  device.address = 1;
  device.intervals = {{"voltages", 1h}};
  return device;
}

std::unique_ptr<link::Link> link_to(std::uint16_t port) {
  link::TcpOptions options;
  options.host = "127.0.0.1";
  options.port = port;
  return link::make_link(std::move(options));
}

}  // namespace

Pack::Pack(std::vector<Bytes> answers)
    : answers_{std::move(answers)},
      acceptor_{loop_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}},
      thread_{[this] { serve(); }} {}

Pack::~Pack() { thread_.join(); }

void Pack::serve() {
  tcp::socket socket{loop_};
  acceptor_.accept(socket);
  socket.set_option(tcp::no_delay{true});
  std::array<std::uint8_t, 8> request{};
  boost::system::error_code error;
  for (std::size_t n = 0; !error; ++n) {
    asio::read(socket, asio::buffer(request), error);
    if (!error) asio::write(socket, asio::buffer(answers_[n % answers_.size()]), error);
  }
}

Polling::Polling(std::size_t cells, Output output)
    : pack_{voltages(cells)},
      channel_{loop_.get_executor(), without_pauses(), link_to(pack_.port()),
               protocol::make_codec("orion").value()},
      poller_{pack_of(profile_of("orion1000")), channel_, sinks_, std::chrono::steady_clock::now()},
      tasks_{loop_.get_executor(), [](std::string_view name, const std::exception_ptr&) {
               std::fprintf(stderr, "hot path: %.*s failed\n", static_cast<int>(name.size()), name.data());
               std::abort();
             }} {
  sinks_.add(std::make_unique<Behind>(std::move(output)));
  tasks_.spawn("channel", channel_.run());
}

Polling::~Polling() {
  channel_.stop();
  tasks_.cancel();
  loop_.restart();
  loop_.run();
}

asio::awaitable<void> Polling::repeat(std::size_t times) {
  for (std::size_t n = 0; n < times; ++n) (void)co_await poller_.poll_once();
  loop_.stop();
}

void Polling::poll(std::size_t times) {
  tasks_.spawn("polls", repeat(times));
  loop_.restart();
  loop_.run();
}

}  // namespace busbar::test
