// http:// and https:// urls of servers that sinks send to.
#pragma once

#include <busbar/model/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace busbar::sink {

struct HttpUrl {
  bool tls = false;
  std::string host{};  ///< without the brackets of an IPv6 address
  std::uint16_t port = 80;
  std::string path{};  ///< "" or "/…", without a slash at its end
  bool operator==(const HttpUrl&) const = default;
};

/// scheme://host[:port][/path]. invalid_configuration with a sentence for a person: another scheme, no host,
/// a port beyond 65535, user or password in it (urls appear in logs), a query or fragment.
[[nodiscard]] Result<HttpUrl> parse_http_url(std::string_view text);
/// "https://host:8086/path", as it is shown in logs.
[[nodiscard]] std::string to_string(const HttpUrl& url);
/// Percent-encodes everything but unreserved characters. RFC 3986, section 2.3.
[[nodiscard]] std::string url_encoded(std::string_view text);

}  // namespace busbar::sink
