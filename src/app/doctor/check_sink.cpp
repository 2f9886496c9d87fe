// Outputs: the broker's login, the servers that are pushed to, and the port of the HTTP sink.
#include "app/doctor/checks.hpp"
#include "async/wakeup.hpp"
#include "sink/http_client.hpp"
#include "sink/mqtt/diagnosis.hpp"
#include "sink/mqtt/paho_connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>

#include <utility>

namespace busbar::app::doctor {
namespace {

namespace mqtt = sink::mqtt;
using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{15};
constexpr std::chrono::seconds goodbye{2};

/// Hears how a login went.
class Login final : public mqtt::ConnectionEvents {
 public:
  explicit Login(const asio::any_io_executor& executor) : news{executor} {}

  void on_connected(int version_, std::size_t) override {
    version = version_;
    news.notify();
  }
  void on_refused(mqtt::Refusal refusal_) override {
    refusal = std::move(refusal_);
    news.notify();
  }
  void on_lost(std::string reason) override {
    refusal = mqtt::Refusal{.reason = std::move(reason)};
    news.notify();
  }
  void on_published(std::uint64_t, bool) override {}
  void on_message(std::string, std::string, bool, sink::mqtt::ReplyTo) override {}
  void on_alive() override {}
  void on_closed() override {
    closed = true;
    news.notify();
  }

  async::Wakeup news;
  std::optional<int> version;
  std::optional<mqtt::Refusal> refusal;
  bool closed = false;
};

asio::awaitable<void> log_in(mqtt::Connection& connection, Login& login, int version) {
  login.refusal.reset();
  connection.open(version);
  const auto deadline = steady_clock::now() + patience;
  while (!login.version && !login.refusal) {
    const bool heard = co_await login.news.wait_until(deadline);
    if (!heard) break;
  }
}

asio::awaitable<void> check_broker(mqtt::Options options, Findings& findings) {
  const std::string subject = "sink " + options.name;
  // Beside the daemon, not in its place: a broker throws out the older of two clients of one id. The last
  // will is another one for the same reason.
  options.client_id += options.client_id.empty() ? "busbar-doctor" : "-doctor";
  options.topic_prefix += "/doctor";

  Login login{co_await asio::this_coro::executor};
  const auto connection = mqtt::make_paho_connection(co_await asio::this_coro::executor, options, login);
  co_await log_in(*connection, login, options.version.value_or(5));
  const bool older = login.refusal && (login.refusal->unsupported_version || login.refusal->hung_up);
  if (!login.version && older && !options.version) co_await log_in(*connection, login, 4);

  if (login.version) {
    const std::string user =
        options.username.empty() ? "without a user name" : "as user '" + options.username + "'";
    findings.push_back(
        {Verdict::ok, subject,
         options.url + ": login " + user + " accepted, MQTT " + (*login.version == 5 ? "5" : "3.1.1")});
    connection->close(goodbye);
    const auto deadline = steady_clock::now() + goodbye;
    while (!login.closed) {
      const bool heard = co_await login.news.wait_until(deadline);
      if (!heard) break;
    }
  } else {
    const std::string reason = login.refusal ? login.refusal->reason : "the broker does not answer";
    findings.push_back(
        {Verdict::fail, subject, options.url + ": " + reason,
         login.refusal && login.refusal->rejected
             ? "check username and password of the sink, and the broker's own list and access rules"
             : "check 'url' of the sink, and that the broker runs and listens there"});
  }
}

/// A server for whom a sink has data: asked for something that changes nothing there.
struct Server {
  std::string subject;
  std::string kind;  ///< "Pushgateway"
  sink::HttpUrl url;
  sink::TlsOptions tls;
  sink::HttpRequest request;
};

asio::awaitable<void> check_server(Server server, Findings& findings) {
  sink::HttpClient client{server.url, server.tls};
  const std::string url = to_string(server.url);
  const auto answer = co_await client.send(std::move(server.request), steady_clock::now() + patience);
  if (!answer) {
    findings.push_back({Verdict::fail, server.subject, url + ": " + answer.error().detail,
                        "check 'url' of the sink, and that " + server.kind + " runs and listens there"});
  } else if (answer->status == 401 || answer->status == 403) {
    findings.push_back({Verdict::fail, server.subject,
                        url + " refuses the login (HTTP " + std::to_string(answer->status) + ")",
                        "check user name, password or token of the sink"});
  } else if (!answer->good()) {
    findings.push_back(
        {Verdict::warn, server.subject,
         url + " answers, but not as " + server.kind + " does (HTTP " + std::to_string(answer->status) + ")",
         "check 'url' of the sink, with its path"});
  } else {
    findings.push_back({Verdict::ok, server.subject, url + ": " + server.kind + " answers"});
  }
}

Server server_of(sink::prometheus::PushOptions&& options) {
  Server server{.subject = "sink " + options.name,
                .kind = "Pushgateway",
                .url = options.url,
                .tls = options.tls,
                .request = {.method = sink::HttpMethod::get, .target = "/-/ready"}};
  if (!options.username.empty())
    server.request.headers.emplace_back("Authorization",
                                        sink::basic_authorization(options.username, options.password));
  return server;
}

/// Whether the login may write is not known before something is written: InfluxDB's ping asks for none.
Server server_of(sink::influx::Options&& options) {
  return {.subject = "sink " + options.name,
          .kind = "InfluxDB",
          .url = options.url,
          .tls = options.tls,
          .request = {.method = sink::HttpMethod::get, .target = "/ping"}};
}

asio::awaitable<void> check_port(sink::prometheus::HttpOptions options, Findings& findings) {
  using asio::ip::tcp;
  const std::string subject = "sink " + options.name;
  const std::string place = options.address + ":" + std::to_string(options.port);
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  tcp::acceptor acceptor{co_await asio::this_coro::executor};
  const tcp::endpoint endpoint{address, options.port};
  if (!error) (void)acceptor.open(endpoint.protocol(), error);
  if (!error) (void)acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) (void)acceptor.bind(endpoint, error);
  if (!error) (void)acceptor.listen(1, error);
  if (!error) {
    findings.push_back({Verdict::ok, subject, place + " is free"});
  } else if (error == asio::error::address_in_use) {
    findings.push_back({Verdict::warn, subject, place + " is in use: by the daemon, if it runs",
                        "if it does not: ss -ltnp shows who listens; choose another 'port'"});
  } else {
    findings.push_back(
        {Verdict::fail, subject, "cannot listen on " + place + ": " + error.message(),
         "'address' must be one of this machine's (ip address), ports below 1024 need rights"});
  }
}

/// One overload per kind of sink that has something to be asked; the rest is files or the screen.
struct Examine {
  Findings& findings;
  asio::awaitable<void> operator()(mqtt::Options options) const {
    return check_broker(std::move(options), findings);
  }
  asio::awaitable<void> operator()(sink::prometheus::HttpOptions options) const {
    return check_port(std::move(options), findings);
  }
  asio::awaitable<void> operator()(sink::prometheus::PushOptions options) const {
    return check_server(server_of(std::move(options)), findings);
  }
  asio::awaitable<void> operator()(sink::influx::Options options) const {
    return check_server(server_of(std::move(options)), findings);
  }
  template <class Other>
  asio::awaitable<void> operator()(const Other&) const {
    return nothing();
  }
  static asio::awaitable<void> nothing() { co_return; }
};

}  // namespace

asio::awaitable<Findings> check_sink(SinkConfiguration sink) {
  Findings findings;
  auto examination = std::visit(Examine{findings}, std::move(sink));
  co_await std::move(examination);
  co_return findings;
}

}  // namespace busbar::app::doctor
