// The HTTP output over real sockets: scrapes, keep-alive, hostile peers, limits, a port that is taken.
#include "sink/prometheus/http_sink.hpp"

#include "unit/sink/support.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <utility>

namespace busbar::sink::prometheus {
namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

/// A peer that sends what it likes and collects what comes back. Lives on the loop of the test.
class Peer {
 public:
  Peer(test::Loop& loop, std::uint16_t port, const char* address = "127.0.0.1")
      : loop_{loop}, socket_{loop.context} {
    socket_.connect({asio::ip::make_address(address), port});
    loop_.tasks.spawn("peer", collect());
  }
  void send(std::string text) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(text), ignored);
  }
  bool receives(std::string_view text) {
    return loop_.until([&] { return received.find(text) != std::string::npos; });
  }
  bool is_closed() {
    return loop_.until([&] { return closed; });
  }
  std::string received;
  bool closed = false;

 private:
  asio::awaitable<void> collect() {
    std::array<char, 4096> buffer{};
    while (true) {
      auto [error, size] = co_await socket_.async_read_some(asio::buffer(buffer), use_result);
      received.append(buffer.data(), size);
      if (error) break;
    }
    closed = true;
  }
  test::Loop& loop_;
  tcp::socket socket_;
};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

struct HttpSinkTest : testing::Test {
  HttpSinkTest() {
    options.port = 0;
    options.timeout = 10s;
  }
  void TearDown() override { loop.stop(); }
  void start() {
    sink = make_http_sink(loop.context.get_executor(), options, [] {
      Health health;
      health.version = "0.1.0";
      health.now = test::steady_zero;
      return health;
    });
    loop.tasks.spawn("http", sink->run());
    ASSERT_TRUE(loop.until([&] { return sink->port() != 0; }));
  }
  Peer& peer() { return *peers.emplace_back(std::make_unique<Peer>(loop, sink->port())); }
  static std::string get(std::string target, std::string more = "") {
    return "GET " + std::move(target) + " HTTP/1.1\r\nHost: x\r\n" + std::move(more) + "\r\n";
  }

  HttpOptions options;
  test::CapturedLog log;
  test::Loop loop;
  std::unique_ptr<HttpSink> sink;
  std::vector<std::unique_ptr<Peer>> peers;
};

TEST_F(HttpSinkTest, AScrapeShowsWhatWasPublished) {
  start();
  sink->publish(test::report("pack", "status", {{&test::soc, 96.0}}));
  Peer& scraper = peer();
  scraper.send(get("/metrics", "Connection: close\r\n"));
  ASSERT_TRUE(scraper.is_closed());
  EXPECT_TRUE(scraper.received.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(scraper.received.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
            std::string::npos);
  EXPECT_NE(scraper.received.find("busbar_soc_ratio{device=\"pack\"} 0.96\n"), std::string::npos);
  const auto body = scraper.received.substr(scraper.received.find("\r\n\r\n") + 4);
  EXPECT_EQ(test::promtool(body), "");
  EXPECT_EQ(sink->account().accepted, 1U);
  EXPECT_EQ(sink->account().acknowledged, 1U);
}

TEST_F(HttpSinkTest, OneConnectionServesManyRequests) {
  start();
  Peer& scraper = peer();
  scraper.send(get("/healthz"));
  ASSERT_TRUE(scraper.receives("\"status\": \"ok\""));
  scraper.send(get("/metrics") + get("/"));  // pipelined
  ASSERT_TRUE(scraper.receives("</html>"));
  EXPECT_EQ(count(scraper.received, "HTTP/1.1 200 OK"), 3U);
  EXPECT_FALSE(scraper.closed);
}

TEST_F(HttpSinkTest, HeadHasTheHeadersOnly) {
  start();
  Peer& scraper = peer();
  scraper.send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  ASSERT_TRUE(scraper.is_closed());
  EXPECT_TRUE(scraper.received.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(scraper.received.find("Content-Length: 0"), std::string::npos);
  EXPECT_TRUE(scraper.received.ends_with("\r\n\r\n"));
}

TEST_F(HttpSinkTest, AnOldClientGetsAnAnswerAndTheEnd) {
  start();
  Peer& old = peer();
  old.send("GET /healthz HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(old.is_closed());
  EXPECT_NE(old.received.find(" 200 OK"), std::string::npos);
}

TEST_F(HttpSinkTest, BadRequestsGetTheirStatusAndTheConnectionCloses) {
  using namespace std::string_literals;
  start();
  const std::vector<std::pair<std::string, std::string>> cases{
      {"NONSENSE\r\n\r\n", " 400 "},
      {"GET /metrics HTTP/9.9\r\n\r\n", " 400 "},
      {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and more of it"s, " 400 "},  // TLS
      {"GET /metrics HTTP/1.1\r\n\r\n", " 400 "},                                 // no Host
      {"GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", " 400 "},
      {"GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20000, 'a') + "\r\n\r\n", " 431 "},
      {"GET /" + std::string(20000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", " 431 "},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", " 413 "}};
  for (const auto& [request, status] : cases) {
    Peer& hostile = peer();
    hostile.send(request);
    EXPECT_TRUE(hostile.is_closed()) << request.substr(0, 60);
    EXPECT_EQ(hostile.received.substr(0, 13).find(status), 8U) << request.substr(0, 60) << "\n"
                                                               << hostile.received;
  }
  Peer& good = peer();
  good.send(get("/healthz"));
  EXPECT_TRUE(good.receives(" 200 OK"));
}

TEST_F(HttpSinkTest, OtherPathsAndMethods) {
  start();
  Peer& scraper = peer();
  scraper.send(get("/nothing"));
  EXPECT_TRUE(scraper.receives("HTTP/1.1 404 Not Found"));
  scraper.send("DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(scraper.receives("HTTP/1.1 405 Method Not Allowed"));
  EXPECT_TRUE(scraper.receives("Allow: GET, HEAD\r\n"));
  EXPECT_FALSE(scraper.closed);
}

TEST_F(HttpSinkTest, ARequestThatNeverEndsIsClosed) {
  options.timeout = 100ms;
  start();
  Peer& idle = peer();
  Peer& slow = peer();
  slow.send("GET /metrics HTTP/1.1\r\nHost: x\r\nX");
  // Dribbling on must not gain time: one more byte whenever the loop has come round.
  int sent = 0;
  const bool ended = loop.until([&] {
    if (!slow.closed && ++sent < 4000) slow.send("x");
    return slow.closed;
  });
  EXPECT_TRUE(ended);
  EXPECT_EQ(slow.received, "");
  EXPECT_TRUE(idle.is_closed());
}

TEST_F(HttpSinkTest, ConnectionsBeyondTheLimitAreRefusedUntilOneGoes) {
  options.max_connections = 2;
  start();
  for (int i = 0; i < 2; ++i) {
    Peer& first = peer();
    first.send(get("/healthz"));
    ASSERT_TRUE(first.receives("200 OK"));
  }
  Peer& third = peer();
  EXPECT_TRUE(third.is_closed());
  EXPECT_TRUE(third.received.empty() || third.received.starts_with("HTTP/1.1 503")) << third.received;
  peers.front()->send(get("/healthz", "Connection: close\r\n"));
  ASSERT_TRUE(peers.front()->is_closed());
  EXPECT_TRUE(loop.until([&] {
    Peer& next = peer();
    next.send(get("/healthz"));
    return loop.until([&] { return next.closed || next.received.find("200 OK") != std::string::npos; }) &&
           !next.closed;
  }));
}

TEST_F(HttpSinkTest, AfterFinishHealthzSaysStopping) {
  start();
  ASSERT_TRUE(loop.run(sink->finish(std::chrono::steady_clock::now() + 1s, false)));
  Peer& watcher = peer();
  watcher.send(get("/healthz"));
  EXPECT_TRUE(watcher.receives("HTTP/1.1 503 Service Unavailable"));
}

TEST_F(HttpSinkTest, StoppingClosesOpenConnections) {
  start();
  Peer& idle = peer();
  idle.send(get("/healthz"));
  ASSERT_TRUE(idle.receives("200 OK"));
  loop.stop();
  EXPECT_EQ(sink->port(), 0);
}

TEST_F(HttpSinkTest, ListensOnIpv6) {
  options.address = "::1";
  start();
  Peer scraper{loop, sink->port(), "::1"};
  scraper.send(get("/healthz", "Connection: close\r\n"));
  EXPECT_TRUE(scraper.is_closed());
  EXPECT_TRUE(scraper.received.starts_with("HTTP/1.1 200"));
  EXPECT_EQ(log.count("http://[::1]:"), 1U);
}

TEST_F(HttpSinkTest, ATakenPortIsLoggedOnceAndTriedAgain) {
  tcp::acceptor other{loop.context, {asio::ip::make_address("127.0.0.1"), 0}};
  options.port = other.local_endpoint().port();
  sink = make_http_sink(loop.context.get_executor(), options, [] { return Health{}; });
  loop.tasks.spawn("http", sink->run());
  ASSERT_TRUE(loop.until([&] { return sink->account().errors >= 2; }));
  EXPECT_FALSE(sink->account().healthy);
  EXPECT_EQ(log.count("perhaps another busbar: stop that or change `port`"), 1U) << log.text();
  other.close();
  ASSERT_TRUE(loop.until([&] { return sink->account().healthy; }));
  EXPECT_EQ(sink->port(), options.port);
}

TEST_F(HttpSinkTest, AnAddressThatIsNoneIsAClearError) {
  options.address = "house";
  sink = make_http_sink(loop.context.get_executor(), options, [] { return Health{}; });
  loop.tasks.spawn("http", sink->run());
  ASSERT_TRUE(loop.until([&] { return sink->account().errors >= 1; }));
  EXPECT_EQ(log.count("must be an IPv4 or IPv6 address"), 1U) << log.text();
}

}  // namespace
}  // namespace busbar::sink::prometheus
