// The writer mirrors the readers in configuration_*.cpp; a test reads its output back.
#include "app/describe_settings.hpp"

#include "app/changes.hpp"
#include "app/describe_sinks.hpp"
#include "app/yaml_writer.hpp"
#include "model/value_text.hpp"

#include <busbar/protocol/target.hpp>

#include <charconv>
#include <utility>

namespace busbar::app {
namespace {

using std::chrono::milliseconds;

std::string_view name_of(link::Parity parity) {
  return parity == link::Parity::none ? "none" : parity == link::Parity::even ? "even" : "odd";
}

// The settings of the link as keys of the channel, so that each has its default shown.
struct WriteLink {
  YamlWriter& out;
  unsigned baud;

  void operator()(const link::TcpOptions& o) const {
    const std::string host = o.host.find(':') == std::string::npos ? o.host : '[' + o.host + ']';
    out.text("link", "tcp://" + host + ':' + std::to_string(o.port));
    out.number("baud", baud);
    out.duration("connect_timeout", o.connect_timeout);
    out.duration("write_timeout", o.write_timeout);
    out.duration("keepalive", o.keepalive);
  }
  void operator()(const link::SerialOptions& o) const {
    out.text("link", "serial:" + o.path);
    out.number("baud", o.baud);
    out.number("data_bits", o.data_bits);
    out.text("parity", name_of(o.parity));
    out.number("stop_bits", o.stop_bits);
    out.duration("write_timeout", o.write_timeout);
  }
  template <class Other>
  void operator()(const Other& o) const {
    out.text("link", link::make_link(o)->endpoint());
    out.number("baud", baud);
    if constexpr (requires { o.connect_timeout; }) out.duration("connect_timeout", o.connect_timeout);
    out.duration("write_timeout", o.write_timeout);
  }
};

void write_channel(YamlWriter& out, const ChannelConfiguration& channel) {
  const channel::Options& o = channel.channel;
  out.open(channel.id);
  std::visit(WriteLink{out, o.baud}, channel.link);
  out.duration("spacing", o.spacing);
  out.duration("after_connect", o.after_connect);
  out.duration("on_unit_change", o.on_unit_change);
  out.duration("settle", o.settle);
  out.duration("timeout", o.timeout);
  out.number("retries", o.retries);
  out.duration("retry_backoff", o.retry_backoff);
  out.open("reconnect");
  out.duration("min", o.reconnect_min);
  out.duration("max", o.reconnect_max);
  out.close();
  out.open("breaker");
  out.number("failures", o.breaker_failures);
  out.duration("probe_min", o.breaker_probe_min);
  out.duration("probe_max", o.breaker_probe_max);
  out.close();
  out.number("max_queue", o.max_queue);
  out.close();
}

std::string name_of(const virtuals::Source& source) { return '[' + source.device + '.' + source.key + ']'; }

// Variables stand in the formula as r0, r1, …; no name of a function or constant looks like that.
std::string expression_of(const virtuals::Expression& rule) {
  const auto variable = [&](std::size_t at) {
    return rule.formula[at] == 'r' && at + 1 < rule.formula.size() && rule.formula[at + 1] >= '0' &&
           rule.formula[at + 1] <= '9';
  };
  std::string text;
  for (std::size_t at = 0; at < rule.formula.size();) {
    if (!variable(at)) {
      text += rule.formula[at++];
      continue;
    }
    std::size_t index = 0;
    const char* const end = rule.formula.data() + rule.formula.size();
    at = static_cast<std::size_t>(std::from_chars(&rule.formula[at + 1], end, index).ptr -
                                  rule.formula.data());
    text += name_of(rule.inputs.at(index));
  }
  return text;
}

struct WriteRule {
  YamlWriter& out;
  const Quantity& quantity;

  void operator()(const virtuals::Energy& rule) const {
    out.text("energy", name_of(rule.power));
    out.text("unit", quantity.unit);
    out.text("sign", rule.sign == virtuals::Sign::positive ? "positive" : "negative");
    out.duration("max_gap", rule.max_gap);
  }
  void operator()(const virtuals::Expression& rule) const {
    out.text("expression", expression_of(rule));
    out.text("unit", quantity.unit);
    out.text("kind", to_string(quantity.kind));
    out.text("device_class", quantity.device_class);
    if (quantity.range) {
      out.raw("range",
              '[' + number_text(quantity.range->min) + ", " + number_text(quantity.range->max) + ']');
    }
  }
};

void write_virtuals(YamlWriter& out, const virtuals::Options& options, const std::string& device) {
  bool open = false;
  for (const virtuals::Definition& definition : options.definitions) {
    if (definition.device != device) {
      continue;
    }
    if (!std::exchange(open, true)) {
      out.open("virtual");
    }
    out.open(definition.quantity.key);
    out.text("name", definition.quantity.name);
    std::visit(WriteRule{out, definition.quantity}, definition.rule);
    out.raw("precision", std::to_string(definition.quantity.precision));
    out.close();
  }
  if (open) {
    out.close();
  }
}

void write_device(YamlWriter& out, const DeviceConfiguration& device, const virtuals::Options& virtuals) {
  out.open(device.id);
  out.text("name", device.name);
  out.text("channel", device.channel);
  out.text("profile", device.profile);
  if (device.prefix.empty())
    out.number("address", device.address);
  else
    out.raw("address", '"' + protocol::target_text({device.address, device.prefix}) + '"');
  if (!device.intervals.empty()) {
    out.open("intervals");
    for (const auto& [query, interval] : device.intervals) {
      interval.count() == 0 ? out.raw(query, "off") : out.duration(query, interval);
    }
    out.close();
  }
  std::string writes;
  for (const std::string& write : device.allow_writes) {
    writes += (writes.empty() ? "" : ", ") + yaml_scalar(write);
  }
  out.raw("allow_writes", '[' + writes + ']');
  out.number("writes_per_minute", device.writes_per_minute);
  out.number("polls_per_day", device.polls_per_day);
  out.number("offline_after", device.offline_after);
  write_virtuals(out, virtuals, device.id);
  out.close();
}

}  // namespace

std::string settings_as_yaml(const Configuration& configuration) {
  YamlWriter out;
  out.raw("version", "1");
  out.text("log_level", configuration.log_level);
  out.flag("dbus", configuration.dbus);
  out.text("state_directory", configuration.state_directory);
  out.duration("persist_interval", configuration.virtuals.persist_interval);
  out.text("profiles", configuration.profiles_directory);
  out.open("channels");
  for (const ChannelConfiguration& channel : configuration.channels) {
    write_channel(out, channel);
  }
  out.close();
  out.open("devices");
  for (const DeviceConfiguration& device : configuration.devices) {
    write_device(out, device, configuration.virtuals);
  }
  out.close();
  if (!configuration.virtual_devices.empty()) {
    out.open("virtual_devices");
    for (const VirtualDeviceConfiguration& device : configuration.virtual_devices) {
      out.open(device.id);
      out.text("name", device.name);
      out.duration("interval", configuration.virtuals.devices.at(device.id));
      write_virtuals(out, configuration.virtuals, device.id);
      out.close();
    }
    out.close();
  }
  if (!configuration.sinks.empty()) {
    out.open("sinks");
    for (const SinkConfiguration& sink : configuration.sinks) {
      write_sink(out, sink, configuration.filter_of(std::string{sink_name(sink)}));
    }
    out.close();
  }
  return out.take();
}

}  // namespace busbar::app
