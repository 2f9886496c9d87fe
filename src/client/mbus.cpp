// The blocking master: an event loop that runs only while a call is under way, on the thread of the caller.
#include <busbar/client/async_mbus.hpp>
#include <busbar/client/mbus.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace busbar::client {

struct Mbus::State {
  boost::asio::io_context loop{1};
  std::optional<AsyncMbus> master;

  explicit State(MbusOptions options) { master.emplace(loop.get_executor(), std::move(options)); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    master.reset();
    // One more turn, so that the connection is closed in an orderly way.
    loop.restart();
    loop.poll();
  }

  template <class T>
  Result<T> run(boost::asio::awaitable<Result<T>> call) {
    std::optional<Result<T>> result;
    std::exception_ptr failure;
    boost::asio::co_spawn(loop, std::move(call),
                          [&result, &failure](std::exception_ptr error, Result<T> outcome) {
                            failure = error;
                            result.emplace(std::move(outcome));
                          });
    loop.restart();
    while (!result && !failure && loop.run_one() != 0) {
    }
    if (failure) std::rethrow_exception(failure);
    if (!result) throw std::logic_error("busbar: the event loop ended before the answer");
    return *std::move(result);
  }
};

struct MbusMonitor::State {
  Mbus::State* master;
  AsyncMbusMonitor monitor;
};

Mbus::Mbus(MbusOptions options) : state_{std::make_unique<State>(std::move(options))} {}
Mbus::Mbus(std::string endpoint) : Mbus{MbusOptions{.endpoint = std::move(endpoint)}} {}
Mbus::Mbus(Mbus&&) noexcept = default;
Mbus& Mbus::operator=(Mbus&&) noexcept = default;
Mbus::~Mbus() = default;

Result<void> Mbus::connect() { return state_->run(state_->master->connect()); }
Result<void> Mbus::ping(const MeterAddress& address) { return state_->run(state_->master->ping(address)); }
Result<MeterInfo> Mbus::get_info(const MeterAddress& address) {
  return state_->run(state_->master->get_info(address));
}
Result<MeterData> Mbus::read_data(const MeterAddress& address) {
  return state_->run(state_->master->read_data(address));
}
Result<Discovered> Mbus::discover(DiscoverOptions options) {
  return state_->run(state_->master->discover(std::move(options)));
}
Result<void> Mbus::send(const MeterAddress& address, Bytes data) {
  return state_->run(state_->master->send(address, std::move(data)));
}
MbusMonitor Mbus::monitor(const MeterAddress& address, std::chrono::milliseconds every) {
  return MbusMonitor{std::make_unique<MbusMonitor::State>(
      MbusMonitor::State{state_.get(), state_->master->monitor(address, every)})};
}

MbusMonitor::MbusMonitor(std::unique_ptr<State> state) : state_{std::move(state)} {}
MbusMonitor::MbusMonitor(MbusMonitor&&) noexcept = default;
MbusMonitor::~MbusMonitor() = default;
Result<MeterData> MbusMonitor::next() { return state_->master->run(state_->monitor.next()); }

}  // namespace busbar::client
