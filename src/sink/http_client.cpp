#include "sink/http_client.hpp"

#include "async/cancellation.hpp"
#include "async/with_deadline.hpp"

#include <busbar/version.hpp>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include <algorithm>
#include <charconv>
#include <openssl/evp.h>
#include <tuple>

namespace busbar::sink {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;
using Request = http::request<http::string_body>;

constexpr std::size_t kept_of_body = 4096;
constexpr std::uint64_t longest_body = 1024 * 1024;
constexpr std::uint32_t longest_header = 16 * 1024;

bool is_address(const std::string& host) {
  error_code error;
  (void)asio::ip::make_address(host, error);
  return !error;
}

Error timed_out(const HttpUrl& url) { return {Errc::timeout, to_string(url) + " did not answer in time"}; }

/// What went wrong on the way; a deadline that came looks like a timeout of the stream.
Error on_the_way(const HttpUrl& url, Errc code, std::string_view what, const error_code& error) {
  if (error == beast::error::timeout) return timed_out(url);
  return {code, std::string{what} + " " + to_string(url) + ": " + error.message()};
}

/// OpenSSL says no more than "certificate verify failed"; the verdict on the chain says why.
Error handshake_failed(const HttpUrl& url, SSL* connection, const error_code& error) {
  if (error == beast::error::timeout) return timed_out(url);
  const std::string where = "TLS with " + to_string(url) + " failed: ";
  if (const long verdict = SSL_get_verify_result(connection); verdict != X509_V_OK) {
    const std::string remedy =
        verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH
            ? "; use the name of the certificate in url"
            : "; check tls.ca_file";
    return {Errc::connect_failed, where + X509_verify_cert_error_string(verdict) + remedy};
  }
  const bool plain = error.message().find("wrong version number") != std::string::npos ||
                     error.message().find("http request") != std::string::npos;
  return {Errc::connect_failed, where + error.message() + (plain ? "; the port does not speak TLS" : "")};
}

/// The certificate has to be made out to `host`; a name is also told to the server, which may have several.
void expect_host(SSL* connection, const std::string& host) {
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host.c_str());
  } else {
    SSL_set1_host(connection, host.c_str());
    SSL_set_tlsext_host_name(connection, host.c_str());
  }
}

Request request_from(const HttpUrl& url, HttpRequest&& from) {
  const http::verb verb = from.method == HttpMethod::get    ? http::verb::get
                          : from.method == HttpMethod::put  ? http::verb::put
                          : from.method == HttpMethod::post ? http::verb::post
                                                            : http::verb::delete_;
  Request request{verb, url.path + from.target, 11};
  const bool v6 = url.host.find(':') != std::string::npos;
  request.set(http::field::host, (v6 ? "[" + url.host + "]" : url.host) + ":" + std::to_string(url.port));
  request.set(http::field::user_agent, std::string{"busbar/"} + version);
  for (const auto& [name, value] : from.headers) request.set(name, value);
  request.keep_alive(false);
  request.body() = std::move(from.body);
  request.prepare_payload();
  return request;
}

HttpAnswer answer_from(http::response<http::string_body>&& response) {
  HttpAnswer answer;
  answer.status = response.result_int();
  answer.body = std::move(response.body());
  answer.body.resize(std::min(answer.body.size(), kept_of_body));
  // RFC 9110, section 10.2.3: seconds; the other form, a date, is not worth trusting a clock for.
  const auto after = response[http::field::retry_after];
  unsigned seconds = 0;
  if (std::from_chars(after.data(), after.data() + after.size(), seconds).ec == std::errc{})
    answer.retry_after = std::chrono::seconds{std::min(seconds, 3600U)};
  return answer;
}

template <class Stream>
asio::awaitable<Result<HttpAnswer>> exchange(Stream& stream, const HttpUrl& url, Request& request) {
  const auto written = co_await http::async_write(stream, request, use_result);
  if (std::get<0>(written)) co_return on_the_way(url, Errc::io_error, "sending to", std::get<0>(written));
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.header_limit(longest_header);
  parser.body_limit(longest_body);
  const auto read = co_await http::async_read(stream, buffer, parser, use_result);
  const error_code error = std::get<0>(read);
  // The status decides; how the body ends does not matter.
  if (error && !parser.is_header_done()) co_return on_the_way(url, Errc::io_error, "no answer of", error);
  co_return answer_from(parser.release());
}

}  // namespace

struct HttpClient::Context {
  ssl::context tls{ssl::context::tls_client};

  /// What is wrong with the files, "" if nothing.
  std::string load(const TlsOptions& options) {
    error_code error;
    tls.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1,
                    error);
    tls.set_verify_mode(options.verify ? ssl::verify_peer : ssl::verify_none, error);
    if (options.ca_file.empty()) {
      tls.set_default_verify_paths(error);
    } else {
      tls.load_verify_file(options.ca_file, error);
    }
    if (error) return "tls.ca_file '" + options.ca_file + "' cannot be used: " + error.message();
    if (options.certificate_file.empty()) return {};
    tls.set_password_callback(
        [password = options.key_password](std::size_t, ssl::context::password_purpose) { return password; },
        error);
    tls.use_certificate_chain_file(options.certificate_file, error);
    if (error)
      return "tls.certificate_file '" + options.certificate_file + "' cannot be used: " + error.message();
    tls.use_private_key_file(options.key_file, ssl::context::pem, error);
    if (error) return "tls.key_file '" + options.key_file + "' cannot be used: " + error.message();
    return {};
  }
};

HttpClient::HttpClient(HttpUrl url, TlsOptions tls) : url_{std::move(url)}, tls_{std::move(tls)} {}
HttpClient::~HttpClient() = default;

asio::awaitable<Result<HttpAnswer>> HttpClient::send(HttpRequest from, Steady deadline) {
  const auto executor = co_await asio::this_coro::executor;
  if (url_.tls && !context_) {
    auto context = std::make_unique<Context>();
    if (auto problem = context->load(tls_); !problem.empty())
      co_return Error{Errc::connect_failed, std::move(problem)};
    context_ = std::move(context);
  }
  Request request = request_from(url_, std::move(from));

  tcp::resolver resolver{executor};
  auto look_up = resolver.async_resolve(url_.host, std::to_string(url_.port), use_result);
  const auto found = co_await async::with_deadline(std::move(look_up), deadline);
  if (!found) co_return timed_out(url_);
  if (std::get<0>(*found))
    co_return Error{Errc::resolve_failed, url_.host + " cannot be found: " + std::get<0>(*found).message()};

  beast::tcp_stream tcp_stream{executor};
  tcp_stream.expires_at(deadline);
  const auto connected = co_await tcp_stream.async_connect(std::get<1>(*found), use_result);
  async::throw_if_cancelled(co_await asio::this_coro::cancellation_state);
  if (std::get<0>(connected))
    co_return on_the_way(url_, Errc::connect_failed, "cannot connect to", std::get<0>(connected));
  if (!url_.tls) {
    auto answer = co_await exchange(tcp_stream, url_, request);
    async::throw_if_cancelled(co_await asio::this_coro::cancellation_state);
    co_return answer;
  }
  beast::ssl_stream<beast::tcp_stream> stream{std::move(tcp_stream), context_->tls};
  expect_host(stream.native_handle(), url_.host);
  const auto shaken = co_await stream.async_handshake(ssl::stream_base::client, use_result);
  async::throw_if_cancelled(co_await asio::this_coro::cancellation_state);
  if (std::get<0>(shaken)) co_return handshake_failed(url_, stream.native_handle(), std::get<0>(shaken));
  auto answer = co_await exchange(stream, url_, request);
  async::throw_if_cancelled(co_await asio::this_coro::cancellation_state);
  co_return answer;
}

std::string basic_authorization(const std::string& user, const std::string& password) {
  const std::string plain = user + ":" + password;
  // Four characters for three bytes, and a zero behind them.
  std::string encoded((plain.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(plain.data()), static_cast<int>(plain.size()));
  encoded.resize(static_cast<std::size_t>(length));
  return "Basic " + encoded;
}

}  // namespace busbar::sink
