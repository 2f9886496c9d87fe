// One physical medium behind one link, serialised: one coroutine reads always, one exchange is in flight at most.
// The only place where bytes are read from a link. What to do when is decided by policy.hpp, performed here.
#pragma once

#include "async/asio.hpp"
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

using std::chrono::milliseconds;

struct Options {
  std::string id;
  milliseconds spacing{200};       ///< end of a response to the start of the next request
  milliseconds after_connect{200};  ///< silence after a connect
  milliseconds on_unit_change{0};  ///< extra silence when the next request goes to another address
  milliseconds settle{500};        ///< silence after a timeout, so that a late reply is not taken for the next answer
  milliseconds timeout{1000};      ///< one total deadline for the answer, first to last byte
  unsigned retries = 1;            ///< further attempts after a transient error
  milliseconds retry_backoff{200};  ///< jittered, doubled per attempt
  milliseconds reconnect_min{500};
  milliseconds reconnect_max{60000};
  unsigned breaker_failures = 3;     ///< failed polls in a row before a device's breaker opens
  milliseconds breaker_probe_min{10000};
  milliseconds breaker_probe_max{300000};
  std::size_t max_queue = 1024;
  unsigned baud = 9600;  ///< of the wire behind the link; for the bus-time budget only
  bool operator==(const Options&) const = default;
};

enum class Priority { write, on_demand, scheduled };  ///< the first goes first

struct Request {
  std::string device;  ///< owner of the breaker
  protocol::Query query{};
  Priority priority = Priority::scheduled;
  Steady deadline{};  ///< not started after this; cancelled while queued when it passes
  std::optional<milliseconds> timeout{};
  std::optional<milliseconds> spacing{};
};

struct Reply {
  Bytes payload;        ///< assembled from all frames
  Steady sent{};        ///< first byte of the request that was answered
  Steady received{};    ///< last byte of the response
  unsigned attempts = 1;
};

class Channel {
 public:
  Channel(asio::any_io_executor executor, Options options, std::unique_ptr<link::Link> link,
          std::unique_ptr<protocol::Codec> codec);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel();

  /// Connects, reads, reconnects until cancelled. Spawned once by the app.
  [[nodiscard]] asio::awaitable<void> run();
  /// Waits for the turn, asks, waits for the answer. Errors: timeout, breaker_open, queue_full, cancelled, and what the
  /// link or the codec say. Throws only on cancellation of the calling coroutine, which frees its place in the queue.
  [[nodiscard]] asio::awaitable<Result<Reply>> exchange(Request request);
  /// Whole frames nobody asked for, of one address (push devices). Empty function: stop listening.
  void listen(std::uint32_t address, std::function<void(const protocol::Frame&, Steady)> handler);
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
