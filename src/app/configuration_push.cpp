// sinks: those that push over HTTP, Pushgateway and InfluxDB.
#include "app/configuration_reader.hpp"

#include <algorithm>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

/// Labels, names of databases, users: one line of any characters.
void read_name(yaml::MapReader& reader, std::string_view key, std::string& into) {
  const auto text = reader.text(key);
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (text && (text->size() > 256 || std::any_of(text->begin(), text->end(), control))) {
    reader.fail(key, "'" + std::string(key) + "' must be at most 256 bytes without control characters");
  } else {
    set(into, text);
  }
}

void read_url(yaml::MapReader& reader, sink::HttpUrl& into) {
  const auto text = reader.text("url");
  if (!text) {
    return;
  }
  auto url = sink::parse_http_url(*text);
  if (!url) {
    reader.fail("url", "'url' " + url.error().detail + "; found " + yaml::shown(*reader.node("url")));
    return;
  }
  into = std::move(*url);
}

void read_server_tls(const ReadContext& context, yaml::MapReader& reader, const sink::HttpUrl& url,
                     sink::TlsOptions& into) {
  const yaml::Node* const node = reader.node("tls");
  if (node == nullptr) {
    return;
  }
  if (!url.tls) {
    reader.fail("tls", "'tls' has no effect with an http:// url", "use https://" + url.host);
    return;
  }
  into = read_tls(context, *node);
}

/// `secret` is password or token.
void check_secret(const ReadContext& context, yaml::MapReader& reader, const sink::HttpUrl& url,
                  std::string_view secret, bool given) {
  if (given && !url.tls && !is_loopback(url.host)) {
    context.warn(reader.place(secret),
                 "the " + std::string(secret) + " for " + url.host +
                     " goes over the network unencrypted; use https:// if the server can");
  }
}

void check_user(yaml::MapReader& reader, const std::string& username, const std::string& password) {
  if (!password.empty() && username.empty()) {
    reader.fail("password", "'password' without 'username'");
  }
}

bool is_tag(std::string_view key) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-'; };
  return !key.empty() && key.size() <= 64 && letter(key.front()) &&
         std::all_of(key.begin(), key.end(), allowed) && key != "device" && key != "time";
}

void read_tags(const ReadContext& context, yaml::MapReader& sink, sink::influx::Options& options) {
  const yaml::Node* const node = sink.node("tags");
  if (node == nullptr) {
    return;
  }
  yaml::MapReader reader(context.document, *node, "tags", context.findings);
  for (const yaml::Entry& entry : node->entries) {
    std::string value;
    read_name(reader, entry.key, value);
    if (!is_tag(entry.key)) {
      context.fail(entry.place, yaml::in_quotes(entry.key) + " cannot be a tag",
                   "letters, digits, '_' and '-', starting with a letter; 'device' and 'time' are taken");
    } else if (value.empty()) {
      context.fail(entry.place, "the tag '" + entry.key + "' needs a value");
    } else {
      options.tags[entry.key] = std::move(value);
    }
  }
}

void check_version(yaml::MapReader& reader, const sink::influx::Options& options) {
  if (options.database.empty() == options.bucket.empty()) {
    reader.fail("bucket",
                "sink '" + options.name + "' needs either 'database' (InfluxDB 1) or 'bucket' (InfluxDB 2)");
    return;
  }
  const bool two = !options.bucket.empty();
  for (const std::string_view key : {"org", "token", "retention_policy", "username", "password"}) {
    const bool of_two = key == "org" || key == "token";
    if (of_two != two && reader.node(key) != nullptr) {
      reader.fail(key, "'" + std::string(key) + "' has no effect with a " + (two ? "bucket" : "database"),
                  two ? "InfluxDB 2 takes 'org' and 'token'" : "InfluxDB 1 takes 'username' and 'password'");
    }
  }
}

}  // namespace

sink::prometheus::PushOptions read_pushgateway(const ReadContext& context, yaml::MapReader& reader,
                                               std::string id) {
  sink::prometheus::PushOptions options;
  options.name = std::move(id);
  read_url(reader, options.url);
  read_name(reader, "job", options.job);
  if (options.job.empty()) {
    reader.fail("job", "'job' must not be empty");
  }
  read_name(reader, "instance", options.instance);
  set(options.interval, reader.duration("interval", 1s, 24h));
  set(options.timeout, reader.duration("timeout", 100ms, 5min));
  set(options.delete_at_exit, reader.boolean("delete_at_exit"));
  read_name(reader, "username", options.username);
  set(options.password, reader.text("password"));
  read_server_tls(context, reader, options.url, options.tls);
  check_user(reader, options.username, options.password);
  check_secret(context, reader, options.url, "password", !options.password.empty());
  return options;
}

sink::influx::Options read_influx(const ReadContext& context, yaml::MapReader& reader, std::string id) {
  sink::influx::Options options;
  options.name = std::move(id);
  read_url(reader, options.url);
  read_name(reader, "database", options.database);
  read_name(reader, "retention_policy", options.retention_policy);
  read_name(reader, "username", options.username);
  set(options.password, reader.text("password"));
  read_name(reader, "bucket", options.bucket);
  read_name(reader, "org", options.org);
  read_name(reader, "token", options.token);
  read_name(reader, "measurement", options.measurement);
  if (options.measurement.empty()) {
    reader.fail("measurement", "'measurement' must not be empty");
  }
  read_tags(context, reader, options);
  set(options.interval, reader.duration("interval", 100ms, 1h));
  set(options.timeout, reader.duration("timeout", 100ms, 5min));
  set(options.batch, reader.integer("batch", 1, 100'000));
  set(options.max_queue, reader.integer("max_queue", 1, 10'000'000));
  set(options.max_queue_bytes, reader.integer("max_queue_bytes", 65'536, 1'073'741'824));
  read_server_tls(context, reader, options.url, options.tls);
  check_version(reader, options);
  check_user(reader, options.username, options.password);
  check_secret(context, reader, options.url, "password", !options.password.empty());
  check_secret(context, reader, options.url, "token", !options.token.empty());
  return options;
}

}  // namespace busbar::app
