// One HTTP request at a time to one server, for sinks that push: over a connection of its own, with or
// without TLS, under one deadline.
#pragma once

#include "async/asio.hpp"
#include "sink/http_url.hpp"
#include "sink/tls_options.hpp"

#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace busbar::sink {

enum class HttpMethod { get, put, post, del };

struct HttpRequest {
  HttpMethod method = HttpMethod::post;
  std::string target;  ///< path and query, encoded
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body{};  ///< its beginning, at most 4 KiB
  std::optional<std::chrono::seconds> retry_after{};
  [[nodiscard]] bool good() const noexcept { return status >= 200 && status < 300; }
};

class HttpClient {
 public:
  HttpClient(HttpUrl url, TlsOptions tls);
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  ~HttpClient();

  /// The server's answer, whatever its status. Else resolve_failed, connect_failed (refused, TLS), io_error
  /// (anything on the way) or timeout, with a sentence that says how to mend it. Throws operation_aborted
  /// only when the caller is cancelled.
  [[nodiscard]] asio::awaitable<Result<HttpAnswer>> send(HttpRequest request, Steady deadline);

  [[nodiscard]] const HttpUrl& url() const noexcept { return url_; }

 private:
  struct Context;
  HttpUrl url_;
  TlsOptions tls_;
  std::unique_ptr<Context> context_;
};

/// "Basic …" for an Authorization header. RFC 7617.
[[nodiscard]] std::string basic_authorization(const std::string& user, const std::string& password);

}  // namespace busbar::sink
