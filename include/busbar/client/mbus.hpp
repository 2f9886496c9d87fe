// The master of a wired M-Bus, blocking: on the calling thread, one call at a time. What the calls do and
// which errors they give: async_mbus.hpp.
#pragma once

#include <busbar/client/mbus_types.hpp>
#include <busbar/model/error.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace busbar::client {

class MbusMonitor;

class Mbus {
 public:
  explicit Mbus(MbusOptions options);
  explicit Mbus(std::string endpoint);
  Mbus(Mbus&&) noexcept;
  Mbus& operator=(Mbus&&) noexcept;
  ~Mbus();

  [[nodiscard]] Result<void> connect();
  [[nodiscard]] Result<void> ping(const MeterAddress& address);
  [[nodiscard]] Result<MeterInfo> get_info(const MeterAddress& address);
  [[nodiscard]] Result<MeterData> read_data(const MeterAddress& address);
  [[nodiscard]] Result<Discovered> discover(DiscoverOptions options = {});
  [[nodiscard]] Result<void> send(const MeterAddress& address, Bytes data);
  /// Must not outlive this object.
  [[nodiscard]] MbusMonitor monitor(const MeterAddress& address, std::chrono::milliseconds every);

 private:
  friend MbusMonitor;
  struct State;
  std::unique_ptr<State> state_;
};

class MbusMonitor {
 public:
  MbusMonitor(MbusMonitor&&) noexcept;
  ~MbusMonitor();
  /// Waits until it is time, and reads.
  [[nodiscard]] Result<MeterData> next();

 private:
  friend Mbus;
  struct State;
  explicit MbusMonitor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace busbar::client
