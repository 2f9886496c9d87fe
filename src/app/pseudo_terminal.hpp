// A pseudo terminal with a name of one's own: what the simulator offers in place of a serial port.
#pragma once

#include <busbar/model/error.hpp>

#include <string>

namespace busbar::app {

class PseudoTerminal {
 public:
  /// Opens a raw pseudo terminal and makes `link` a symbolic link to it. An existing symbolic link is
  /// replaced, anything else there is an error.
  [[nodiscard]] static Result<PseudoTerminal> open(const std::string& link);
  PseudoTerminal(PseudoTerminal&& other) noexcept;
  PseudoTerminal& operator=(PseudoTerminal&&) = delete;
  ~PseudoTerminal();  ///< removes the link

  /// The simulator's end; the caller owns it from now on.
  [[nodiscard]] int release_master() noexcept;

 private:
  PseudoTerminal(int master, int slave, std::string link);
  int master_;
  int slave_;  ///< kept open, so that the master does not see a hang-up between two users
  std::string link_;
};

}  // namespace busbar::app
