// What can only be judged when all parts are read: who shares a channel, an address, a file, a broker.
#include "app/configuration_reader.hpp"

#include <busbar/protocol/target.hpp>

#include <algorithm>
#include <filesystem>
#include <set>

namespace busbar::app {
namespace {

using yaml::Node;

std::string line_of(yaml::Place place) { return "line " + std::to_string(place.line); }

// Two links are the same medium when they reach the same host and port, or the same device file.
std::string endpoint_key(const link::Options& options) {
  if (const auto* const tcp = std::get_if<link::TcpOptions>(&options)) {
    return tcp->host.empty() ? "" : "tcp " + tcp->host + ' ' + std::to_string(tcp->port);
  }
  if (const auto* const serial = std::get_if<link::SerialOptions>(&options)) return "serial " + serial->path;
  if (const auto* const hid = std::get_if<link::HidrawOptions>(&options)) return "hidraw " + hid->path;
  return link::make_link(options)->endpoint();
}

// Two masters on one medium would garble each other.
void check_links(const ReadContext& context, const Configuration& configuration) {
  const Node& root = context.document.root;
  std::map<std::string, const ChannelConfiguration*> seen;
  for (const ChannelConfiguration& channel : configuration.channels) {
    const std::string key = endpoint_key(channel.link);
    if (key.empty()) {
      continue;
    }
    const auto [first, inserted] = seen.emplace(key, &channel);
    if (!inserted) {
      context.fail(find_place(root, {"channels", channel.id, "link"}),
                   "channel '" + channel.id + "' has the same link as channel '" + first->second->id +
                       "' in " + line_of(find_place(root, {"channels", first->second->id, "link"})),
                   "put all devices of one medium on one channel");
    }
  }
}

// Two devices with one address would both report whatever that address answers.
void check_addresses(const ReadContext& context, const Configuration& configuration) {
  const Node& root = context.document.root;
  std::map<std::tuple<std::string, std::uint32_t, Bytes>, const DeviceConfiguration*> seen;
  for (const DeviceConfiguration& device : configuration.devices) {
    if (device.channel.empty() || context.profiles.find(device.profile) == nullptr) {
      continue;
    }
    const auto [first, inserted] =
        seen.emplace(std::tuple(device.channel, device.address, device.prefix), &device);
    if (!inserted) {
      context.fail(find_place(root, {"devices", device.id, "address"}),
                   "device '" + device.id + "' has address " +
                       protocol::target_text({device.address, device.prefix}) + " on channel '" +
                       device.channel + "', as device '" + first->second->id + "' in " +
                       line_of(find_place(root, {"devices", first->second->id, "address"})),
                   "each device of a channel needs an address of its own");
    }
  }
}

// A channel reads with one codec: frames of another protocol or dialect would be noise to it.
void check_protocols(const ReadContext& context, const Configuration& configuration) {
  const Node& root = context.document.root;
  std::map<std::string, const DeviceConfiguration*> first_of;
  for (const DeviceConfiguration& device : configuration.devices) {
    const profile::Profile* const profile = context.profiles.find(device.profile);
    if (profile == nullptr || device.channel.empty()) {
      continue;
    }
    const DeviceConfiguration* const first = first_of.emplace(device.channel, &device).first->second;
    const profile::Profile* const other = context.profiles.find(first->profile);
    if (other->protocol != profile->protocol || other->dialect != profile->dialect) {
      const auto spoken = [](const profile::Profile& p) {
        return p.protocol + (p.dialect.empty() ? "" : " (" + p.dialect + ")");
      };
      context.fail(find_place(root, {"devices", device.id, "profile"}),
                   "device '" + device.id + "' speaks " + spoken(*profile) + ", but device '" + first->id +
                       "' on the same channel '" + device.channel + "' speaks " + spoken(*other),
                   "give each protocol a channel of its own");
    }
  }
}

// A default interval may name a query that only some profiles have, but not one that none has.
void check_default_intervals(const ReadContext& context, const Configuration& configuration) {
  const Node& root = context.document.root;
  std::set<std::string_view> known;
  for (const DeviceConfiguration& device : configuration.devices) {
    for (const auto& [query, interval] : device.intervals) {
      known.insert(query);
    }
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  const auto child = [](const Node* node, std::string_view key) -> const Node* {
    if (node == nullptr) {
      return nullptr;
    }
    const auto entry = std::find_if(node->entries.begin(), node->entries.end(),
                                    [&](const yaml::Entry& e) { return e.key == key; });
    return entry == node->entries.end() ? nullptr : &entry->value;
  };
  const Node* const intervals = child(child(child(&root, "defaults"), "device"), "intervals");
  if (intervals == nullptr || names.empty()) {
    return;
  }
  for (const yaml::Entry& entry : intervals->entries) {
    if (!known.contains(entry.key)) {
      context.fail(entry.place, "no profile in use has a query " + yaml::in_quotes(entry.key),
                   nearest_hint(entry.key, names));
    }
  }
}

// Harmless, but often the trace of a misspelt "channel" elsewhere.
void warn_unused_channels(const ReadContext& context, const Configuration& configuration) {
  for (const ChannelConfiguration& channel : configuration.channels) {
    const bool used =
        std::any_of(configuration.devices.begin(), configuration.devices.end(),
                    [&](const DeviceConfiguration& device) { return device.channel == channel.id; });
    if (!used && !configuration.devices.empty()) {
      context.warn(find_place(context.document.root, {"channels", channel.id}),
                   "channel '" + channel.id + "' has no device");
    }
  }
}

// A deadband for a reading nobody gives would silently filter nothing. A family stands for all its members.
void check_deadband(const ReadContext& context, const Configuration& configuration,
                    const sink::mqtt::Options& mqtt) {
  std::set<std::string_view> known;
  for (const DeviceConfiguration& device : configuration.devices) {
    if (const profile::Profile* const profile = context.profiles.find(device.profile)) {
      for (const profile::ProfileQuery& query : profile->queries) {
        for (const Quantity* const quantity : query.decoder.quantities()) {
          known.insert(quantity->key);
          if (!quantity->family.empty()) known.insert(quantity->family);
        }
      }
    }
  }
  for (const virtuals::Definition& definition : configuration.virtuals.definitions) {
    known.insert(definition.quantity.key);
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& [key, change] : mqtt.deadband) {
    if (!names.empty() && !known.contains(key)) {
      context.fail(find_place(context.document.root, {"sinks", mqtt.name, "deadband", key}),
                   "no device gives a reading " + yaml::in_quotes(key), nearest_hint(key, names));
    }
  }
}

// What a sink must have for itself, as a key, and the words for it.
struct Claim {
  std::string key;
  std::string what;
  std::string setting;
};

std::string normal(const std::string& path) {
  return std::filesystem::path(path).lexically_normal().string();
}

// Brokers throw out the first of two clients with one id, and two writers of one file or topic undo each
// other.
struct ClaimsOf {
  std::vector<Claim> operator()(const sink::mqtt::Options& o) const {
    std::vector<Claim> claims{{"topic " + o.url + ' ' + o.topic_prefix,
                               "publishes below '" + o.topic_prefix + "' at " + o.url, "topic_prefix"}};
    if (!o.state_file.empty()) {
      claims.push_back({"file " + normal(o.state_file), "writes the file " + o.state_file, "state_file"});
    }
    if (o.events && !o.events->spool_file.empty()) {
      claims.push_back(
          {"file " + normal(o.events->spool_file), "writes the file " + o.events->spool_file, "events"});
    }
    if (!o.client_id.empty()) {
      claims.push_back({"client " + o.url + ' ' + o.client_id, "is client '" + o.client_id + "' at " + o.url,
                        "client_id"});
    }
    return claims;
  }
  std::vector<Claim> operator()(const sink::prometheus::TextfileOptions& o) const {
    return {{"file " + normal(o.path), "writes the file " + o.path, "path"}};
  }
  std::vector<Claim> operator()(const sink::prometheus::HttpOptions& o) const {
    const std::string where = o.address + " port " + std::to_string(o.port);
    return {{"port " + where, "listens on " + where, "port"}};
  }
  std::vector<Claim> operator()(const sink::prometheus::PushOptions& o) const {
    const std::string where = to_string(o.url);
    return {
        {"group " + where + ' ' + o.job + ' ' + o.instance, "pushes job '" + o.job + "' to " + where, "job"}};
  }
  std::vector<Claim> operator()(const sink::influx::Options& o) const {
    const std::string where = to_string(o.url) + ' ' + o.database + o.bucket;
    return {{"points " + where + ' ' + o.measurement, "writes '" + o.measurement + "' to " + where,
             "measurement"}};
  }
  std::vector<Claim> operator()(const sink::screen::Options&) const {
    return {{"standard output", "writes to standard output", "type"}};
  }
};

}  // namespace

void check_devices(const ReadContext& context, const Configuration& configuration) {
  check_links(context, configuration);
  check_addresses(context, configuration);
  check_protocols(context, configuration);
  check_default_intervals(context, configuration);
  warn_unused_channels(context, configuration);
}

void check_sinks(const ReadContext& context, const Configuration& configuration) {
  const Node& root = context.document.root;
  std::map<std::string, std::string> owner;
  for (const SinkConfiguration& sink : configuration.sinks) {
    const std::string name = std::visit([](const auto& options) { return options.name; }, sink);
    for (const Claim& claim : std::visit(ClaimsOf{}, sink)) {
      const auto [first, inserted] = owner.emplace(claim.key, name);
      if (!inserted) {
        context.fail(find_place(root, {"sinks", name, claim.setting}),
                     "sink '" + name + "' " + claim.what + ", as does sink '" + first->second + "' in " +
                         line_of(find_place(root, {"sinks", first->second})));
      }
    }
    if (const auto* const mqtt = std::get_if<sink::mqtt::Options>(&sink)) {
      check_deadband(context, configuration, *mqtt);
    }
  }
}

}  // namespace busbar::app
