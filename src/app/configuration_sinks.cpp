// sinks: where readings go. The id of a sink is also its type unless 'type' says otherwise.
#include "app/configuration_reader.hpp"
#include "app/substitution.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

// The mode is read as octal with or without a leading 0: 644 in a YAML file is never meant as decimal.
sink::prometheus::TextfileOptions read_textfile(const ReadContext& context, yaml::MapReader& reader,
                                                std::string id) {
  sink::prometheus::TextfileOptions options;
  options.name = std::move(id);
  if (const auto path = reader.require_text("path")) {
    options.path = beside(context.document.file, *path);
    if (!path->ends_with(".prom")) {
      reader.fail("path", "'path' must end in .prom, found " + yaml::shown(*reader.node("path")),
                  "the node exporter reads no other files");
    }
  }
  if (const auto mode = reader.text("mode")) {
    const bool octal =
        !mode->empty() && mode->size() <= 4 && mode->find_first_not_of("01234567") == std::string::npos;
    const unsigned long bits = octal ? std::stoul(*mode, nullptr, 8) : 0;
    if (!octal || bits > 0777 || (bits & 0600U) != 0600U) {
      reader.fail("mode",
                  "'mode' must be an octal file mode that lets the owner write, found " +
                      yaml::shown(*reader.node("mode")),
                  "for example 0644");
    } else {
      options.mode = static_cast<unsigned>(bits);
    }
  }
  set(options.backups, reader.integer("backups", 0, 100));
  set(options.interval, reader.duration("interval", 100ms, 1h));
  return options;
}

// A name is not resolved: it could mean another interface tomorrow than it does today.
sink::prometheus::HttpOptions read_http(const ReadContext& context, yaml::MapReader& reader, std::string id) {
  sink::prometheus::HttpOptions options;
  options.name = std::move(id);
  if (const auto address = reader.text("address")) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    const bool four = inet_pton(AF_INET, address->c_str(), bytes.data()) == 1;
    const bool six = inet_pton(AF_INET6, address->c_str(), bytes.data()) == 1;
    if (!four && !six) {
      reader.fail("address",
                  "'address' must be an IPv4 or IPv6 address, found " + yaml::shown(*reader.node("address")),
                  "127.0.0.1 serves this machine only, 0.0.0.0 everybody");
    } else {
      options.address = *address;
      if (!address->starts_with("127.") && *address != "::1") {
        context.warn(reader.place("address"), "the metrics can be read by everybody who reaches " + *address);
      }
    }
  }
  set(options.port, reader.integer("port", 1, 65535));
  set(options.max_connections, reader.integer("max_connections", 1, 10'000));
  set(options.timeout, reader.duration("timeout", 100ms, 10min));
  return options;
}

sink::screen::Options read_screen(yaml::MapReader& reader, std::string id) {
  constexpr std::array<std::string_view, 3> formats{"table", "json", "jsonl"};
  constexpr std::array<std::string_view, 3> colours{"automatic", "always", "never"};
  sink::screen::Options options;
  options.name = std::move(id);
  if (const auto format = reader.choice("format", formats)) {
    options.format = *format == "table"  ? sink::screen::Format::table
                     : *format == "json" ? sink::screen::Format::json
                                         : sink::screen::Format::jsonl;
  }
  if (const auto colour = reader.choice("colour", colours)) {
    options.colour = *colour == "always"  ? sink::screen::Colour::always
                     : *colour == "never" ? sink::screen::Colour::never
                                          : sink::screen::Colour::automatic;
  }
  return options;
}

constexpr std::array<std::string_view, 6> types{"mqtt",        "textfile", "http",
                                                "pushgateway", "influx",   "screen"};

// "mqtt: {…}" needs no type; "cloud: {type: mqtt, …}" does.
std::optional<std::string> sink_type(const ReadContext& context, yaml::MapReader& reader,
                                     const yaml::Entry& entry) {
  if (reader.node("type") != nullptr) {
    return reader.choice("type", types);
  }
  if (std::find(types.begin(), types.end(), entry.key) != types.end()) {
    return entry.key;
  }
  const std::string near = yaml::nearest(entry.key, types);
  context.fail(entry.place, "the sink " + yaml::in_quotes(entry.key) + " needs the key 'type'",
               near.empty() ? "one of mqtt, textfile, http, pushgateway, influx, screen"
                            : "did you mean '" + near + "'?");
  return std::nullopt;
}

}  // namespace

std::vector<SinkConfiguration> read_sinks(const ReadContext& context, const yaml::Node* sinks,
                                          const std::string& state_directory,
                                          std::map<std::string, sink::filter::Options>& filters) {
  std::vector<SinkConfiguration> list;
  for_each_id(context, sinks, "sinks", "sink", [&](const yaml::Entry& entry) {
    const yaml::Node map = or_empty_map(entry.value);
    yaml::MapReader reader(context.document, map, "sink '" + entry.key + "'", context.findings);
    const auto type = sink_type(context, reader, entry);
    if (!type) {
      return;
    }
    if (*type == "mqtt") {
      list.emplace_back(read_mqtt(context, reader, entry.key, state_directory));
    } else if (*type == "textfile") {
      list.emplace_back(read_textfile(context, reader, entry.key));
    } else if (*type == "http") {
      list.emplace_back(read_http(context, reader, entry.key));
    } else if (*type == "pushgateway") {
      list.emplace_back(read_pushgateway(context, reader, entry.key));
    } else if (*type == "influx") {
      list.emplace_back(read_influx(context, reader, entry.key));
    } else {
      list.emplace_back(read_screen(reader, entry.key));
    }
    if (auto filter = read_filter(context, reader); !filter.is_open()) {
      filters.emplace(entry.key, std::move(filter));
    }
    reader.finish();
  });
  return list;
}

}  // namespace busbar::app
