// channels: how each medium is reached, and how it is driven.
#include "app/configuration_reader.hpp"

#include <array>
#include <utility>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::array<std::string_view, 3> parities{"none", "even", "odd"};

// Settings of the wire as keys of the channel; which apply depends on the kind of link.
struct Wire {
  std::optional<std::int64_t> baud;
  std::optional<std::int64_t> data_bits;
  std::optional<std::int64_t> stop_bits;
  std::optional<link::Parity> parity;
  std::optional<milliseconds> connect_timeout;
  std::optional<milliseconds> write_timeout;
  std::optional<std::chrono::seconds> keepalive;
};

// Ranges are wide enough for every adapter on the market; baud is not limited to a list, as termios takes any
// rate the driver takes.
Wire read_wire(yaml::MapReader& reader) {
  Wire wire;
  wire.baud = reader.integer("baud", 50, 4'000'000);
  wire.data_bits = reader.integer("data_bits", 5, 8);
  wire.stop_bits = reader.integer("stop_bits", 1, 2);
  if (const auto parity = reader.choice("parity", parities)) {
    wire.parity = *parity == "none"   ? link::Parity::none
                  : *parity == "even" ? link::Parity::even
                                      : link::Parity::odd;
  }
  wire.connect_timeout = reader.duration("connect_timeout", 100ms, 5min);
  wire.write_timeout = reader.duration("write_timeout", 100ms, 5min);
  wire.keepalive = whole_seconds(reader, "keepalive", 1s, 1h);
  return wire;
}

// Pauses between attempts to connect; the first one is min, jitter and doubling are the policy's.
void read_reconnect(const ReadContext& context, const yaml::Node* node, channel::Options& options) {
  if (node == nullptr) {
    return;
  }
  yaml::MapReader reader(context.document, *node, "reconnect", context.findings);
  set(options.reconnect_min, reader.duration("min", 10ms, 1h));
  set(options.reconnect_max, reader.duration("max", 10ms, 24h));
  if (options.reconnect_min > options.reconnect_max) {
    reader.fail(reader.node("max") != nullptr ? "max" : "min",
                "the longest pause of 'reconnect' (" + yaml::format_duration(options.reconnect_max) +
                    ") is shorter than the shortest (" + yaml::format_duration(options.reconnect_min) + ")");
  }
  reader.finish();
}

// A silent device is left alone after `failures` polls and probed ever more rarely, so that the others keep
// their period.
void read_breaker(const ReadContext& context, const yaml::Node* node, channel::Options& options) {
  if (node == nullptr) {
    return;
  }
  yaml::MapReader reader(context.document, *node, "breaker", context.findings);
  set(options.breaker_failures, reader.integer("failures", 1, 1000));
  set(options.breaker_probe_min, reader.duration("probe_min", 100ms, 24h));
  set(options.breaker_probe_max, reader.duration("probe_max", 100ms, 24h));
  if (options.breaker_probe_min > options.breaker_probe_max) {
    reader.fail(reader.node("probe_max") != nullptr ? "probe_max" : "probe_min",
                "'probe_max' of 'breaker' (" + yaml::format_duration(options.breaker_probe_max) +
                    ") is shorter than 'probe_min' (" + yaml::format_duration(options.breaker_probe_min) +
                    ")");
  }
  reader.finish();
}

// How the medium is driven, whatever the link. Keys that are not there keep what `options` holds: the
// defaults.
void read_options(const ReadContext& context, yaml::MapReader& reader, channel::Options& options) {
  set(options.spacing, reader.duration("spacing", 0ms, 1min));
  set(options.after_connect, reader.duration("after_connect", 0ms, 1min));
  set(options.on_unit_change, reader.duration("on_unit_change", 0ms, 1min));
  set(options.settle, reader.duration("settle", 0ms, 1min));
  set(options.timeout, reader.duration("timeout", 10ms, 5min));
  set(options.retries, reader.integer("retries", 0, 10));
  set(options.retry_backoff, reader.duration("retry_backoff", 0ms, 1min));
  set(options.max_queue, reader.integer("max_queue", 1, 100'000));
  read_reconnect(context, reader.node("reconnect"), options);
  read_breaker(context, reader.node("breaker"), options);
}

// The baud rate has no place here: it stays with the channel, for the budget.
void apply(const Wire& wire, link::TcpOptions& tcp) {
  set(tcp.connect_timeout, wire.connect_timeout);
  set(tcp.write_timeout, wire.write_timeout);
  set(tcp.keepalive, wire.keepalive);
}

template <class Other>
void apply(const Wire& wire, Other& other) {
  if constexpr (requires { other.connect_timeout; }) set(other.connect_timeout, wire.connect_timeout);
  set(other.write_timeout, wire.write_timeout);
}

// What stands in the link itself ("?baud=19200") is closer to the device than a default.
void apply(const Wire& wire, link::SerialOptions& serial, std::string_view link) {
  const auto free = [&](std::string_view key) {
    return link.find(std::string(key) + '=') == std::string_view::npos;
  };
  set(serial.baud, free("baud") ? wire.baud : std::nullopt);
  set(serial.data_bits, free("data_bits") ? wire.data_bits : std::nullopt);
  set(serial.stop_bits, free("stop_bits") ? wire.stop_bits : std::nullopt);
  set(serial.parity, free("parity") ? wire.parity : std::nullopt);
  set(serial.write_timeout, wire.write_timeout);
}

// A key of the channel itself that has no effect on its kind of link is a mistake of whoever wrote it.
void refuse_useless_keys(yaml::MapReader& reader, const link::Options& options, const std::string& link) {
  const bool serial = std::holds_alternative<link::SerialOptions>(options);
  const std::string kind = link.substr(0, link.find(':') + (link.find("://") != std::string::npos ? 3U : 1U));
  constexpr std::array<std::string_view, 2> tcp_only{"connect_timeout", "keepalive"};
  constexpr std::array<std::string_view, 3> serial_only{"data_bits", "stop_bits", "parity"};
  constexpr std::array<std::string_view, 4> in_link{"baud", "data_bits", "stop_bits", "parity"};
  if (!serial) {
    for (const std::string_view key : serial_only) {
      if (reader.node(key) != nullptr) {
        reader.fail(key, "'" + std::string(key) + "' has no effect on a " + kind + " link",
                    "set it in the device server");
      }
    }
    if (std::holds_alternative<link::TcpOptions>(options)) return;
    const bool connects = std::holds_alternative<link::UnixOptions>(options) ||
                          std::holds_alternative<link::UdpOptions>(options);
    for (const std::string_view key : tcp_only) {
      if (reader.node(key) != nullptr && (key == "keepalive" || !connects)) {
        reader.fail(key, "'" + std::string(key) + "' has no effect on the link " + kind, "remove it");
      }
    }
    return;
  }
  for (const std::string_view key : tcp_only) {
    if (reader.node(key) != nullptr) {
      reader.fail(key, "'" + std::string(key) + "' has no effect on a serial link", "remove it");
    }
  }
  for (const std::string_view key : in_link) {
    if (reader.node(key) != nullptr && link.find(std::string(key) + '=') != std::string::npos) {
      reader.fail(key, "'" + std::string(key) + "' stands both here and in 'link'", "remove one of the two");
    }
  }
}

// The link as text, then the defaults of the file, then the keys of the channel itself: the later wins.
void read_link(const ReadContext& context, yaml::MapReader& reader, const Wire& defaults, const Wire& own,
               ChannelConfiguration& channel) {
  const auto text = reader.require_text("link");
  if (!text) {
    return;
  }
  auto link = link::parse_endpoint(*text);
  if (!link) {
    context.fail(reader.place("link"), link.error().detail);
    return;
  }
  channel.link = std::move(*link);
  auto* const serial = std::get_if<link::SerialOptions>(&channel.link);
  refuse_useless_keys(reader, channel.link, *text);
  for (const Wire* wire : {&defaults, &own}) {
    set(channel.channel.baud, wire->baud);
    if (serial != nullptr) {
      apply(*wire, *serial, *text);
    } else {
      std::visit([wire](auto& other) { apply(*wire, other); }, channel.link);
    }
  }
  if (serial != nullptr) {
    channel.channel.baud = serial->baud;
  }
}

}  // namespace

std::vector<ChannelConfiguration> read_channels(const ReadContext& context, const yaml::Node* channels,
                                                const yaml::Node* defaults) {
  ChannelConfiguration common;
  Wire common_wire;
  if (defaults != nullptr) {
    yaml::MapReader reader(context.document, *defaults, "defaults of channels", context.findings);
    read_options(context, reader, common.channel);
    common_wire = read_wire(reader);
    reader.finish();
  }
  std::vector<ChannelConfiguration> list;
  for_each_id(context, channels, "channels", "channel", [&](const yaml::Entry& entry) {
    ChannelConfiguration channel = common;
    channel.id = entry.key;
    channel.channel.id = entry.key;
    yaml::MapReader reader(context.document, entry.value, "channel '" + entry.key + "'", context.findings);
    const Wire wire = read_wire(reader);
    read_link(context, reader, common_wire, wire, channel);
    read_options(context, reader, channel.channel);
    // To write a default out must change nothing: what equals it counts as not said.
    channel.own_timeout = channel.channel.timeout != channel::Options{}.timeout;
    channel.own_baud = std::holds_alternative<link::SerialOptions>(channel.link) ||
                       channel.channel.baud != channel::Options{}.baud;
    reader.finish();
    list.push_back(std::move(channel));
  });
  return list;
}

}  // namespace busbar::app
