// busbar healthcheck: one GET of /healthz, for HEALTHCHECK in containers that have no curl.
#include "app/arguments.hpp"
#include "app/command.hpp"
#include "app/exit_code.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <iostream>
#include <optional>
#include <regex>

namespace busbar::app {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::chrono::seconds patience{5};
constexpr std::size_t max_response = 1024 * 1024;

struct Url {
  std::string host;
  std::string port;
  std::string path;
};

std::optional<Url> parse_url(const std::string& text) {
  static const std::regex form{R"(http://(\[[0-9a-fA-F:.]+\]|[^:/\[\]]+)(?::([0-9]{1,5}))?(/.*)?)"};
  std::smatch match;
  if (!std::regex_match(text, match, form)) return std::nullopt;
  Url url{match[1], match[2].matched ? match[2].str() : "80", match[3].matched ? match[3].str() : "/"};
  if (url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
  return url;
}

/// The whole request under one deadline; the status code, or the reason there is none.
struct Probe {
  Url url;
  std::string reason;
  unsigned status = 0;
  std::string body{};

  void run() {
    asio::io_context loop;
    boost::beast::tcp_stream stream{loop};
    boost::beast::flat_buffer buffer;
    http::request<http::empty_body> request{http::verb::get, url.path, 11};
    http::response_parser<http::string_body> parser;
    parser.body_limit(max_response);
    request.set(http::field::host, url.host);
    boost::beast::error_code resolve_error;
    const auto endpoints = asio::ip::tcp::resolver{loop}.resolve(url.host, url.port, resolve_error);
    if (resolve_error) {
      reason = resolve_error.message();
      return;
    }
    stream.expires_after(patience);
    stream.async_connect(endpoints, [&](auto error, const auto&) {
      if (failed(error)) return;
      http::async_write(stream, request, [&](auto write_error, std::size_t) {
        if (failed(write_error)) return;
        http::async_read(stream, buffer, parser, [&](auto read_error, std::size_t) {
          if (failed(read_error)) return;
          status = parser.get().result_int();
          body = parser.get().body();
        });
      });
    });
    loop.run();
  }

  bool failed(const boost::beast::error_code& error) {
    if (error) reason = error.message();
    return static_cast<bool>(error);
  }
};

}  // namespace

int healthcheck_command(const CommandArguments& arguments) {
  Arguments options{"busbar healthcheck [--url http://127.0.0.1:9878/healthz]",
                    "Exit code 0 when the daemon's loop lives and answers, 69 when it does not."};
  options.value("url,u", "URL", "the http sink's /healthz", "http://127.0.0.1:9878/healthz");
  if (const auto code = options.parse(arguments)) return *code;
  const auto url = parse_url(options.text("url"));
  if (!url) return usage_error("--url is '" + options.text("url") + "', expected http://host:port/healthz");
  Probe probe{*url, {}};
  probe.run();
  if (probe.status == 200) {
    std::cout << probe.body << "\n";
    return exit_ok;
  }
  return fail(exit_unavailable,
              options.text("url") + ": " +
                  (probe.status != 0 ? "status " + std::to_string(probe.status) : probe.reason));
}

}  // namespace busbar::app
