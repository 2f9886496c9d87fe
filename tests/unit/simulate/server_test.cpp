// The simulated device server over real TCP, and over an open descriptor: answers, faults, connections,
// accounting.
#include "simulate/orion_server.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <vector>

namespace busbar::simulate {
namespace {

namespace orion = protocol::orion;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

/// A master with one connection. Every wait ends: with frames, with the end of the connection, or with a test
/// failure.
class Client {
 public:
  explicit Client(asio::any_io_executor executor) : socket_{executor} {}

  asio::awaitable<bool> connect(std::uint16_t port) {
    const auto [error] = co_await socket_.async_connect({asio::ip::address_v4::loopback(), port}, use_result);
    co_return !error;
  }
  asio::awaitable<void> send(Bytes bytes) {
    co_await asio::async_write(socket_, asio::buffer(bytes), use_result);
  }
  asio::awaitable<void> ask(std::uint16_t command, std::uint8_t address = 1) {
    co_await send(orion::encode(orion::manufacturer, address, command).value());
  }
  /// The next whole frame; nullopt when the connection ended.
  asio::awaitable<std::optional<Bytes>> frame() {
    while (true) {
      if (const auto found = reader_.next()) co_return Bytes{found->bytes.begin(), found->bytes.end()};
      std::array<std::uint8_t, 600> buffer{};
      const auto [error, count] = co_await socket_.async_read_some(asio::buffer(buffer), use_result);
      end = error;
      if (error) co_return std::nullopt;
      ++reads;
      reader_.feed(ByteView{buffer}.first(count));
    }
  }
  asio::awaitable<std::optional<Bytes>> exchange(std::uint16_t command, std::uint8_t address = 1) {
    co_await ask(command, address);
    co_return co_await frame();
  }
  void close() { socket_.close(); }
  std::uint64_t skipped() const { return reader_.bytes_skipped(); }

  error_code end{};
  std::size_t reads = 0;

 private:
  tcp::socket socket_;
  std::unique_ptr<protocol::Codec> codec_ = orion::make_codec(orion::manufacturer);
  protocol::FrameReader reader_{*codec_};
};

class OrionServerTest : public testing::Test {
 protected:
  void start(OrionOptions options) {
    if (options.seed == 0) options.seed = 1;
    ASSERT_TRUE(check(options).has_value());
    server.emplace(tasks, std::move(options));
    ASSERT_TRUE(server->start().has_value());
  }
  /// Runs `scenario` to its end, at most 20 s.
  void run(asio::awaitable<void> scenario) {
    bool done = false;
    tasks.spawn("scenario", finish(std::move(scenario), done));
    io.restart();
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    while (!done && std::chrono::steady_clock::now() < deadline && io.run_one_for(1s) > 0) {
    }
    EXPECT_TRUE(done) << "the scenario did not end";
  }
  static asio::awaitable<void> finish(asio::awaitable<void> scenario, bool& done) {
    co_await std::move(scenario);
    done = true;
  }
  void TearDown() override {
    // On the loop, as a daemon does: a task must not end between the decision to cancel it and the signal.
    asio::post(io, [this] {
      if (server) server->stop();
      tasks.cancel();
    });
    io.restart();
    io.run_for(5s);
    EXPECT_EQ(tasks.size(), 0U) << "a task outlived the server";
  }
  static FaultRule rule(std::string_view text) { return parse_fault(text).value(); }

  asio::io_context io{1};
  async::TaskGroup tasks{io.get_executor(), [](std::string_view name, const std::exception_ptr&) {
                           ADD_FAILURE() << "task '" << name << "' failed";
                         }};
  std::optional<OrionServer> server;
  Client client{io.get_executor()};
};

asio::awaitable<void> asks_all(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  for (const std::uint8_t address : {1, 2, 3})
    for (const auto command : {orion::read_voltages, orion::read_status, orion::read_capacity,
                               orion::read_serial_number, orion::forbid_charge}) {
      const auto answer = co_await client.exchange(command, address);
      if (!answer) co_return ADD_FAILURE() << "no answer to " << command;
      EXPECT_EQ((*answer)[2], address);
    }
}

TEST_F(OrionServerTest, EveryPackAnswersEveryCommand) {
  start({.count = 3, .baud = 0});
  EXPECT_NE(server->port(), 0);
  run(asks_all(*server, client));
  const Counters counters = server->counters();
  EXPECT_EQ(counters.requests, 15U);
  EXPECT_EQ(counters.responses, 15U);
  EXPECT_EQ(counters.requests_by_address, (std::map<std::uint32_t, std::uint64_t>{{1, 5}, {2, 5}, {3, 5}}));
  EXPECT_EQ(counters.overlaps, 0U);
  EXPECT_EQ(counters.connections, 1U);
  EXPECT_EQ(client.skipped(), 0U);
}

asio::awaitable<void> asks_three_frames(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  co_await client.ask(orion::read_voltages);
  for (int i = 0; i < 3; ++i) {
    const auto frame = co_await client.frame();
    EXPECT_TRUE(frame.has_value());
  }
}

TEST_F(OrionServerTest, ManyCellsComeInSeveralFrames) {
  start({.pack = {.cells = 40, .cells_per_frame = 16}, .baud = 0});
  run(asks_three_frames(*server, client));
}

asio::awaitable<void> asks_once(OrionServer& server, Client& client, std::uint16_t command) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  const auto answer = co_await client.exchange(command);
  EXPECT_TRUE(answer.has_value());
}

TEST_F(OrionServerTest, PacedResponseTakesItsTimeOnTheWire) {
  start({.baud = 9600});
  const auto before = std::chrono::steady_clock::now();
  run(asks_once(*server, client, orion::read_capacity));
  // A lower bound only: 8 bytes of request and 61 of response, 10 bits each.
  EXPECT_GE(std::chrono::steady_clock::now() - before, 71ms);
  EXPECT_GT(client.reads, 1U) << "it comes in pieces";
}

asio::awaitable<void> sends_pieces(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  const auto bytes = [](std::string_view text) { return from_hex(text).value(); };
  co_await client.send(bytes("00 ff ea 11 ea d1 01 04"));
  co_await client.send(bytes("ff 02"));
  co_await client.send(bytes("f9 f5 ea d1 01 04 ff 04"));
  const auto first = co_await client.frame();
  co_await client.send(bytes("ff f5"));
  const auto second = co_await client.frame();
  if (!first || !second) co_return ADD_FAILURE() << "an answer is missing";
  EXPECT_EQ((*first)[5], 0x02);
  EXPECT_EQ((*second)[5], 0x04);
}

TEST_F(OrionServerTest, RequestsMayComeInPiecesAndBetweenNoise) {
  start({.baud = 0});
  run(sends_pieces(*server, client));
  EXPECT_EQ(server->counters().requests, 2U);
}

asio::awaitable<void> asks_twice_at_once(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  Bytes both = orion::encode(orion::manufacturer, 1, orion::read_voltages).value();
  const Bytes second = orion::encode(orion::manufacturer, 1, orion::read_status).value();
  both.insert(both.end(), second.begin(), second.end());
  co_await client.send(std::move(both));
  const auto one = co_await client.frame();
  const auto two = co_await client.frame();
  EXPECT_TRUE(one && two);
}

TEST_F(OrionServerTest, OverlappingRequestsAreNoticed) {
  start({.baud = 0});
  run(asks_twice_at_once(*server, client));
  EXPECT_EQ(server->counters().overlaps, 1U);
}

asio::awaitable<void> asks_the_silent_then_another(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  co_await client.ask(orion::read_status, 3);
  const auto answer = co_await client.exchange(orion::read_status, 2);
  if (!answer) co_return ADD_FAILURE() << "pack 2 did not answer";
  EXPECT_EQ((*answer)[2], 2);
}

TEST_F(OrionServerTest, OnePackMayBeSilentAlone) {
  start({.count = 3, .baud = 0, .faults = {rule("silent#3")}});
  run(asks_the_silent_then_another(*server, client));
  EXPECT_EQ(server->counters().faults.at(Fault::silent), 1U);
  EXPECT_EQ(server->counters().overlaps, 0U);
}

asio::awaitable<void> late_answer_is_overtaken(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  co_await client.ask(orion::read_status, 1);
  const auto first = co_await client.exchange(orion::read_voltages, 2);
  const auto second = co_await client.frame();
  if (!first || !second) co_return ADD_FAILURE() << "an answer is missing";
  EXPECT_EQ((*first)[2], 2);
  EXPECT_EQ((*second)[2], 1);
}

TEST_F(OrionServerTest, LateAnswerLeavesTheWireFree) {
  start({.count = 2, .baud = 0, .faults = {rule("late:100ms#1")}});
  run(late_answer_is_overtaken(*server, client));
  EXPECT_EQ(server->counters().overlaps, 0U) << "no fault of the master";
}

asio::awaitable<void> expects_reset(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  const auto answer = co_await client.exchange(orion::read_status);
  EXPECT_FALSE(answer.has_value());
}

TEST_F(OrionServerTest, ResetIsSeenAsReset) {
  start({.baud = 0, .faults = {rule("reset")}});
  run(expects_reset(*server, client));
  EXPECT_EQ(client.end, asio::error::connection_reset);
}

asio::awaitable<void> first_is_lost(OrionServer& server, Client& client) {
  EXPECT_TRUE(co_await client.connect(server.port()));
  co_await client.ask(orion::read_status);
  const auto answer = co_await client.exchange(orion::read_voltages);
  if (!answer) co_return ADD_FAILURE() << "no answer";
  EXPECT_EQ((*answer)[5], 0x02) << "the answer to the second request";
}

TEST_F(OrionServerTest, FirstRequestAfterAConnectCanBeLost) {
  start({.baud = 0, .faults = {rule("lost_first")}});
  run(first_is_lost(*server, client));
}

TEST_F(OrionServerTest, AnswersAreFoundThroughHarmlessFaults) {
  for (const auto* fault : {"garbage", "at_noise", "dribble:1ms", "duplicate", "late:1ms"}) {
    SCOPED_TRACE(fault);
    start({.baud = 0, .faults = {rule(fault)}});
    Client own{io.get_executor()};
    run(asks_once(*server, own, orion::read_voltages));
    own.close();
    TearDown();
  }
}

asio::awaitable<void> third_is_refused(OrionServer& server, asio::any_io_executor executor) {
  Client one{executor}, two{executor}, three{executor};
  EXPECT_TRUE(co_await one.connect(server.port()));
  EXPECT_TRUE(co_await two.connect(server.port()));
  const auto first = co_await one.exchange(orion::read_status);
  const auto second = co_await two.exchange(orion::read_status);
  EXPECT_TRUE(first && second);
  EXPECT_EQ(server.connections(), 2U);
  EXPECT_TRUE(co_await three.connect(server.port())) << "accepted and closed, as a device server does";
  const auto none = co_await three.frame();
  EXPECT_FALSE(none.has_value());
}

TEST_F(OrionServerTest, ConnectionsBeyondTheLimitAreClosed) {
  start({.baud = 0, .max_connections = 2});
  run(third_is_refused(*server, io.get_executor()));
  EXPECT_EQ(server->counters().refused, 1U);
  EXPECT_EQ(server->counters().connections, 2U);
}

asio::awaitable<void> survives_a_restart(OrionServer& server, Client& before, Client& after) {
  const auto port = server.port();
  EXPECT_TRUE(co_await before.connect(port));
  const auto first = co_await before.exchange(orion::read_status);
  EXPECT_TRUE(first.has_value());
  server.stop();
  const auto none = co_await before.frame();
  EXPECT_FALSE(none.has_value()) << "stop() ends connections";
  EXPECT_TRUE(server.start().has_value());
  EXPECT_EQ(server.port(), port);
  EXPECT_TRUE(co_await after.connect(port));
  const auto second = co_await after.exchange(orion::read_status);
  EXPECT_TRUE(second.has_value());
}

TEST_F(OrionServerTest, CanBeStoppedAndStartedOnTheSamePort) {
  start({.baud = 9600});
  Client after{io.get_executor()};
  run(survives_a_restart(*server, client, after));
  EXPECT_EQ(server->counters().responses, 2U);
}

TEST_F(OrionServerTest, PortInUseIsAClearError) {
  start({.baud = 0});
  OrionServer second{tasks, {.port = server->port(), .seed = 1}};
  const auto started = second.start();
  ASSERT_TRUE(started.has_error());
  EXPECT_EQ(started.error().code, Errc::io_error);
  EXPECT_NE(started.error().detail.find(std::to_string(server->port())), std::string::npos);
}

asio::awaitable<void> asks_over(asio::posix::stream_descriptor& line, Bytes& answer) {
  const Bytes request = orion::encode(orion::manufacturer, 1, orion::read_voltages).value();
  co_await asio::async_write(line, asio::buffer(request), use_result);
  while (answer.size() < 19) {
    std::array<std::uint8_t, 64> buffer{};
    const auto [error, count] = co_await line.async_read_some(asio::buffer(buffer), use_result);
    if (error) co_return;
    answer.insert(answer.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }
}

TEST_F(OrionServerTest, ServesAnOpenDescriptorToo) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
  server.emplace(tasks, OrionOptions{.baud = 0, .seed = 1});
  ASSERT_TRUE(server->attach(pair[0]).has_value());
  asio::posix::stream_descriptor line{io.get_executor(), pair[1]};
  Bytes answer;
  run(asks_over(line, answer));
  const auto codec = orion::make_codec(orion::manufacturer);
  EXPECT_TRUE(protocol::parse_frame(*codec, answer).has_value()) << to_hex(answer);
}

TEST(OrionOptionsCheck, NamesWhatIsOutOfBounds) {
  EXPECT_TRUE(check(OrionOptions{}).has_value());
  const auto why = [](const OrionOptions& options) { return check(options).error().detail; };
  EXPECT_NE(why({.count = 0}).find("count"), std::string::npos);
  EXPECT_NE(why({.count = 256}).find("count"), std::string::npos);
  EXPECT_NE(why({.baud = 10}).find("baud"), std::string::npos);
  EXPECT_NE(why({.max_connections = 0}).find("max_connections"), std::string::npos);
  EXPECT_NE(why({.host = "no such host"}).find("no IP address"), std::string::npos);
  EXPECT_NE(why({.pack = {.cells = 0}}).find("cells"), std::string::npos);
}

}  // namespace
}  // namespace busbar::simulate
