// The daemon on D-Bus: how it does, poll now, reload. Interface and policy: docs/operations.md.
// Source: sd-bus(3), D-Bus Specification 0.38, "Message Bus Names".
#pragma once

#include "async/asio.hpp"

#include <functional>
#include <memory>
#include <string>

namespace busbar::service {

inline constexpr const char* bus_name = "org.busbar.Busbar1";
inline constexpr const char* bus_path = "/org/busbar/Busbar1";
inline constexpr const char* bus_interface = "org.busbar.Busbar1";

/// What a caller on the bus can have done; all are called on the loop.
struct BusMethods {
  std::function<std::string()> status;  ///< JSON
  /// Polls every scheduled query of a device once; `done` gets "" or what went wrong, exactly once.
  std::function<void(const std::string& device, std::function<void(std::string error)> done)> poll_now;
  std::function<void()> reload;
};

class Bus {
 public:
  Bus(asio::any_io_executor executor, BusMethods methods);
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;
  ~Bus();

  /// Serves the system bus until cancelled; connects again when the bus goes away. Where there is no bus, or
  /// its policy forbids the name, it says so once and keeps trying.
  [[nodiscard]] asio::awaitable<void> run();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace busbar::service
