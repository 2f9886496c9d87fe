// What a client needs to know to talk to the devices on one channel.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace busbar::client {

struct Options {
  /// "tcp://host:port", "tcp://[::1]:26", "serial:/dev/ttyUSB0?baud=9600&parity=even" or a bare /dev path.
  std::string endpoint;
  /// Name of a built-in profile ("orion1000") or of one in `profile_directory`.
  std::string profile;
  std::string profile_directory{};  ///< *.yaml of the site, which override built-in ones by name; "" = none
  std::chrono::milliseconds timeout{1000};       ///< for one answer, first to last byte
  std::chrono::milliseconds spacing{200};        ///< end of a response to the start of the next request
  std::chrono::milliseconds after_connect{200};  ///< silence after a connect
  std::chrono::milliseconds deadline{
      10000};                               ///< for a whole read(): connecting, waiting for the turn, retries
  unsigned retries = 1;                     ///< further attempts after an error whose class is transient
  std::vector<std::string> allow_writes{};  ///< exact names of the write queries that read() may send
};

}  // namespace busbar::client
