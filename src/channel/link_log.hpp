// What the log says about one channel's link: the first trouble at once, then ever more rarely.
#pragma once

#include <busbar/model/error.hpp>

#include <cstdint>
#include <string>

namespace busbar::channel {

class LinkLog {
 public:
  LinkLog(std::string channel, std::string endpoint);

  void connected() const;
  /// A failed open, or a loss: the 1st, 2nd, 4th, 8th … in a row is logged.
  void trouble(const Error& error);
  /// A frame came: what follows is news again.
  void useful() noexcept { troubles_ = 0; }
  /// Every byte as hex, at trace level: "channel rs485 > ea d1 …".
  void bytes(char direction, ByteView bytes) const;

 private:
  std::string channel_;
  std::string endpoint_;
  std::uint64_t troubles_ = 0;
};

}  // namespace busbar::channel
