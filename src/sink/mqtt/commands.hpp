// The way in: messages that set something, from their topic to whoever may carry them out, and what came of
// it back to a topic. Topics and payloads: docs/writes.md.
#pragma once

#include "model/command.hpp"
#include "sink/mqtt/connection.hpp"
#include "sink/mqtt/session.hpp"
#include "sink/mqtt/topics.hpp"
#include "sink/sink.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::mqtt {

/// {"timestamp":"…","setting":"x","value":"on","result":"accepted","read_back":"on","detail":""}
[[nodiscard]] std::string result_json(const Command& command, const CommandResult& result, UtcMillis at);

class Commands {
 public:
  /// Publications of results have this bit in their id; EventFeed and Outbox use others.
  static constexpr std::uint64_t mark = std::uint64_t{1} << (std::numeric_limits<std::uintptr_t>::digits - 2);
  /// Results that wait for the connection. They are news: nobody waits for those of before an outage.
  static constexpr std::size_t max_results = 64;
  /// Beside state and events; Mosquitto allows 20 in all.
  static constexpr std::size_t max_in_flight = 2;

  /// `handler` empty: nothing can be set through this broker. `on_result`: there is something to pump.
  Commands(const Options& options, const Topics& topics, CommandHandler handler,
           std::function<void()> on_result);

  [[nodiscard]] bool enabled() const noexcept { return static_cast<bool>(handler_); }
  /// As this broker may know it: without settings when nothing can be set through it.
  [[nodiscard]] DeviceDescription visible(const DeviceDescription& device) const;
  /// What can be set on this device from now on; subscriptions follow when `connection` is up.
  void describe(const DeviceDescription& device, Connection* connection);
  void forget(std::string_view device, Connection* connection);
  /// A new connection knows of no subscription.
  void connected(Connection& connection);
  void lost() {
    results_.clear();
    in_flight_ = 0;
  }
  /// The broker has taken a result, or refused it.
  void answered() { in_flight_ -= in_flight_ > 0 ? 1 : 0; }

  /// True when the topic is one of ours, whatever became of the message. What came of it is told on the
  /// result topic, and where the sender asks for it on a topic of his own, but for those of ours: who may
  /// write one of our topics is not to write others through us.
  [[nodiscard]] bool take(const std::string& topic, const std::string& payload, bool retained,
                          ReplyTo reply_to = {});
  /// Hands over what the connection takes now; true when that was anything.
  bool pump(Session& session, Connection& connection, Steady now);

  /// Messages that were left over from before: not carried out.
  [[nodiscard]] std::uint64_t stale() const noexcept { return stale_; }

 private:
  struct Target {
    std::string device;
    std::string setting;
  };
  struct Result {
    std::string topic;
    std::string payload;
    std::string correlation{};
  };

  void set_targets(std::string_view device, std::map<std::string, Target, std::less<>> targets,
                   Connection* connection);
  [[nodiscard]] ReplyTo vetted(ReplyTo reply_to);
  void tell(const Command& command, const CommandResult& result, const ReplyTo& reply_to);
  void put(Result result);

  const Options* options_;
  const Topics* topics_;
  CommandHandler handler_;
  std::function<void()> on_result_;
  std::map<std::string, Target, std::less<>> targets_;  ///< by topic
  std::deque<Result> results_;
  std::size_t in_flight_ = 0;
  std::uint64_t last_id_ = 0;
  std::uint64_t stale_ = 0;
  bool bad_reply_said_ = false;
  /// Whoever carries a command out may outlive this object.
  std::shared_ptr<Commands*> self_ = std::make_shared<Commands*>(this);
};

}  // namespace busbar::sink::mqtt
