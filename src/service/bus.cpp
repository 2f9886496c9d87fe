// sd-bus on the one loop: it says what it waits for, the loop waits.
#include "service/bus.hpp"

#include "async/race.hpp"
#include "async/wakeup.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <spdlog/spdlog.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <poll.h>
#include <utility>

namespace busbar::service {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds pause_before_reconnect{30};

struct Unref {
  void operator()(sd_bus* bus) const { sd_bus_close_unref(bus); }
};
using Connection = std::unique_ptr<sd_bus, Unref>;

/// A call that is answered later. Shared, because a std::function must be copyable.
std::shared_ptr<sd_bus_message> keep(sd_bus_message* call) {
  return {sd_bus_message_ref(call), [](sd_bus_message* kept) { sd_bus_message_unref(kept); }};
}

asio::awaitable<void> ready(asio::posix::stream_descriptor& descriptor,
                            asio::posix::stream_descriptor::wait_type what) {
  co_await descriptor.async_wait(what, use_result);
}

/// The moment sd-bus wants to be called again, on the clock that CLOCK_MONOTONIC is.
Clock::time_point next_call(sd_bus* bus) {
  std::uint64_t microseconds = UINT64_MAX;
  if (sd_bus_get_timeout(bus, &microseconds) < 0 || microseconds > INT64_MAX / 1000)
    return Clock::now() + std::chrono::hours{1};
  return Clock::time_point{std::chrono::microseconds{microseconds}};
}

}  // namespace

struct Bus::State {
  asio::any_io_executor executor;
  BusMethods methods;
  Connection bus{};
  std::string last_trouble{};

  static int status(sd_bus_message* call, void* self, sd_bus_error*) {
    return sd_bus_reply_method_return(call, "s", static_cast<State*>(self)->methods.status().c_str());
  }
  static int reload(sd_bus_message* call, void* self, sd_bus_error*) {
    static_cast<State*>(self)->methods.reload();
    return sd_bus_reply_method_return(call, "");
  }
  static int poll_now(sd_bus_message* call, void* self, sd_bus_error*) {
    const char* device = nullptr;
    if (const int result = sd_bus_message_read(call, "s", &device); result < 0) return result;
    auto done = [kept = keep(call)](const std::string& error) {
      if (error.empty()) {
        sd_bus_reply_method_return(kept.get(), "");
      } else {
        sd_bus_reply_method_errorf(kept.get(), "org.busbar.Error.PollFailed", "%s", error.c_str());
      }
    };
    static_cast<State*>(self)->methods.poll_now(device, std::move(done));
    return 1;
  }

  int open();
  asio::awaitable<void> serve();
  void trouble(const char* what, int error);
};

namespace {

int name_answer(sd_bus_message* answer, void*, sd_bus_error*) {
  if (const sd_bus_error* const error = sd_bus_message_get_error(answer); error != nullptr)
    spdlog::warn("dbus: the name {} is refused: {}; is the policy file installed?", bus_name, error->message);
  else
    spdlog::info("dbus: serving {}", bus_name);
  return 0;
}

}  // namespace

/// Returns a negative errno when the bus is not to be had.
int Bus::State::open() {
  static const sd_bus_vtable table[] = {
      SD_BUS_VTABLE_START(0),
      SD_BUS_METHOD_WITH_ARGS("Status", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", json), State::status,
                              SD_BUS_VTABLE_UNPRIVILEGED),
      SD_BUS_METHOD_WITH_ARGS("PollNow", SD_BUS_ARGS("s", device), SD_BUS_NO_RESULT, State::poll_now,
                              SD_BUS_VTABLE_UNPRIVILEGED),
      SD_BUS_METHOD_WITH_ARGS("Reload", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, State::reload,
                              SD_BUS_VTABLE_UNPRIVILEGED),
      SD_BUS_VTABLE_END};
  sd_bus* opened = nullptr;
  if (const int result = sd_bus_open_system(&opened); result < 0) return result;
  bus.reset(opened);
  if (const int result = sd_bus_add_object_vtable(opened, nullptr, bus_path, bus_interface, table, this);
      result < 0)
    return result;
  return sd_bus_request_name_async(opened, nullptr, bus_name, 0, name_answer, this);
}

/// Until the bus goes away.
asio::awaitable<void> Bus::State::serve() {
  asio::posix::stream_descriptor descriptor{executor, sd_bus_get_fd(bus.get())};
  // sd-bus owns the descriptor, also when this coroutine is cancelled.
  struct Release {
    asio::posix::stream_descriptor& held;
    ~Release() { held.release(); }
  } const release{descriptor};
  for (;;) {
    const int result = sd_bus_process(bus.get(), nullptr);
    if (result > 0) continue;
    if (result < 0) {
      trouble("the connection is lost", -result);
      co_return;
    }
    const int events = sd_bus_get_events(bus.get());
    auto awaited = ready(descriptor, asio::posix::stream_descriptor::wait_read);
    if ((events & POLLOUT) != 0) {
      auto writable = ready(descriptor, asio::posix::stream_descriptor::wait_write);
      awaited = async::race(std::move(awaited), std::move(writable));
    }
    auto timed = async::wait_until(next_call(bus.get()));
    co_await async::race(std::move(awaited), std::move(timed));
  }
}

void Bus::State::trouble(const char* what, int error) {
  std::string text = std::string{what} + ": " + std::strerror(error);
  if (text == last_trouble) return;
  spdlog::warn("dbus: {}; trying again every {} s", text, pause_before_reconnect.count());
  last_trouble = std::move(text);
}

Bus::Bus(asio::any_io_executor executor, BusMethods methods)
    : state_{std::make_unique<State>(State{.executor = std::move(executor), .methods = std::move(methods)})} {
}

Bus::~Bus() = default;

asio::awaitable<void> Bus::run() {
  for (;;) {
    const int result = state_->open();
    if (result < 0) {
      state_->trouble("no system bus", -result);
    } else {
      co_await state_->serve();
    }
    state_->bus.reset();
    co_await async::wait_until(Clock::now() + pause_before_reconnect);
  }
}

}  // namespace busbar::service
