// devices: what is polled, where, how often, and which writes the site allows.
#include "app/allowed_writes.hpp"
#include "app/configuration_reader.hpp"

#include <busbar/protocol/target.hpp>

#include <algorithm>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

using Intervals = std::map<std::string, milliseconds, std::less<>>;

// There are no default writes: what may change a device is allowed device by device.
struct DeviceDefaults {
  std::optional<std::string> channel;
  std::optional<std::string> profile;
  Intervals intervals;
  unsigned offline_after = DeviceConfiguration{}.offline_after;
};

// The reads or the writes of a profile, for checks and for hints.
std::vector<std::string_view> query_names(const profile::Profile& profile, bool write) {
  std::vector<std::string_view> names;
  for (const profile::ProfileQuery& query : profile.queries) {
    if (query.request.write == write) {
      names.push_back(query.request.name);
    }
  }
  return names;
}

bool contains(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Names are checked later, against the profile of each device. "off" is text here: YAML 1.2 knows no such
// boolean.
Intervals read_intervals(const ReadContext& context, const yaml::Node* node) {
  Intervals intervals;
  if (node == nullptr) {
    return intervals;
  }
  yaml::MapReader reader(context.document, *node, "intervals", context.findings);
  for (const yaml::Entry& entry : node->entries) {
    const bool off =
        entry.value.type == yaml::Type::scalar && (entry.value.scalar == "off" || entry.value.scalar == "0");
    if (off) {
      intervals[entry.key] = 0ms;
    } else if (const auto interval = reader.duration(entry.key, 10ms, 24h * 7)) {
      intervals[entry.key] = *interval;
    }
  }
  return intervals;
}

DeviceDefaults read_defaults(const ReadContext& context, const yaml::Node* node) {
  DeviceDefaults defaults;
  if (node == nullptr) {
    return defaults;
  }
  yaml::MapReader reader(context.document, *node, "defaults of devices", context.findings);
  defaults.channel = reader.text("channel");
  defaults.profile = reader.text("profile");
  defaults.intervals = read_intervals(context, reader.node("intervals"));
  set(defaults.offline_after, reader.integer("offline_after", 1, 1000));
  (void)reader.node("virtual");  // read_virtuals() reads it when all devices are known
  reader.finish();
  return defaults;
}

// Reads one device after the other; holds what is the same for all.
class DeviceReader {
 public:
  DeviceReader(const ReadContext& context, const DeviceDefaults& defaults,
               const std::vector<ChannelConfiguration>& channels)
      : context_(context), defaults_(defaults) {
    for (const ChannelConfiguration& channel : channels) {
      channels_.push_back(channel.id);
    }
  }

  DeviceConfiguration read(const yaml::Entry& entry) {
    DeviceConfiguration device;
    device.id = entry.key;
    yaml::MapReader reader(context_.document, entry.value, "device '" + entry.key + "'", context_.findings);
    device.name = reader.text("name").value_or("");
    if (device.name.empty()) {
      device.name = entry.key;
    } else if (device.name.size() > 200) {
      reader.fail("name", "the name is longer than 200 bytes");
    }
    read_channel(reader, device);
    const profile::Profile* const profile = read_profile(reader, device);
    read_address(reader, profile, device);
    device.offline_after = defaults_.offline_after;
    set(device.offline_after, reader.integer("offline_after", 1, 1000));
    const yaml::Node* const intervals = reader.node("intervals");
    const Intervals own = read_intervals(context_, intervals);
    set(device.polls_per_day, reader.integer("polls_per_day", 0, 86400));
    const yaml::Node* const writes = reader.node("allow_writes");
    set(device.writes_per_minute, reader.integer("writes_per_minute", 1, 600));
    (void)reader.node("virtual");  // read_virtuals() reads it when all devices are known
    if (profile != nullptr) {
      refuse_unknown_intervals(*profile, intervals);
      resolve_intervals(*profile, own, device);
      device.allow_writes = read_allowed_writes(context_, *profile, writes);
    }
    reader.finish();
    return device;
  }

 private:
  void read_channel(yaml::MapReader& reader, DeviceConfiguration& device) {
    const yaml::Node* const own = reader.node("channel");
    if (own == nullptr && !defaults_.channel && channels_.size() == 1) {
      device.channel = channels_.front();  // with one channel there is nothing to choose
      return;
    }
    if (channels_.empty()) {
      return;  // that has been reported
    }
    if (own == nullptr && !defaults_.channel) {
      reader.fail("channel", "device '" + device.id + "' needs the key 'channel'",
                  nearest_hint("", channels_));
      return;
    }
    device.channel = own != nullptr ? reader.text("channel").value_or("") : *defaults_.channel;
    if (!device.channel.empty() && !contains(channels_, device.channel)) {
      context_.fail(place_or_default(reader, "channel"),
                    "there is no channel " + shown_name(own, device.channel),
                    nearest_hint(device.channel, channels_));
    }
  }

  // nullptr when the profile is missing or unknown; what depends on it is then left unchecked.
  const profile::Profile* read_profile(yaml::MapReader& reader, DeviceConfiguration& device) {
    const yaml::Node* const own = reader.node("profile");
    if (own == nullptr && !defaults_.profile) {
      reader.fail("profile", "device '" + device.id + "' needs the key 'profile'",
                  nearest_hint("", context_.profiles.names()));
      return nullptr;
    }
    const auto name = own != nullptr ? reader.text("profile") : defaults_.profile;
    if (!name) {
      return nullptr;
    }
    device.profile = *name;
    const profile::Profile* const profile = context_.profiles.find(*name);
    if (profile == nullptr) {
      context_.fail(place_or_default(reader, "profile"), "there is no profile " + shown_name(own, *name),
                    nearest_hint(*name, context_.profiles.names()));
    }
    return profile;
  }

  // Without a profile any address passes: the unknown profile is the finding to mend first.
  void read_address(yaml::MapReader& reader, const profile::Profile* profile, DeviceConfiguration& device) {
    const std::uint32_t max = profile != nullptr ? profile->max_address : 0xFFFFFFFFU;
    device.address = profile != nullptr ? profile->default_address : 0;
    const yaml::Node* const node = reader.node("address");
    const bool text = node != nullptr && node->type == yaml::Type::scalar;
    if (profile == nullptr || !text || !protocol::has_targets(profile->protocol)) {
      set(device.address, reader.integer("address", 0, max));
      return;
    }
    auto target = protocol::parse_target(profile->protocol, node->scalar);
    if (!target) {
      reader.fail("address", target.error().detail);
      return;
    }
    device.address = target->address;
    device.prefix = std::move(target->prefix);
  }

  // A misspelt query would silently keep its default interval.
  void refuse_unknown_intervals(const profile::Profile& profile, const yaml::Node* intervals) {
    if (intervals == nullptr) {
      return;
    }
    const auto reads = query_names(profile, false);
    const auto writes = query_names(profile, true);
    for (const yaml::Entry& entry : intervals->entries) {
      if (contains(writes, entry.key)) {
        context_.fail(entry.place, "'" + entry.key + "' of the profile '" + profile.name +
                                       "' is a write; it cannot be polled");
      } else if (!contains(reads, entry.key)) {
        context_.fail(entry.place,
                      "the profile '" + profile.name + "' has no query " + yaml::in_quotes(entry.key),
                      nearest_hint(entry.key, reads));
      }
    }
  }

  // The profile's own interval, then the defaults of the file, then the device: the later wins.
  void resolve_intervals(const profile::Profile& profile, const Intervals& own,
                         DeviceConfiguration& device) const {
    for (const profile::ProfileQuery& query : profile.queries) {
      if (query.request.write) {
        continue;
      }
      milliseconds interval = query.interval;
      for (const Intervals* source : {&defaults_.intervals, &own}) {
        const auto found = source->find(query.request.name);
        interval = found == source->end() ? interval : found->second;
      }
      device.intervals[query.request.name] = interval;
    }
  }

  // The value stands at the device, or where the defaults are.
  [[nodiscard]] yaml::Place place_or_default(const yaml::MapReader& reader, std::string_view key) const {
    const yaml::Place own = reader.place(key);
    const yaml::Place device = reader.place();
    return own.line == device.line && own.column == device.column
               ? find_place(context_.document.root, {"defaults", "device", key})
               : own;
  }

  // The value as a finding may show it: masked when it is a secret.
  static std::string shown_name(const yaml::Node* own, const std::string& name) {
    return own != nullptr ? yaml::shown(*own) : yaml::in_quotes(name);
  }

  const ReadContext& context_;
  const DeviceDefaults& defaults_;
  std::vector<std::string_view> channels_;
};

/// What the file says of the channel, else what the wire needs.
void set_timeouts(const ReadContext& context, const std::vector<ChannelConfiguration>& channels,
                  std::vector<DeviceConfiguration>& devices) {
  for (DeviceConfiguration& device : devices) {
    const auto* const profile = context.profiles.find(device.profile);
    const auto channel = std::ranges::find(channels, device.channel, &ChannelConfiguration::id);
    if (profile == nullptr || channel == channels.end()) continue;
    const bool network = !std::holds_alternative<link::SerialOptions>(channel->link);
    device.timeout =
        protocol::exchange_time(profile->protocol, channel->own_baud ? channel->channel.baud : 0, network);
    if (device.timeout && channel->own_timeout) device.timeout = channel->channel.timeout;
  }
}

}  // namespace

std::vector<DeviceConfiguration> read_devices(const ReadContext& context, const yaml::Node* devices,
                                              const yaml::Node* defaults,
                                              const std::vector<ChannelConfiguration>& channels) {
  const DeviceDefaults common = read_defaults(context, defaults);
  DeviceReader reader(context, common, channels);
  std::vector<DeviceConfiguration> list;
  for_each_id(context, devices, "devices", "device",
              [&](const yaml::Entry& entry) { list.push_back(reader.read(entry)); });
  set_timeouts(context, channels, list);
  return list;
}

}  // namespace busbar::app
