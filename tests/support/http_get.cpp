#include "support/http_get.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace busbar::test {
namespace {

class Socket {
 public:
  Socket() : descriptor_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const timeval patience{5, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { ::close(descriptor_); }

  [[nodiscard]] bool connect(unsigned short port) const {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  [[nodiscard]] bool send(const std::string& text) const {
    return ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  [[nodiscard]] std::string receive_all() const {
    std::string all;
    char buffer[16384];
    for (ssize_t count; (count = ::recv(descriptor_, buffer, sizeof buffer, 0)) > 0;) {
      all.append(buffer, static_cast<std::size_t>(count));
    }
    return all;
  }

 private:
  int descriptor_;
};

/// Joins the chunks in which some servers send a long body: RFC 9112, section 7.1.
std::string joined(std::string_view body) {
  std::string whole;
  for (;;) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), size, 16);
    const auto line_end = body.find("\r\n");
    if (error != std::errc{} || size == 0 || line_end == std::string_view::npos) return whole;
    whole += body.substr(line_end + 2, size);
    if (body.size() < line_end + 2 + size + 2) return whole;
    body.remove_prefix(line_end + 2 + size + 2);
  }
}

}  // namespace

HttpAnswer http_get(unsigned short port, std::string_view path) {
  const Socket socket;
  if (!socket.connect(port)) return {};
  if (!socket.send("GET " + std::string{path} + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n"))
    return {};
  const std::string all = socket.receive_all();
  const auto head = all.find("\r\n\r\n");
  if (head == std::string::npos || !all.starts_with("HTTP/1.1 ")) return {};
  const bool chunked = all.find("Transfer-Encoding: chunked") < head;
  const auto body = all.substr(head + 4);
  return {static_cast<unsigned>(std::stoul(all.substr(9, 3))), chunked ? joined(body) : body};
}

std::optional<double> sample(std::string_view exposition, std::string_view series) {
  const std::string line_start = "\n" + std::string{series} + " ";
  auto at = exposition.find(line_start);
  if (at == std::string_view::npos) {
    if (!exposition.starts_with(std::string_view{line_start}.substr(1))) return std::nullopt;
    at = 0;
  } else {
    at += 1;
  }
  const auto text = exposition.substr(at + series.size() + 1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

}  // namespace busbar::test
