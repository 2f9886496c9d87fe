// Accepting peers, cutting their bytes into requests, and giving each request to its pack.
#include "simulate/server.hpp"

#include "simulate/wire.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

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
namespace orion = protocol::orion;

constexpr std::size_t address_at = 2;
constexpr std::size_t command_at = 4;
constexpr std::size_t data_at = 6;

Bytes other_address(ByteView frame) {
  const auto command = static_cast<std::uint16_t>(frame[command_at] << 8 | frame[command_at + 1]);
  const auto address = static_cast<std::uint8_t>(frame[address_at] + 1);
  return orion::encode(orion::manufacturer, address, command,
                       frame.subspan(data_at, frame.size() - data_at - 2))
      .value();
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy[copy.size() - 2] ^= 0x10;
  return copy;
}

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

Result<void> check(const OrionOptions& options) {
  if (options.count < 1 || options.count > 255)
    return Error{Errc::invalid_configuration, "count must be 1 to 255, one address each"};
  if (options.baud != 0 && (options.baud < 300 || options.baud > 4'000'000))
    return Error{Errc::invalid_configuration, "baud must be 300 to 4000000, or 0 for no pacing"};
  if (options.max_connections < 1)
    return Error{Errc::invalid_configuration, "max_connections must be at least 1"};
  if (const auto address = listen_address(options.host); !address) return address.error();
  return check(options.pack);
}

struct OrionServer::State {
  State(async::TaskGroup& group, OrionOptions given)
      : tasks{group},
        options{std::move(given)},
        seed{options.seed != 0 ? options.seed : random_seed()},
        mischief{options.faults, seed, {&other_address, &bad_checksum}},
        codec{orion::make_codec(orion::manufacturer)},
        port{options.port} {
    for (unsigned address = 1; address <= options.count; ++address) {
      PackOptions pack = options.pack;
      pack.address = static_cast<std::uint8_t>(address);
      packs.emplace_back(std::move(pack));
    }
  }

  asio::awaitable<void> accept(Acceptor listener);
  asio::awaitable<void> serve(std::shared_ptr<Peer> peer);
  void welcome(std::shared_ptr<Peer> peer);
  void on_request(const protocol::Frame& request, bool first, const std::shared_ptr<Peer>& peer);
  std::size_t open_tcp() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(peers, [](const auto& peer) { return peer->is_tcp(); }));
  }

  async::TaskGroup& tasks;
  OrionOptions options;
  std::uint64_t seed;
  Mischief mischief;
  std::unique_ptr<protocol::Codec> codec;
  std::uint16_t port;
  std::vector<OrionPack> packs;
  Clock::time_point powered = Clock::now();
  Acceptor acceptor;
  std::shared_ptr<Wire> wire;
  std::vector<std::shared_ptr<Peer>> peers;
  OrionCounters counters;
};

asio::awaitable<void> OrionServer::State::accept(Acceptor listener) {
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

void OrionServer::State::welcome(std::shared_ptr<Peer> peer) {
  ++counters.connections;
  if (!wire) {
    wire = std::make_shared<Wire>(tasks.executor(), options.baud);
    tasks.spawn("simulated wire", Wire::run(wire));
  }
  peers.push_back(peer);
  tasks.spawn("simulator peer", serve(std::move(peer)));
}

asio::awaitable<void> OrionServer::State::serve(std::shared_ptr<Peer> peer) {
  constexpr milliseconds frame_gap{100};
  protocol::FrameReader reader{*codec};
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

void OrionServer::State::on_request(const protocol::Frame& request, bool first,
                                    const std::shared_ptr<Peer>& peer) {
  if (!wire) return;  // stop() came between the arrival of the bytes and now
  ++counters.requests;
  ++counters.requests_by_address[request.address];
  if (wire->answering()) ++counters.overlaps;
  const auto now = Clock::now();
  const auto elapsed = std::chrono::duration_cast<milliseconds>(now - powered);
  std::vector<Bytes> frames;
  if (request.address >= 1 && request.address <= packs.size())
    frames = packs[request.address - 1].respond(request, elapsed);
  auto transmission = mischief.apply(request.bytes, request.address, first, std::move(frames));
  if (transmission.pieces.empty() && !transmission.reset) return;
  wire->schedule(now + wire->duration(request.bytes.size()) + options.turnaround, peer,
                 std::move(transmission));
}

OrionServer::OrionServer(async::TaskGroup& tasks, OrionOptions options)
    : state_{std::make_unique<State>(tasks, std::move(options))} {}

OrionServer::~OrionServer() { stop(); }

Result<void> OrionServer::start() {
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
  spdlog::debug("simulating {} Orion pack(s) on {} port {}, seed {}", state_->options.count,
                state_->options.host, state_->port, state_->seed);
  return {};
}

Result<void> OrionServer::attach(int descriptor) {
  asio::posix::stream_descriptor stream{state_->tasks.executor()};
  error_code error;
  stream.assign(descriptor, error);
  if (error) return Error{Errc::io_error, "cannot serve the descriptor: " + error.message()};
  state_->welcome(std::make_shared<Peer>(std::move(stream)));
  return {};
}

void OrionServer::stop() {
  error_code ignored;
  if (state_->acceptor) state_->acceptor->close(ignored);
  if (state_->wire) state_->counters.responses += state_->wire->completed();
  if (state_->wire) state_->wire->stop();
  state_->wire.reset();
  for (const auto& peer : state_->peers) peer->close();
}

std::uint16_t OrionServer::port() const noexcept { return state_->port; }
std::uint64_t OrionServer::seed() const noexcept { return state_->seed; }
std::size_t OrionServer::connections() const noexcept { return state_->peers.size(); }

OrionCounters OrionServer::counters() const {
  OrionCounters counters = state_->counters;
  if (state_->wire) counters.responses += state_->wire->completed();
  counters.faults = state_->mischief.counts();
  return counters;
}

}  // namespace busbar::simulate
