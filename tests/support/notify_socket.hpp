// The socket of a service manager: collects what a daemon tells systemd.
#pragma once

#include "support/process.hpp"

#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace busbar::test {

/// What systemd listens on.
class NotifySocket {
 public:
  explicit NotifySocket(std::string path) : path_{std::move(path)} {
    descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error{"cannot bind " + path_};
    }
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { ::close(descriptor_); }

  /// All datagrams so far, a line each.
  const std::string& heard() {
    char buffer[4096];
    for (ssize_t count; (count = ::recv(descriptor_, buffer, sizeof buffer, 0)) > 0;) {
      heard_.append(buffer, static_cast<std::size_t>(count)).append("\n");
    }
    return heard_;
  }
  [[nodiscard]] bool hears(const std::string& text, std::size_t times = 1) {
    return eventually([&] {
      std::size_t found = 0;
      for (auto at = heard().find(text); at != std::string::npos; at = heard_.find(text, at + 1)) ++found;
      return found >= times;
    });
  }

 private:
  std::string path_;
  int descriptor_ = -1;
  std::string heard_;
};

}  // namespace busbar::test
