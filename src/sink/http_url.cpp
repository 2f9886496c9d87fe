#include "sink/http_url.hpp"

#include <charconv>

namespace busbar::sink {
namespace {

Error refused(std::string why) { return {Errc::invalid_configuration, std::move(why)}; }

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view text) {
  HttpUrl url;
  if (text.starts_with("https://")) {
    url.tls = true;
    url.port = 443;
  } else if (!text.starts_with("http://")) {
    return refused("must start with http:// or https://");
  }
  text.remove_prefix(text.find("//") + 2);
  if (text.find_first_of("?# \t\r\n\"\\") != std::string_view::npos)
    return refused("must end with its path: no '?', '#' or blank");
  const std::size_t slash = text.find('/');
  std::string_view authority = text.substr(0, slash);
  if (slash != std::string_view::npos) url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  if (authority.find('@') != std::string_view::npos)
    return refused("must not carry a user or password; there are keys for them");
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return refused("has a '[' without its ']'");
    url.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
  } else {
    url.host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(url.host.size());
  }
  if (url.host.empty()) return refused("names no host");
  if (authority.empty()) return url;
  const char* const end = authority.data() + authority.size();
  const auto parsed = std::from_chars(authority.data() + 1, end, url.port);
  if (authority.front() != ':' || parsed.ec != std::errc{} || parsed.ptr != end || url.port == 0)
    return refused("has after its host only ':' and a port from 1 to 65535");
  return url;
}

std::string to_string(const HttpUrl& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  return (url.tls ? "https://" : "http://") + (v6 ? "[" + url.host + "]" : url.host) + ":" +
         std::to_string(url.port) + url.path;
}

std::string url_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 0x0FU];
  }
  return encoded;
}

}  // namespace busbar::sink
