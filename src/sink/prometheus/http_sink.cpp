// The latest readings under http://…/metrics: listening, accepting, and the pages themselves.
#include "sink/prometheus/http_sink.hpp"

#include "async/task_group.hpp"
#include "sink/prometheus/exposition.hpp"
#include "sink/prometheus/http_session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace busbar::sink::prometheus {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::string_view too_many =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n";

std::string without_brackets(const std::string& address) {
  const bool bracketed = address.size() > 2 && address.front() == '[' && address.back() == ']';
  return bracketed ? address.substr(1, address.size() - 2) : address;
}

class Server final : public HttpSink {
 public:
  Server(asio::any_io_executor executor, HttpOptions options, HealthSource health)
      : options_{std::move(options)},
        health_{std::move(health)},
        acceptor_{executor},
        sessions_{std::move(executor),
                  [this](std::string_view, std::exception_ptr error) { failed(error); }} {}

  std::string_view name() const override { return options_.name; }
  void describe(const DeviceDescription& device) override { readings_.describe(device); }
  void forget(std::string_view device) override { readings_.forget(device); }
  /// What is stored is what is served: there is nothing to wait for.
  void publish(const Report& report) override { readings_.serve(report); }
  void availability(std::string_view, Availability, std::string_view) override {}  // comes with Health

  asio::awaitable<void> run() override {
    // Cancellation is looked for by hand, so that the sessions can be awaited after it.
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto cancelled = co_await asio::this_coro::cancellation_state;
    auto backoff = first_backoff;
    while (cancelled.cancelled() == asio::cancellation_type::none) {
      const error_code error = acceptor_.is_open() ? co_await accept_one() : listen();
      if (!error) {
        backoff = first_backoff;
        last_error_.clear();
        continue;
      }
      const bool nobodys_fault =
          error == asio::error::operation_aborted || error == asio::error::connection_aborted;
      if (nobodys_fault) continue;
      note(error);
      asio::steady_timer pause{acceptor_.get_executor(), backoff};
      co_await pause.async_wait(use_result);
      backoff = std::min(backoff * 2, last_backoff);
    }
    error_code ignored;
    acceptor_.close(ignored);
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    sessions_.cancel();
    co_await sessions_.join();
  }

  /// Answers in progress are short; from here on /healthz says that the daemon stops.
  asio::awaitable<void> finish(Steady, bool) override {
    stopping_ = true;
    co_return;
  }

  SinkAccount account() const override {
    SinkAccount account = readings_.account();
    account.name = options_.name;
    account.healthy = last_error_.empty();
    account.errors = errors_;
    account.last_error = last_error_;
    return account;
  }

  std::uint16_t port() const override {
    error_code error;
    const tcp::endpoint local = acceptor_.local_endpoint(error);
    return error ? std::uint16_t{0} : local.port();
  }

 private:
  static constexpr std::chrono::milliseconds first_backoff = 250ms;
  static constexpr std::chrono::milliseconds last_backoff = 30s;

  error_code listen() {
    error_code error;
    const auto address = asio::ip::make_address(without_brackets(options_.address), error);
    if (error) return error;
    const tcp::endpoint endpoint{address, options_.port};
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      error_code ignored;
      acceptor_.close(ignored);
      return error;
    }
    const bool v6 = address.is_v6();
    spdlog::info("sink {}: listening on http://{}{}{}:{}/metrics", options_.name, v6 ? "[" : "",
                 address.to_string(), v6 ? "]" : "", port());
    return error;
  }

  asio::awaitable<error_code> accept_one() {
    auto [error, socket] = co_await acceptor_.async_accept(use_result);
    if (error) co_return error;
    if (sessions_.size() >= options_.max_connections) {
      refuse(socket);
      co_return error;
    }
    SessionOptions session{options_.timeout,
                           [this] {
                             return Pages{health_, stopping_};
                           },
                           [this] { return exposition(readings_, health_(), this_process(started_)); }};
    sessions_.spawn("http session", serve_session(std::move(socket), std::move(session)));
    co_return error;
  }

  void refuse(tcp::socket& socket) {
    error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(too_many), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    spdlog::debug("sink {}: more than {} connections, one refused", options_.name, options_.max_connections);
  }

  void note(const error_code& error) {
    ++errors_;
    std::string text = "cannot serve on " + options_.address + " port " + std::to_string(options_.port) +
                       ": " + error.message();
    if (error == asio::error::address_in_use)
      text += "; another program uses it, perhaps another busbar: stop that or change `port`";
    else if (error == asio::error::invalid_argument)
      text += "; `address` must be an IPv4 or IPv6 address, such as 127.0.0.1 or ::1";
    if (text != last_error_) spdlog::error("sink {}: {}; trying again", options_.name, text);
    last_error_ = std::move(text);
  }

  void failed(const std::exception_ptr& error) {
    ++errors_;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      spdlog::error("sink {}: a session ended: {}", options_.name, exception.what());
    }
  }

  HttpOptions options_;
  HealthSource health_;
  Readings readings_;
  Steady started_ = std::chrono::steady_clock::now();
  tcp::acceptor acceptor_;
  async::TaskGroup sessions_;
  bool stopping_ = false;
  std::uint64_t errors_ = 0;
  std::string last_error_;
};

}  // namespace

std::unique_ptr<HttpSink> make_http_sink(asio::any_io_executor executor, HttpOptions options,
                                         HealthSource health) {
  return std::make_unique<Server>(std::move(executor), std::move(options), std::move(health));
}

}  // namespace busbar::sink::prometheus
