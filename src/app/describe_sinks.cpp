// The writer mirrors the readers in configuration_*.cpp; a test reads its output back.
#include "app/describe_sinks.hpp"

#include "app/changes.hpp"

#include <cstdio>
#include <string>
#include <variant>
#include <vector>

namespace busbar::app {
namespace {

// The type is always written: then the id can be any.
struct WriteSink {
  YamlWriter& out;

  void operator()(const sink::mqtt::Options& o) const {
    out.text("type", "mqtt");
    out.text("url", o.url);
    out.text("username", o.username);
    out.secret("password", o.password);
    out.text("client_id", o.client_id);
    out.text("topic_prefix", o.topic_prefix);
    out.flag("commands", o.commands);
    out.raw("qos", std::to_string(o.qos));
    out.flag("retain", o.retain);
    out.flag("per_reading_topics", o.per_reading_topics);
    out.text("mode", o.mode == sink::mqtt::PublishMode::every ? "every" : "on_change");
    out.reals("deadband", o.deadband);
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
    out.texts("tags", o.tags);
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

void write_filter(YamlWriter& out, const sink::filter::Options& filter) {
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

void write_sink(YamlWriter& out, const SinkConfiguration& sink, const sink::filter::Options& filter) {
  out.open(sink_name(sink));
  std::visit(WriteSink{out}, sink);
  write_filter(out, filter);
  out.close();
}

}  // namespace busbar::app
