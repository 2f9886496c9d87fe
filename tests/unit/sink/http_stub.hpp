// An HTTP server in the loop of a test: keeps every request and answers as told, with or without TLS.
#pragma once

#include "unit/sink/support.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <deque>
#include <string>
#include <vector>

namespace busbar::sink::test {

namespace http = boost::beast::http;

struct StubAnswer {
  unsigned status = 204;
  std::string body{};
  std::string retry_after{};
  bool silent = false;  ///< reads the request and never answers
};

class HttpStub {
 public:
  using Request = http::request<http::string_body>;
  /// Decides on each request; without it `answers` are used up, and then `usual`.
  std::function<StubAnswer(const Request&)> decide{};
  std::deque<StubAnswer> answers{};
  StubAnswer usual{};
  std::vector<Request> requests{};

  HttpStub(Loop& loop, asio::ssl::context* tls = nullptr)
      : loop_{loop}, tls_{tls}, acceptor_{loop.context, {asio::ip::make_address("127.0.0.1"), 0}} {
    loop.tasks.spawn("stub", accept());
  }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(use_result);
      if (error) co_return;
      loop_.tasks.spawn("stub connection", serve(std::move(socket)));
    }
  }
  asio::awaitable<void> serve(asio::ip::tcp::socket socket) {
    if (tls_ == nullptr) {
      boost::beast::tcp_stream stream{std::move(socket)};
      co_await answer(stream);
      co_return;
    }
    boost::beast::ssl_stream<boost::beast::tcp_stream> stream{std::move(socket), *tls_};
    const auto shaken = co_await stream.async_handshake(asio::ssl::stream_base::server, use_result);
    if (!std::get<0>(shaken)) co_await answer(stream);
  }
  template <class Stream>
  asio::awaitable<void> answer(Stream& stream) {
    boost::beast::flat_buffer buffer;
    Request request;
    const auto read = co_await http::async_read(stream, buffer, request, use_result);
    if (std::get<0>(read)) co_return;
    requests.push_back(request);
    StubAnswer said = usual;
    if (decide) {
      said = decide(request);
    } else if (!answers.empty()) {
      said = answers.front();
      answers.pop_front();
    }
    if (said.silent) {
      // Until the other side gives up.
      (void)co_await http::async_read(stream, buffer, request, use_result);
      co_return;
    }
    http::response<http::string_body> response{static_cast<http::status>(said.status), 11};
    if (!said.retry_after.empty()) response.set(http::field::retry_after, said.retry_after);
    response.body() = said.body;
    response.prepare_payload();
    (void)co_await http::async_write(stream, response, use_result);
  }

  Loop& loop_;
  asio::ssl::context* tls_;
  asio::ip::tcp::acceptor acceptor_;
};

}  // namespace busbar::sink::test
