#include "sink/mqtt/commands.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <utility>

namespace busbar::sink::mqtt {

std::string result_json(const Command& command, const CommandResult& result, UtcMillis at) {
  // What somebody sent may be anything: bytes that are no UTF-8 become U+FFFD.
  nlohmann::ordered_json json = {{"timestamp", format_utc(at)},
                                 {"setting", command.setting},
                                 {"value", command.value.substr(0, max_command_value)},
                                 {"result", to_string(result.verdict)},
                                 {"read_back", result.read_back},
                                 {"detail", result.detail}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Commands::Commands(const Options& options, const Topics& topics, CommandHandler handler,
                   std::function<void()> on_result)
    : options_{&options},
      topics_{&topics},
      handler_{options.commands ? std::move(handler) : CommandHandler{}},
      on_result_{std::move(on_result)} {}

DeviceDescription Commands::visible(const DeviceDescription& device) const {
  DeviceDescription left = device;
  if (!enabled()) left.settings.clear();
  return left;
}

void Commands::describe(const DeviceDescription& device, Connection* connection) {
  std::map<std::string, Target, std::less<>> targets;
  if (enabled()) {
    for (const auto& setting : device.settings)
      targets.emplace(topics_->command(device.id, setting.key), Target{device.id, setting.key});
  }
  set_targets(device.id, std::move(targets), connection);
}

void Commands::forget(std::string_view device, Connection* connection) {
  set_targets(device, {}, connection);
}

/// What stays is left alone: a message that comes just now is not lost.
void Commands::set_targets(std::string_view device, std::map<std::string, Target, std::less<>> targets,
                           Connection* connection) {
  std::vector<std::string> gone;
  std::vector<std::string> added;
  for (const auto& [topic, target] : targets_)
    if (target.device == device && !targets.contains(topic)) gone.push_back(topic);
  for (const auto& [topic, target] : targets)
    if (!targets_.contains(topic)) added.push_back(topic);
  for (const auto& topic : gone) targets_.erase(topic);
  targets_.merge(targets);
  if (connection == nullptr) return;
  if (!gone.empty()) connection->unsubscribe(std::move(gone));
  if (!added.empty()) connection->subscribe_live(std::move(added));
}

void Commands::connected(Connection& connection) {
  std::vector<std::string> topics;
  for (const auto& [topic, target] : targets_) topics.push_back(topic);
  if (!topics.empty()) connection.subscribe_live(std::move(topics));
}

/// Nothing where an answer must not go.
ReplyTo Commands::vetted(ReplyTo reply_to) {
  constexpr std::size_t longest = 256;
  if (reply_to.topic.empty()) return {};
  const bool good = is_publishable(reply_to.topic) && reply_to.topic.size() <= longest &&
                    reply_to.correlation.size() <= longest && !topics_->is_reserved(reply_to.topic);
  if (good) return reply_to;
  if (!std::exchange(bad_reply_said_, true))
    spdlog::warn("{}: no answer is sent to the response topic {}", options_->name, for_log(reply_to.topic));
  return {};
}

bool Commands::take(const std::string& topic, const std::string& payload, bool retained, ReplyTo reply_to) {
  const auto target = targets_.find(topic);
  if (target == targets_.end()) return false;
  if (retained) {
    // Somebody's order of long ago; carrying it out at every start would undo what was set since.
    if (stale_++ == 0)
      spdlog::warn("{}: a retained message on {} is not carried out; publish commands without retain",
                   options_->name, topic);
    return true;
  }
  // A little more than anything valid: enough to say what was wrong with it.
  Command command{target->second.device, target->second.setting, payload.substr(0, max_command_value + 1),
                  options_->name + " " + topic};
  const auto done = [self = std::weak_ptr{self_}, command,
                     reply = vetted(std::move(reply_to))](const CommandResult& result) {
    if (const auto commands = self.lock()) (*commands)->tell(command, result, reply);
  };
  handler_(std::move(command), done);
  return true;
}

void Commands::put(Result result) {
  if (results_.size() >= max_results) results_.pop_front();
  results_.push_back(std::move(result));
}

void Commands::tell(const Command& command, const CommandResult& result, const ReplyTo& reply_to) {
  const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::string json = result_json(command, result, now);
  if (!reply_to.topic.empty()) put({reply_to.topic, json, reply_to.correlation});
  put({topics_->result(command.device, command.setting), std::move(json)});
  on_result_();
}

bool Commands::pump(Session& session, Connection& connection, Steady now) {
  bool sent = false;
  while (session.is_connected() && !results_.empty() && in_flight_ < max_in_flight) {
    auto result = std::move(results_.front());
    results_.pop_front();
    const auto id = ++last_id_ | mark;
    ++in_flight_;
    session.sent(id, now);
    connection.publish(
        {id, std::move(result.topic), std::move(result.payload), 1, false, std::move(result.correlation)});
    sent = true;
  }
  return sent;
}

}  // namespace busbar::sink::mqtt
