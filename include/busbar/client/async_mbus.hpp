// The master of a wired M-Bus, awaitable, for programs with an event loop of their own.
#pragma once

#include <busbar/client/mbus_types.hpp>
#include <busbar/model/error.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>

namespace busbar::client {

/// Readings of one meter, one after the other, at a fixed rate. Ends with its Mbus.
class AsyncMbusMonitor;

class AsyncMbus {
 public:
  /// As AsyncClient: `executor` is of one thread and outlives the object; std::invalid_argument for an
  /// endpoint that cannot be parsed. Connects in the background, and again whenever the connection was lost.
  AsyncMbus(boost::asio::any_io_executor executor, MbusOptions options);
  AsyncMbus(AsyncMbus&&) noexcept;
  AsyncMbus& operator=(AsyncMbus&&) noexcept;
  ~AsyncMbus();

  /// Waits for the first connection; need not be called. connect_failed and what else the link says.
  [[nodiscard]] boost::asio::awaitable<Result<void>> connect();
  /// Resets the link of the meter, or selects it. timeout: nobody is there.
  [[nodiscard]] boost::asio::awaitable<Result<void>> ping(MeterAddress address);
  /// One telegram of the meter, and of that who it is.
  [[nodiscard]] boost::asio::awaitable<Result<MeterInfo>> get_info(MeterAddress address);
  /// All telegrams of the meter. rejected: it reports an error instead.
  [[nodiscard]] boost::asio::awaitable<Result<MeterData>> read_data(MeterAddress address);
  /// Who is on the bus. Errors are those of the link; when it is cancelled, `options.progress` was told what
  /// had been found.
  [[nodiscard]] boost::asio::awaitable<Result<Discovered>> discover(DiscoverOptions options);
  /// Sends a CI field and its data, see protocol/mbus/commands.hpp. Done when the meter acknowledged.
  [[nodiscard]] boost::asio::awaitable<Result<void>> send(MeterAddress address, Bytes data);
  /// The first reading at once, then one every so often. Between them the bus is free for other calls.
  [[nodiscard]] AsyncMbusMonitor monitor(MeterAddress address, std::chrono::milliseconds every);

 private:
  friend AsyncMbusMonitor;
  struct State;
  std::shared_ptr<State> state_;
};

class AsyncMbusMonitor {
 public:
  /// Waits until it is time, and reads. A time that was missed is left out. An error is one reading that did
  /// not come: go on.
  [[nodiscard]] boost::asio::awaitable<Result<MeterData>> next();

 private:
  friend AsyncMbus;
  AsyncMbusMonitor(std::shared_ptr<AsyncMbus::State> state, MeterAddress address,
                   std::chrono::milliseconds every)
      : state_{std::move(state)}, address_{address}, every_{every} {}
  std::shared_ptr<AsyncMbus::State> state_;
  MeterAddress address_;
  std::chrono::milliseconds every_;
  std::optional<Steady> due_{};
};

}  // namespace busbar::client
