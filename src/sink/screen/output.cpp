// Text to a descriptor that may be slow or closed.
#include "sink/screen/output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

namespace busbar::sink::screen {
namespace {

constexpr int look_again_ms = 50;

/// A write to a closed pipe signals the writing thread; blocked there, it is only an error code.
void block_sigpipe() {
  sigset_t set;
  ::sigemptyset(&set);
  ::sigaddset(&set, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

int Output::write(std::string_view text) const {
  block_sigpipe();
  while (!text.empty()) {
    const bool out_of_time = std::chrono::steady_clock::now() >= give_up_at_.load();
    pollfd ready{descriptor_, POLLOUT, 0};
    const int count = ::poll(&ready, 1, out_of_time ? 0 : look_again_ms);
    if (count < 0 && errno != EINTR) return errno;
    if (count <= 0 && out_of_time) return ETIMEDOUT;
    if (count <= 0) continue;
    // A pipe that is ready takes this much without blocking.
    const std::size_t size = std::min<std::size_t>(text.size(), PIPE_BUF);
    const ssize_t written = ::write(descriptor_, text.data(), size);
    if (written < 0 && errno != EINTR && errno != EAGAIN) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

bool Output::is_terminal() const noexcept { return ::isatty(descriptor_) == 1; }

bool Output::wants_colour() const noexcept {
  const char* no_colour = std::getenv("NO_COLOR");  // https://no-color.org: present and not empty
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal == nullptr || std::strcmp(terminal, "dumb") == 0;
  return is_terminal() && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

}  // namespace busbar::sink::screen
