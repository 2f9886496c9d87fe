// Which retained topics of ours should lie at the broker, and the messages that get it there: discovery,
// withdrawal of what is gone, cleaning up after earlier runs. Pure: it only collects messages for the sink to
// send.
#pragma once

#include "sink/mqtt/device_record.hpp"
#include "sink/mqtt/discovery.hpp"
#include "sink/mqtt/outbox.hpp"
#include "sink/mqtt/published.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace busbar::sink::mqtt {

class Announcer {
 public:
  /// `earlier`: what the state file says an earlier run left behind.
  Announcer(const Options& options, std::string version, Published earlier);

  void describe(const DeviceDescription& description);
  void forget(std::string_view device);
  /// The record of a device, made on first use.
  [[nodiscard]] DeviceRecord& record(std::string_view device);
  [[nodiscard]] const std::map<std::string, DeviceRecord, std::less<>>& devices() const noexcept {
    return devices_;
  }

  /// A retained message under the discovery prefix. Returns a warning for a person, "" if there is none.
  [[nodiscard]] std::string recall(const std::string& topic, std::string_view payload);
  /// All there is to know about earlier runs is known: withdraws what we no longer own and announces
  /// everything. `max_packet`: largest discovery message the broker takes, 0 = any.
  void start(std::size_t max_packet);
  [[nodiscard]] bool started() const noexcept { return started_; }
  /// The broker's limit changed: devices are announced in the other form.
  void set_max_packet(std::size_t max_packet);
  /// Announces the device anew if its discovery message changed.
  void announce(DeviceRecord& device);
  /// A retained topic of a device ("" = the daemon) is in use.
  void note(std::string_view device, std::string_view topic);
  /// The broker has taken the empty message that clears this topic.
  void cleared(const std::string& topic);
  /// Retired components were announced as such and can now be left out.
  void finish_removals();
  [[nodiscard]] bool has_removals() const noexcept { return removals_; }

  /// The discovery payload of a topic returned by take_messages() without one.
  [[nodiscard]] std::string render(const std::string& topic) const;
  /// Messages to send since the last call.
  [[nodiscard]] std::vector<Message> take_messages() { return std::exchange(messages_, {}); }
  [[nodiscard]] const Published& published() const noexcept { return published_; }
  /// Another number whenever published() has changed; 0 is what an earlier run left.
  [[nodiscard]] std::uint64_t revision() const noexcept { return revision_; }
  [[nodiscard]] const Topics& topics() const noexcept { return topics_; }

 private:
  struct Part {
    std::string device;  ///< "" = the daemon
    std::optional<std::string> query;
    std::size_t hash = 0;  ///< of the payload announced last
  };

  PublishedDevice& published(std::string_view device);
  [[nodiscard]] DiscoveryContext context() const { return {options_, topics_, version_}; }
  [[nodiscard]] std::map<std::string, Part> parts_of(const DeviceRecord& device) const;
  [[nodiscard]] std::set<std::string> topics_of(const DeviceRecord& device) const;
  void withdraw(const std::string& device, const std::set<std::string>& keep);
  void announce_part(const std::string& topic, const Part& part);

  const Options& options_;
  std::string version_;
  Topics topics_;
  std::map<std::string, DeviceRecord, std::less<>> devices_;
  std::map<std::string, Part> parts_;  ///< by discovery topic
  Published published_;
  std::uint64_t revision_ = 0;
  std::map<std::string, std::string, std::less<>> clearing_;  ///< topic → device
  std::vector<Message> messages_;
  std::size_t max_packet_ = 0;
  bool started_ = false;
  bool removals_ = false;  ///< some device has retired components
};

}  // namespace busbar::sink::mqtt
