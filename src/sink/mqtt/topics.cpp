// Spelling of the topics.
#include "sink/mqtt/topics.hpp"

#include <algorithm>

namespace busbar::sink::mqtt {

namespace {

/// Home Assistant ignores discovery topics whose ids have other characters.
std::string safe_id(std::string_view text) {
  std::string id{text};
  std::ranges::replace_if(
      id,
      [](char c) {
        const bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '_' || c == '-';
        return !safe;
      },
      '_');
  return id;
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
  return text;
}

}  // namespace

bool is_publishable(std::string_view topic) noexcept {
  return !topic.empty() && topic.size() <= 65535 &&
         topic.find_first_of(std::string_view{"+#\0", 3}) == std::string_view::npos;
}

bool Topics::is_reserved(std::string_view topic) const noexcept {
  const auto below = [&](std::string_view prefix) {
    return topic.starts_with(prefix) && (topic.size() == prefix.size() || topic[prefix.size()] == '/');
  };
  return topic.starts_with('$') || below(prefix_) || below(discovery_prefix_) || topic == birth_;
}

Topics::Topics(const Options& options)
    : prefix_{trimmed(options.topic_prefix)},
      discovery_prefix_{trimmed(options.home_assistant.prefix)},
      birth_{options.home_assistant.birth_topic.empty() ? discovery_prefix_ + "/status"
                                                        : options.home_assistant.birth_topic},
      node_{safe_id(options.home_assistant.node_id)} {}

std::string Topics::of(std::string_view device, std::string_view leaf) const {
  std::string topic;
  topic.reserve(prefix_.size() + device.size() + leaf.size() + 2);
  write(topic, device, leaf);
  return topic;
}

void Topics::write(std::string& topic, std::string_view device, std::string_view leaf) const {
  topic.assign(prefix_).append("/").append(device).append("/").append(leaf);
}

std::string Topics::state(std::string_view device, std::string_view query) const {
  return of(device, "state").append("/").append(query);
}

std::string Topics::event(std::string_view device, std::string_view query) const {
  return of(device, "event").append("/").append(query);
}

std::string Topics::reading(std::string_view device, std::string_view key) const { return of(device, key); }

std::string Topics::discovery() const { return discovery_prefix_ + "/device/" + node_ + "/config"; }

std::string Topics::discovery(std::string_view device) const {
  return discovery_prefix_ + "/device/" + safe_id(object_id(device)) + "/config";
}

std::string Topics::discovery(std::string_view device, std::string_view query) const {
  return discovery_prefix_ + "/device/" + safe_id(object_id(device)) + "/" + safe_id(query) + "/config";
}

std::string_view Topics::device_of_availability(std::string_view topic) const noexcept {
  constexpr std::string_view tail = "/availability";
  if (!is_own(topic) || !topic.ends_with(tail)) return {};
  topic.remove_prefix(prefix_.size() + 1);
  if (topic.size() <= tail.size()) return {};
  topic.remove_suffix(tail.size());
  return topic.find_first_of("/+#") == std::string_view::npos ? topic : std::string_view{};
}

bool Topics::is_discovery(std::string_view topic) const {
  return topic.starts_with(discovery_prefix_ + "/device/") && topic.ends_with("/config");
}

bool Topics::is_own(std::string_view topic) const {
  return topic.size() > prefix_.size() && topic.starts_with(prefix_) && topic[prefix_.size()] == '/';
}

bool Topics::is_of(std::string_view device, std::string_view topic) const {
  if (!is_publishable(topic) || !is_own(topic)) return false;
  return device.empty() || topic.starts_with(of(device, ""));
}

}  // namespace busbar::sink::mqtt
