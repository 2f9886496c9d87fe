// One physical medium behind one link, serialised: one coroutine reads always, one exchange is in flight at
// most. The only place where bytes are read from a link. What to do when is decided by policy.hpp, performed
// here.
#pragma once

#include "async/asio.hpp"
#include "channel/options.hpp"
#include "link/link.hpp"
#include "model/health.hpp"

#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/frame_reader.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace busbar::channel {

struct Request {
  std::string device;  ///< owner of the breaker
  protocol::Query query{};
  /// Nothing is sent: the answer is what the device says by itself, not older than `timeout`. Neither turn
  /// nor breaker are needed for that.
  bool listen = false;
  bool wait = true;  ///< listening only: without, what has not come yet is not waited for
  Priority priority = Priority::scheduled;
  Steady deadline{};  ///< not started after this; cancelled while queued when it passes
  std::optional<milliseconds> timeout{};
  std::optional<milliseconds> spacing{};
  bool once = false;  ///< a write that is never sent a second time
};

struct Reply {
  Bytes payload;      ///< assembled from all frames
  Steady sent{};      ///< first byte of the request that was answered
  Steady received{};  ///< last byte of the response
  UtcMillis utc{};    ///< the same moment on the wall clock
  unsigned attempts = 1;
};

class Recorder;

class Channel {
 public:
  /// `recorder`, if any, outlives the channel.
  Channel(asio::any_io_executor executor, Options options, std::unique_ptr<link::Link> link,
          std::unique_ptr<protocol::Codec> codec, Recorder* recorder = nullptr);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// Connects, reads, reconnects until cancelled. Spawned once by the app.
  [[nodiscard]] asio::awaitable<void> run();
  /// Waits for the turn, asks, waits for the answer. Errors: timeout, breaker_open, queue_full, cancelled,
  /// and what the link or the codec say. Throws only on cancellation of the calling coroutine, which frees
  /// its place in the queue.
  [[nodiscard]] asio::awaitable<Result<Reply>> exchange(Request request);
  /// Closes the stream cleanly and fails everything queued with `cancelled`.
  void stop();

  [[nodiscard]] const Options& options() const noexcept;
  [[nodiscard]] ChannelHealth health() const;
  [[nodiscard]] Breaker breaker(const std::string& device) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace busbar::channel
