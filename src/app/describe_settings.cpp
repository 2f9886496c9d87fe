// The writer mirrors the readers in configuration_*.cpp; a test reads its output back.
#include "app/describe_settings.hpp"

#include "yaml/map_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace busbar::app {
namespace {

using std::chrono::milliseconds;

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
  void real(std::string_view key, double value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    raw(key, std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
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

void write_device(Writer& out, const DeviceConfiguration& device) {
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
  out.number("offline_after", device.offline_after);
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
  }
  void write(const sink::mqtt::TlsOptions& o) const {
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
  out.text("state_directory", configuration.state_directory);
  out.text("profiles", configuration.profiles_directory);
  out.open("channels");
  for (const ChannelConfiguration& channel : configuration.channels) {
    write_channel(out, channel);
  }
  out.close();
  out.open("devices");
  for (const DeviceConfiguration& device : configuration.devices) {
    write_device(out, device);
  }
  out.close();
  if (!configuration.sinks.empty()) {
    out.open("sinks");
    for (const SinkConfiguration& sink : configuration.sinks) {
      out.open(std::visit([](const auto& options) { return options.name; }, sink));
      std::visit(WriteSink{out}, sink);
      out.close();
    }
    out.close();
  }
  return out.take();
}

}  // namespace busbar::app
