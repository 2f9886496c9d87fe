// Accepting peers, cutting their bytes into requests, and giving each request to the model.
#include "simulate/server.hpp"

#include "simulate/wire.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace busbar::simulate {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using Acceptor = std::shared_ptr<tcp::acceptor>;

std::uint64_t random_seed() {
  std::random_device device;
  return 1 + device() % 1'000'000;  // short enough to type again
}

/// Only what needs no look-up: a resolver would block the loop.
Result<asio::ip::address> listen_address(const std::string& host) {
  if (host == "localhost") return asio::ip::address{asio::ip::address_v4::loopback()};
  error_code error;
  auto address = asio::ip::make_address(host, error);
  if (error)
    return Error{Errc::invalid_configuration,
                 "'" + host.substr(0, 80) + "' is no IP address to listen on; try 127.0.0.1, 0.0.0.0 or ::"};
  return address;
}

}  // namespace

Result<void> check(const ServerOptions& options) {
  if (options.baud != 0 && (options.baud < 300 || options.baud > 4'000'000))
    return Error{Errc::invalid_configuration, "baud must be 300 to 4000000, or 0 for no pacing"};
  if (options.max_connections < 1)
    return Error{Errc::invalid_configuration, "max_connections must be at least 1"};
  if (const auto address = listen_address(options.host); !address) return address.error();
  return {};
}

struct Server::State {
  State(async::TaskGroup& group, ServerOptions given, std::unique_ptr<Model> devices)
      : tasks{group},
        options{std::move(given)},
        seed{options.seed != 0 ? options.seed : random_seed()},
        model{std::move(devices)},
        mischief{options.faults, seed, model->forger()},
        port{options.port} {}

  asio::awaitable<void> accept(Acceptor listener);
  asio::awaitable<void> serve(std::shared_ptr<Peer> peer);
  asio::awaitable<void> announce(std::shared_ptr<Wire> on);
  void welcome(std::shared_ptr<Peer> peer);
  void on_request(const protocol::Frame& request, bool first, const std::shared_ptr<Peer>& peer);
  milliseconds since_power(Clock::time_point now) const {
    return std::chrono::duration_cast<milliseconds>(now - powered);
  }
  std::size_t open_tcp() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(peers, [](const auto& peer) { return peer->is_tcp(); }));
  }

  async::TaskGroup& tasks;
  ServerOptions options;
  std::uint64_t seed;
  std::unique_ptr<Model> model;
  Mischief mischief;
  std::uint16_t port;
  Clock::time_point powered = Clock::now();
  Acceptor acceptor;
  std::shared_ptr<Wire> wire;
  std::vector<std::shared_ptr<Peer>> peers;
  Counters counters;
};

/// Takes connections until the listener is closed. Beyond the limit they are closed at once, as a device
/// server with one client does.
asio::awaitable<void> Server::State::accept(Acceptor listener) {
  while (listener->is_open()) {
    auto [error, socket] = co_await listener->async_accept(use_result);
    if (!listener->is_open()) co_return;
    if (error) {
      // Out of descriptors, or the peer was gone already: a short pause, for the listener itself is sound.
      co_await async::wait_until(Clock::now() + milliseconds{100});
    } else if (open_tcp() >= options.max_connections) {
      ++counters.refused;
    } else {
      welcome(std::make_shared<Peer>(std::move(socket)));
    }
  }
}

/// The wire comes to life with the first peer: devices that speak unasked do so from then on.
void Server::State::welcome(std::shared_ptr<Peer> peer) {
  ++counters.connections;
  if (!wire) {
    wire = std::make_shared<Wire>(tasks.executor(), options.baud);
    tasks.spawn("simulated wire", Wire::run(wire));
    if (model->period().count() > 0) tasks.spawn("simulated devices", announce(wire));
  }
  peers.push_back(peer);
  tasks.spawn("simulator peer", serve(std::move(peer)));
}

/// Requests of one peer, until it goes. A pause of 100 ms ends a frame, as it does for a device on a bus.
asio::awaitable<void> Server::State::serve(std::shared_ptr<Peer> peer) {
  constexpr milliseconds frame_gap{100};
  protocol::FrameReader reader{model->requests()};
  std::array<std::uint8_t, 512> buffer{};
  bool first = true;
  auto last = Clock::now();
  while (const std::size_t count = co_await peer->read_some(buffer)) {
    const auto now = Clock::now();
    if (now - std::exchange(last, now) > frame_gap) reader.clear();  // what was unfinished stays so
    reader.feed(ByteView{buffer}.first(count));
    while (const auto request = reader.next()) on_request(*request, std::exchange(first, false), peer);
  }
  peer->close();
  std::erase(peers, peer);
}

/// The answer, and what the faults make of it, goes out when the wire has carried the request and the device
/// has thought. A request that comes while another is being answered is counted: a master must not do that.
void Server::State::on_request(const protocol::Frame& request, bool first,
                               const std::shared_ptr<Peer>& peer) {
  if (!wire) return;  // stop() came between the arrival of the bytes and now
  ++counters.requests;
  ++counters.requests_by_address[request.address];
  if (wire->answering()) ++counters.overlaps;
  const auto now = Clock::now();
  auto frames = model->respond(request, since_power(now));
  auto transmission = mischief.apply(request.bytes, request.address, first, std::move(frames));
  if (transmission.pieces.empty() && !transmission.reset) return;
  wire->schedule(now + wire->duration(request.bytes.size()) + options.turnaround, peer,
                 std::move(transmission));
}

/// What the devices say unasked goes to everybody who is connected.
asio::awaitable<void> Server::State::announce(std::shared_ptr<Wire> on) {
  for (auto next = Clock::now(); on == wire; next += model->period()) {
    co_await async::wait_until(next);
    if (on != wire) co_return;
    const auto frames = model->announce(since_power(next));
    for (const auto& peer : peers) {
      auto transmission = mischief.apply({}, 0, false, frames);
      if (!transmission.pieces.empty() || transmission.reset)
        wire->schedule(next, peer, std::move(transmission));
    }
  }
}

Server::Server(async::TaskGroup& tasks, ServerOptions options, std::unique_ptr<Model> model)
    : state_{std::make_unique<State>(tasks, std::move(options), std::move(model))} {}

Server::~Server() { stop(); }

Result<void> Server::start() {
  const auto address = listen_address(state_->options.host);
  if (!address) return address.error();
  const tcp::endpoint endpoint{*address, state_->port};
  const auto listener = std::make_shared<tcp::acceptor>(state_->tasks.executor());
  error_code error;
  listener->open(endpoint.protocol(), error);
  if (!error) listener->set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) listener->bind(endpoint, error);
  if (!error) listener->listen(tcp::acceptor::max_listen_connections, error);
  if (error)
    return Error{Errc::io_error, "cannot listen on " + state_->options.host + " port " +
                                     std::to_string(state_->port) + ": " + error.message()};
  state_->port = listener->local_endpoint(error).port();
  state_->acceptor = listener;
  state_->tasks.spawn("simulator listener", state_->accept(listener));
  spdlog::debug("simulating on {} port {}, seed {}", state_->options.host, state_->port, state_->seed);
  return {};
}

Result<void> Server::attach(int descriptor) {
  asio::posix::stream_descriptor stream{state_->tasks.executor()};
  error_code error;
  stream.assign(descriptor, error);
  if (error) return Error{Errc::io_error, "cannot serve the descriptor: " + error.message()};
  state_->welcome(std::make_shared<Peer>(std::move(stream)));
  return {};
}

void Server::stop() {
  error_code ignored;
  if (state_->acceptor) state_->acceptor->close(ignored);
  if (state_->wire) state_->counters.responses += state_->wire->completed();
  if (state_->wire) state_->wire->stop();
  state_->wire.reset();
  for (const auto& peer : state_->peers) peer->close();
}

std::uint16_t Server::port() const noexcept { return state_->port; }
std::uint64_t Server::seed() const noexcept { return state_->seed; }
std::size_t Server::connections() const noexcept { return state_->peers.size(); }

Counters Server::counters() const {
  Counters counters = state_->counters;
  if (state_->wire) counters.responses += state_->wire->completed();
  counters.faults = state_->mischief.counts();
  return counters;
}

}  // namespace busbar::simulate
