// One HTTP connection: requests in turn, each under one deadline, with size limits.
#include "sink/prometheus/http_session.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace busbar::sink::prometheus {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

using Request = http::request<http::string_body>;

/// The status for a request that could not be read; 0 when there is nobody to tell.
unsigned status_of(const beast::error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  static const auto& parse_errors = http::make_error_code(http::error::bad_method).category();
  return error.category() == parse_errors ? 400 : 0;
}

template <class Body>
void fill(http::response<Body>& response, const Answer& answer, bool keep_alive) {
  response.set(http::field::server, "busbar");
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  if (!answer.allow.empty()) response.set(http::field::allow, answer.allow);
  response.keep_alive(keep_alive);
  response.content_length(answer.body.size());
}

class Session {
 public:
  Session(asio::ip::tcp::socket socket, SessionOptions options)
      : stream_{std::move(socket)}, options_{std::move(options)} {}

  asio::awaitable<void> serve() {
    while (co_await serve_one()) continue;
    beast::error_code ignored;
    stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }

 private:
  /// False when the connection is to be closed.
  asio::awaitable<bool> serve_one() {
    http::request_parser<http::string_body> parser;
    parser.header_limit(max_header);
    parser.body_limit(max_body);
    // Set once for the whole request: a peer that dribbles gains no time.
    stream_.expires_after(options_.timeout);
    auto [error, size] = co_await http::async_read(stream_, buffer_, parser, use_result);
    if (error) {
      const unsigned status = status_of(error);
      spdlog::debug("http: request not read: {}", error.message());
      if (status != 0) co_await write(error_answer(status, error.message()), false, false);
      co_return false;
    }
    const Request request = parser.release();
    const bool head = request.method() == http::verb::head;
    const bool keep_alive = request.keep_alive();
    if (request.version() >= 11 && request.find(http::field::host) == request.end()) {
      co_await write(error_answer(400, "no Host field in the request"), head, false);
      co_return false;
    }
    Answer found = answer_to(request);
    if (found.metrics) found.body = co_await options_.metrics();
    co_return co_await write(std::move(found), head, keep_alive);
  }

  Answer answer_to(const Request& request) const {
    const auto method = request.method_string();
    const auto target = request.target();
    return answer({method.data(), method.size()}, {target.data(), target.size()}, options_.pages());
  }

  /// True when another request may follow.
  asio::awaitable<bool> write(Answer answer, bool head, bool keep_alive) {
    const auto status = static_cast<http::status>(answer.status);
    stream_.expires_after(options_.timeout);
    beast::error_code error;
    if (head) {
      http::response<http::empty_body> response{status, 11};
      fill(response, answer, keep_alive);
      std::tie(error, std::ignore) = co_await http::async_write(stream_, response, use_result);
    } else {
      http::response<http::string_body> response{status, 11};
      fill(response, answer, keep_alive);
      response.body() = std::move(answer.body);
      std::tie(error, std::ignore) = co_await http::async_write(stream_, response, use_result);
    }
    co_return !error && keep_alive;
  }

  beast::tcp_stream stream_;
  SessionOptions options_;
  beast::flat_buffer buffer_{max_header + max_body};
};

}  // namespace

asio::awaitable<void> serve_session(asio::ip::tcp::socket socket, SessionOptions options) {
  Session session{std::move(socket), std::move(options)};
  co_await session.serve();
}

}  // namespace busbar::sink::prometheus
