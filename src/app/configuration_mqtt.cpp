// sinks: the settings of an MQTT sink, its TLS and its Home Assistant projection.
#include "app/configuration_reader.hpp"
#include "app/substitution.hpp"

#include <algorithm>
#include <array>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

// What a url says, for the checks of password and TLS.
struct Broker {
  bool tls = false;
  std::string host;
  std::string url;  // with its port
};

std::optional<Broker> refuse_url(yaml::MapReader& reader, const std::string& message,
                                 const std::string& hint = {}) {
  reader.fail("url", message, hint.empty() ? "write mqtt://HOST:1883 or mqtts://HOST:8883" : hint);
  return std::nullopt;
}

// scheme://host[:port][/], with the default ports of the IANA registry: 1883 for mqtt, 8883 for secure-mqtt.
// User and password are refused in it, because urls appear in logs and metrics.
std::optional<Broker> parse_broker(yaml::MapReader& reader, const std::string& text) {
  Broker broker;
  std::string_view rest = text;
  if (rest.starts_with("mqtts://")) {
    broker.tls = true;
  } else if (!rest.starts_with("mqtt://")) {
    return refuse_url(reader,
                      "'url' must start with mqtt:// or mqtts://, found " + yaml::shown(*reader.node("url")));
  }
  rest.remove_prefix(rest.find("//") + 2);
  if (rest.find('@') != std::string_view::npos) {
    return refuse_url(reader, "'url' must not carry a user or password",
                      "use the keys 'username' and 'password'");
  }
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  const std::size_t host_end = rest.starts_with('[') ? rest.find(']') : rest.find_first_of(":/?#");
  const bool bracketed = rest.starts_with('[') && host_end != std::string_view::npos;
  broker.host = std::string(bracketed ? rest.substr(1, host_end - 1) : rest.substr(0, host_end));
  std::string_view port =
      host_end == std::string_view::npos ? "" : rest.substr(host_end + (bracketed ? 1 : 0));
  if (broker.host.empty() || broker.host.find_first_of(" \t[]%\"'\\") != std::string::npos) {
    return refuse_url(reader, "'url' names no valid host: " + yaml::shown(*reader.node("url")));
  }
  std::string port_text = broker.tls ? "8883" : "1883";
  if (!port.empty()) {
    const auto number = port.starts_with(':') ? yaml::parse_integer(port.substr(1)) : std::nullopt;
    if (!number || *number < 1 || *number > 65535) {
      return refuse_url(reader, "after the host of 'url' comes only ':' and a port from 1 to 65535, found " +
                                    yaml::shown(*reader.node("url")));
    }
    port_text = std::to_string(*number);
  }
  broker.url = (broker.tls ? "mqtts://" : "mqtt://") + (bracketed ? '[' + broker.host + ']' : broker.host) +
               ':' + port_text;
  return broker;
}

/// A topic that can be published to and be the beginning of others. MQTT 5.0, section 4.7.
bool is_topic(std::string_view topic) {
  constexpr std::size_t longest = 256;
  return !topic.empty() && topic.size() <= longest && !topic.starts_with('/') && !topic.ends_with('/') &&
         !topic.starts_with('$') && topic.find("//") == std::string_view::npos &&
         topic.find_first_of("+#\n\r\t") == std::string_view::npos;
}

// Home Assistant's discovery allows no other characters in a node id.
bool is_node_id(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
  return !text.empty() && text.size() <= 64 && text.find_first_not_of(allowed) == std::string_view::npos;
}

// An option that is empty by default ("birth_topic") may be written out as empty.
void read_topic(yaml::MapReader& reader, std::string_view key, std::string& topic) {
  const auto text = reader.text(key);
  if (text && !(text->empty() && topic.empty()) && !is_topic(*text)) {
    reader.fail(key,
                "'" + std::string(key) + "' must be a topic such as site/busbar, found " +
                    yaml::shown(*reader.node(key)),
                "no '+', '#', leading '$', and no empty level");
  } else {
    set(topic, text);
  }
}

// Paths start at the directory of the configuration file, so that a file and its certificates can be moved
// together.
void read_path(const ReadContext& context, yaml::MapReader& reader, std::string_view key, std::string& path) {
  if (const auto text = reader.text(key)) {
    path = beside(context.document.file, *text);
  }
}

sink::mqtt::HomeAssistantOptions read_home_assistant(const ReadContext& context, const yaml::Node& node) {
  sink::mqtt::HomeAssistantOptions options;
  if (node.type == yaml::Type::scalar && !node.quoted && (node.scalar == "false" || node.scalar == "true")) {
    options.enabled = node.scalar == "true";  // "home_assistant: false" is what people try first
    return options;
  }
  const yaml::Node map = or_empty_map(node);
  yaml::MapReader reader(context.document, map, "home_assistant", context.findings);
  set(options.enabled, reader.boolean("enabled"));
  read_topic(reader, "prefix", options.prefix);
  read_topic(reader, "birth_topic", options.birth_topic);
  if (const auto node_id = reader.text("node_id"); node_id && !is_node_id(*node_id)) {
    reader.fail("node_id", "'node_id' must be of a-z, A-Z, 0-9, '_' and '-', found " +
                               yaml::shown(*reader.node("node_id")));
  } else {
    set(options.node_id, node_id);
  }
  set(options.expire_factor, reader.number("expire_factor", 0, 1000));
  reader.finish();
  return options;
}

// Where the file lies when there is a state directory is known before the key is read.
std::optional<sink::mqtt::EventOptions> read_events(const ReadContext& context, const yaml::Node& node,
                                                    std::string spool_file) {
  sink::mqtt::EventOptions options;
  options.spool_file = std::move(spool_file);
  const yaml::Node map = or_empty_map(node);
  if (node.type == yaml::Type::scalar && !node.quoted && (node.scalar == "false" || node.scalar == "true")) {
    if (node.scalar == "false") {
      return std::nullopt;
    }
  } else {
    yaml::MapReader reader(context.document, map, "events", context.findings);
    read_path(context, reader, "spool_file", options.spool_file);
    set(options.spill_after, reader.duration("spill_after", 0ms, 1h));
    set(options.max_count, reader.integer("max_count", 1, 100'000'000));
    set(options.max_bytes, reader.integer("max_bytes", 65'536, 1'099'511'627'776));
    set(options.max_age, reader.duration("max_age", 1min, 24h * 3650));
    set(options.max_memory, reader.integer("max_memory", 65'536, 1'073'741'824));
    reader.finish();
  }
  if (options.spool_file.empty()) {
    context.warn(node.place, "events wait in memory only: there is no state directory, and no 'spool_file'");
  }
  return options;
}

// Keys of readings; whether any device gives them is checked when all devices are known.
void read_deadband(const ReadContext& context, yaml::MapReader& sink, sink::mqtt::Options& options) {
  const yaml::Node* const node = sink.node("deadband");
  if (node == nullptr) {
    return;
  }
  yaml::MapReader reader(context.document, *node, "deadband", context.findings);
  for (const yaml::Entry& entry : node->entries) {
    if (const auto change = reader.number(entry.key, 0, 1e9)) {
      options.deadband[entry.key] = *change;
    }
  }
  if (options.mode != sink::mqtt::PublishMode::on_change) {
    context.warn(find_place(context.document.root, {"sinks", options.name, "deadband"}),
                 "'deadband' has no effect unless 'mode' is on_change");
  }
}

// How messages look and how many may wait. Quality of service and versions: MQTT 5.0, sections 4.3
// and 3.1.2.2.
void read_publishing(yaml::MapReader& reader, sink::mqtt::Options& options) {
  constexpr std::array<std::string_view, 2> modes{"every", "on_change"};
  constexpr std::array<std::string_view, 3> versions{"auto", "5", "3.1.1"};
  read_topic(reader, "topic_prefix", options.topic_prefix);
  set(options.commands, reader.boolean("commands"));
  set(options.qos, reader.integer("qos", 0, 2));
  set(options.retain, reader.boolean("retain"));
  set(options.per_reading_topics, reader.boolean("per_reading_topics"));
  if (const auto mode = reader.choice("mode", modes)) {
    options.mode = *mode == "every" ? sink::mqtt::PublishMode::every : sink::mqtt::PublishMode::on_change;
  }
  set(options.heartbeat, reader.duration("heartbeat", 1s, 24h * 7));
  set(options.diagnostics, reader.duration("diagnostics", 0ms, 24h));
  set(options.keepalive, whole_seconds(reader, "keepalive", 1s, 18h));  // the protocol counts to 65535 s
  if (const auto version = reader.choice("version", versions); version && *version != "auto") {
    options.version = *version == "5" ? 5 : 4;
  }
  set(options.max_queue, reader.integer("max_queue", 1, 10'000'000));
  set(options.max_queue_bytes, reader.integer("max_queue_bytes", 65'536, 1'073'741'824));
}

// Settings that contradict each other; "tls" beside mqtt:// would suggest a safety that is not there.
void check_credentials(const ReadContext& context, yaml::MapReader& reader,
                       const std::optional<Broker>& broker, const sink::mqtt::Options& options) {
  if (!options.password.empty() && options.username.empty()) {
    reader.fail("password", "'password' without 'username'",
                "add the user name; MQTT 3.1.1 allows no password alone");
  }
  if (!broker) {
    return;
  }
  if (options.tls && !broker->tls) {
    reader.fail("tls", "'tls' has no effect with an mqtt:// url", "use mqtts://" + broker->host + ":8883");
  } else if (!options.password.empty() && !broker->tls && !is_loopback(broker->host)) {
    context.warn(reader.place("password"),
                 "the password for " + broker->host +
                     " goes over the network unencrypted; use mqtts:// if the broker can");
  }
}

}  // namespace

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.starts_with("127.") || host == "::1";
}

// The files are not opened here: they may appear later, and the sink says which one it cannot read.
sink::TlsOptions read_tls(const ReadContext& context, const yaml::Node& node) {
  sink::TlsOptions tls;
  const yaml::Node map = or_empty_map(node);
  yaml::MapReader reader(context.document, map, "tls", context.findings);
  read_path(context, reader, "ca_file", tls.ca_file);
  read_path(context, reader, "certificate_file", tls.certificate_file);
  read_path(context, reader, "key_file", tls.key_file);
  set(tls.key_password, reader.text("key_password"));
  set(tls.verify, reader.boolean("verify"));
  if (tls.certificate_file.empty() != tls.key_file.empty()) {
    reader.fail(tls.key_file.empty() ? "certificate_file" : "key_file",
                "a client certificate needs both 'certificate_file' and 'key_file'");
  }
  if (!tls.verify) {
    context.warn(reader.place("verify"), "'verify: false' accepts any certificate, also that of an attacker");
  }
  reader.finish();
  return tls;
}

sink::mqtt::Options read_mqtt(const ReadContext& context, yaml::MapReader& reader, std::string id,
                              const std::string& state_directory) {
  sink::mqtt::Options options;
  options.name = std::move(id);
  std::optional<Broker> broker;
  if (const auto url = reader.text("url")) {
    broker = parse_broker(reader, *url);
    set(options.url, broker ? std::optional(broker->url) : std::nullopt);
  }
  set(options.username, reader.text("username"));
  set(options.password, reader.text("password"));
  if (const auto client_id = reader.text("client_id"); client_id && client_id->size() > 256) {
    reader.fail("client_id", "the client id is longer than 256 bytes");
  } else {
    set(options.client_id, client_id);
  }
  read_publishing(reader, options);
  read_deadband(context, reader, options);
  if (!state_directory.empty()) {
    options.state_file = state_directory + "/" + options.name + ".topics";
  }
  read_path(context, reader, "state_file", options.state_file);
  if (const yaml::Node* const tls = reader.node("tls")) {
    options.tls = read_tls(context, *tls);
  } else if (broker && broker->tls) {
    options.tls.emplace();
  }
  if (const yaml::Node* const home_assistant = reader.node("home_assistant")) {
    options.home_assistant = read_home_assistant(context, *home_assistant);
  }
  if (const yaml::Node* const events = reader.node("events")) {
    options.events = read_events(
        context, *events, state_directory.empty() ? "" : state_directory + "/" + options.name + ".spool");
  }
  check_credentials(context, reader, broker, options);
  return options;
}

}  // namespace busbar::app
