// The writer mirrors the readers in configuration_*.cpp; a test reads its output back.
#include "app/describe_settings.hpp"

#include "app/changes.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

namespace busbar::app {
namespace {

using std::chrono::milliseconds;

std::string shortest(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

// Two blanks a level; one line a key.
class Writer {
 public:
  void open(std::string_view key) {
    text_ += std::string(2 * depth_, ' ') + yaml_scalar(key) + ":\n";
    ++depth_;
  }
  void close() { --depth_; }
  void raw(std::string_view key, std::string_view value) {
    text_ += std::string(2 * depth_, ' ') + yaml_scalar(key) + ": " + std::string(value) + '\n';
  }
  void text(std::string_view key, std::string_view value) { raw(key, yaml_scalar(value)); }
  void secret(std::string_view key, std::string_view value) {
    raw(key, value.empty() ? "\"\"" : "\"********\"");
  }
  void number(std::string_view key, std::uint64_t value) { raw(key, std::to_string(value)); }
  void real(std::string_view key, double value) { raw(key, shortest(value)); }
  void flag(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  void duration(std::string_view key, milliseconds value) { raw(key, yaml::format_duration(value)); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t depth_ = 0;
};

std::string_view name_of(link::Parity parity) {
  return parity == link::Parity::none ? "none" : parity == link::Parity::even ? "even" : "odd";
}

// The settings of the link as keys of the channel, so that each has its default shown.
struct WriteLink {
  Writer& out;
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
};

void write_channel(Writer& out, const ChannelConfiguration& channel) {
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
  Writer& out;
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
      out.raw("range", '[' + shortest(quantity.range->min) + ", " + shortest(quantity.range->max) + ']');
    }
  }
};

void write_virtuals(Writer& out, const virtuals::Options& options, const std::string& device) {
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

void write_device(Writer& out, const DeviceConfiguration& device, const virtuals::Options& virtuals) {
  out.open(device.id);
  out.text("name", device.name);
  out.text("channel", device.channel);
  out.text("profile", device.profile);
  out.number("address", device.address);
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
  out.number("offline_after", device.offline_after);
  write_virtuals(out, virtuals, device.id);
  out.close();
}

// The type is always written: then the id can be any.
struct WriteSink {
  Writer& out;

  void operator()(const sink::mqtt::Options& o) const {
    out.text("type", "mqtt");
    out.text("url", o.url);
    out.text("username", o.username);
    out.secret("password", o.password);
    out.text("client_id", o.client_id);
    out.text("topic_prefix", o.topic_prefix);
    out.raw("qos", std::to_string(o.qos));
    out.flag("retain", o.retain);
    out.flag("per_reading_topics", o.per_reading_topics);
    out.text("mode", o.mode == sink::mqtt::PublishMode::every ? "every" : "on_change");
    if (!o.deadband.empty()) {
      out.open("deadband");
      for (const auto& [key, change] : o.deadband) {
        out.real(key, change);
      }
      out.close();
    }
    out.duration("heartbeat", o.heartbeat);
    out.duration("diagnostics", o.diagnostics);
    out.duration("keepalive", o.keepalive);
    out.text("version", !o.version ? "auto" : *o.version == 5 ? "5" : "3.1.1");
    out.number("max_queue", o.max_queue);
    out.number("max_queue_bytes", o.max_queue_bytes);
    out.text("state_file", o.state_file);
    if (o.tls) {
      write(*o.tls);
    }
    out.open("home_assistant");
    out.flag("enabled", o.home_assistant.enabled);
    out.text("prefix", o.home_assistant.prefix);
    out.text("birth_topic", o.home_assistant.birth_topic);
    out.text("node_id", o.home_assistant.node_id);
    out.real("expire_factor", o.home_assistant.expire_factor);
    out.close();
    if (o.events) {
      write(*o.events);
    }
  }
  void write(const sink::mqtt::EventOptions& o) const {
    out.open("events");
    out.text("spool_file", o.spool_file);
    out.duration("spill_after", o.spill_after);
    out.number("max_count", o.max_count);
    out.number("max_bytes", o.max_bytes);
    out.duration("max_age", o.max_age);
    out.number("max_memory", o.max_memory);
    out.close();
  }
  void write(const sink::TlsOptions& o) const {
    out.open("tls");
    out.text("ca_file", o.ca_file);
    out.text("certificate_file", o.certificate_file);
    out.text("key_file", o.key_file);
    out.secret("key_password", o.key_password);
    out.flag("verify", o.verify);
    out.close();
  }
  void operator()(const sink::prometheus::TextfileOptions& o) const {
    char mode[8];
    std::snprintf(mode, sizeof mode, "0%03o", o.mode & 0777U);
    out.text("type", "textfile");
    out.text("path", o.path);
    out.raw("mode", mode);
    out.number("backups", o.backups);
    out.duration("interval", o.interval);
  }
  void operator()(const sink::prometheus::HttpOptions& o) const {
    out.text("type", "http");
    out.text("address", o.address);
    out.number("port", o.port);
    out.number("max_connections", o.max_connections);
    out.duration("timeout", o.timeout);
  }
  void operator()(const sink::prometheus::PushOptions& o) const {
    out.text("type", "pushgateway");
    out.text("url", to_string(o.url));
    out.text("job", o.job);
    out.text("instance", o.instance);
    out.duration("interval", o.interval);
    out.duration("timeout", o.timeout);
    out.flag("delete_at_exit", o.delete_at_exit);
    out.text("username", o.username);
    out.secret("password", o.password);
    if (o.url.tls) {
      write(o.tls);
    }
  }
  void operator()(const sink::influx::Options& o) const {
    out.text("type", "influx");
    out.text("url", to_string(o.url));
    if (o.bucket.empty()) {
      out.text("database", o.database);
      out.text("retention_policy", o.retention_policy);
      out.text("username", o.username);
      out.secret("password", o.password);
    } else {
      out.text("org", o.org);
      out.text("bucket", o.bucket);
      out.secret("token", o.token);
    }
    out.text("measurement", o.measurement);
    if (!o.tags.empty()) {
      out.open("tags");
      for (const auto& [key, value] : o.tags) {
        out.text(key, value);
      }
      out.close();
    }
    out.duration("interval", o.interval);
    out.duration("timeout", o.timeout);
    out.number("batch", o.batch);
    out.number("max_queue", o.max_queue);
    out.number("max_queue_bytes", o.max_queue_bytes);
    if (o.url.tls) {
      write(o.tls);
    }
  }
  void operator()(const sink::screen::Options& o) const {
    using sink::screen::Colour;
    using sink::screen::Format;
    out.text("type", "screen");
    out.text("format", o.format == Format::table ? "table" : o.format == Format::json ? "json" : "jsonl");
    out.text("colour", o.colour == Colour::automatic ? "automatic"
                       : o.colour == Colour::always  ? "always"
                                                     : "never");
  }
};

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) {
    list += (list.empty() ? "" : ", ") + yaml_scalar(text);
  }
  return '[' + list + ']';
}

void write_filter(Writer& out, const sink::filter::Options& filter) {
  using sink::filter::Function;
  if (!filter.include.empty()) {
    out.raw("include", list_of(filter.include));
  }
  if (!filter.exclude.empty()) {
    out.raw("exclude", list_of(filter.exclude));
  }
  if (filter.aggregate) {
    const Function function = filter.aggregate->function;
    out.open("aggregate");
    out.duration("every", filter.aggregate->every);
    out.text("function", function == Function::mean ? "mean" : function == Function::min ? "min" : "max");
    out.close();
  }
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const auto plain = [&](char c) {
    return alphanumeric(c) || std::string_view("_./:-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && (alphanumeric(text.front()) || text.front() == '/') && text.back() != ':' &&
      std::all_of(text.begin(), text.end(), plain) && text != "null" && text != "Null" && text != "NULL") {
    return std::string(text);
  }
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '$') {
      quoted += "$$";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      quoted += escape;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string settings_as_yaml(const Configuration& configuration) {
  Writer out;
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
      out.open(std::visit([](const auto& options) { return options.name; }, sink));
      std::visit(WriteSink{out}, sink);
      write_filter(out, configuration.filter_of(std::string{sink_name(sink)}));
      out.close();
    }
    out.close();
  }
  return out.take();
}

}  // namespace busbar::app
