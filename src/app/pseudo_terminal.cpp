#include "app/pseudo_terminal.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <pty.h>
#include <system_error>
#include <termios.h>
#include <unistd.h>
#include <utility>

namespace busbar::app {

Result<PseudoTerminal> PseudoTerminal::open(const std::string& link) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::is_symlink(fs::symlink_status(link, error))) {
    fs::remove(link, error);
  } else if (fs::exists(link, error)) {
    return Error{Errc::io_error, link + " exists and is no symbolic link"};
  }
  termios raw{};
  ::cfmakeraw(&raw);
  int master = -1;
  int slave = -1;
  std::array<char, 128> name{};
  if (::openpty(&master, &slave, name.data(), &raw, nullptr) != 0) {
    return Error{Errc::io_error, std::string{"openpty: "} + std::strerror(errno)};
  }
  PseudoTerminal terminal{master, slave, link};
  fs::create_symlink(name.data(), link, error);
  if (error) return Error{Errc::io_error, link + ": " + error.message()};
  return terminal;
}

PseudoTerminal::PseudoTerminal(int master, int slave, std::string link)
    : master_{master}, slave_{slave}, link_{std::move(link)} {}

PseudoTerminal::PseudoTerminal(PseudoTerminal&& other) noexcept
    : master_{std::exchange(other.master_, -1)},
      slave_{std::exchange(other.slave_, -1)},
      link_{std::exchange(other.link_, {})} {}

PseudoTerminal::~PseudoTerminal() {
  if (master_ >= 0) ::close(master_);
  if (slave_ >= 0) ::close(slave_);
  std::error_code ignored;
  if (!link_.empty()) std::filesystem::remove(link_, ignored);
}

int PseudoTerminal::release_master() noexcept { return std::exchange(master_, -1); }

}  // namespace busbar::app
