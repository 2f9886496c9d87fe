// Every mistake gets one sentence: file, line, column, what was found, what was expected, how to mend it.
#include "profile/library.hpp"
#include "unit/app/configuration_support.hpp"

namespace busbar::app {
namespace {

using test::channels;
using test::devices;
using test::file_of;
using test::findings_of;
using test::sinks;

struct Mistake {
  std::string text;
  std::string expected;  // without "busbar.yaml:" and the line end
};

/// The names of all profiles that are built in, as the messages list them.
std::string built_in() {
  yaml::Findings findings;
  const auto library = profile::Library::load("", findings);
  std::string names;
  for (const auto name : library.names()) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

void PrintTo(const Mistake& one, std::ostream* out) { *out << testing::PrintToString(one.expected); }

class Refused : public testing::TestWithParam<Mistake> {};

TEST_P(Refused, with_place_and_remedy) {
  EXPECT_EQ(findings_of(GetParam().text), "busbar.yaml:" + GetParam().expected + "\n");
}

Mistake in_channels(const std::string& text, const std::string& expected) {
  return {file_of("channels:\n" + text, devices, sinks), expected};
}
Mistake in_devices(const std::string& text, const std::string& expected) {
  return {file_of(channels, "devices:\n" + text, sinks), expected};
}
Mistake in_sinks(const std::string& text, const std::string& expected) {
  return {file_of(channels, devices, "sinks:\n" + text), expected};
}

INSTANTIATE_TEST_SUITE_P(
    Root, Refused,
    testing::Values(
        Mistake{"", " the file is empty; a configuration was expected (start from the example busbar.yaml)"},
        Mistake{"hello", "1:1: the configuration must be a mapping (key: value lines), found 'hello'"},
        Mistake{"- a\n", "1:1: the configuration must be a mapping (key: value lines), found a list"},
        Mistake{std::string(channels) + std::string(devices) + std::string(sinks),
                "1:1: the key 'version' is missing (begin the file with 'version: 1')"},
        Mistake{"version: 2\n" + std::string(channels) + std::string(devices) + std::string(sinks),
                "1:10: 'version' must be 1, the only form of the file this busbar knows; found '2'"},
        Mistake{file_of("log_level: verbose\n", channels, std::string(devices) + std::string(sinks)),
                "2:12: 'log_level' must be one of trace, debug, info, warning, error; found 'verbose'"},
        Mistake{
            file_of(devices, sinks),
            "1:1: the key 'channels' is missing (e.g. channels: {rs485: {link: \"tcp://192.168.1.50:26\"}})"},
        Mistake{
            file_of(channels, sinks),
            "1:1: the key 'devices' is missing (e.g. devices: {pack1: {profile: orion1000, address: 1}})"},
        Mistake{file_of(channels, "devices: {}\n", sinks),
                "3:1: 'devices' must map the id of each device to its settings, found none"},
        Mistake{file_of(channels, "devices:\n", sinks),
                "3:1: 'devices' must map the id of each device to its settings, found nothing"},
        Mistake{file_of(channels, devices, "sinks: [mqtt]\n"),
                "4:1: 'sinks' must map the id of each sink to its settings, found a list"},
        Mistake{file_of(channels, devices, "sink: {screen: {}}\nsinks: {screen: {}}\n"),
                "4:1: unknown key 'sink' in the configuration (did you mean 'sinks'?)"},
        Mistake{file_of("defaults: {devices: {}}\n", channels, std::string(devices) + std::string(sinks)),
                "2:12: unknown key 'devices' in defaults (did you mean 'device'?)"},
        Mistake{file_of(channels, devices, sinks) + "log_level: info\nlog_level: debug\n",
                "6:1: the key 'log_level' stands here a second time; the first is in line 5"}));

INSTANTIATE_TEST_SUITE_P(
    Channels, Refused,
    testing::Values(
        in_channels("  RS485: {link: \"tcp://x:1\"}\n",
                    "3:3: 'RS485' cannot be the id of a channel (use a-z, 0-9, '_' and '-', starting with a "
                    "letter or "
                    "digit, at most 64; text for people goes into 'name')"),
        in_channels("  a: {spacing: 1s}\n", "3:6: channel 'a' needs the key 'link'"),
        in_channels("  a: {link: gateway}\n",
                    "3:13: endpoint 'gateway': expected tcp://HOST:PORT, tcp://[IPV6]:PORT, "
                    "serial:/dev/NAME?baud=9600&parity=none, /dev/NAME, udp://HOST:PORT, unix:/PATH, "
                    "exec:COMMAND or hidraw:/dev/hidrawN"),
        in_channels("  a: {link: \"tcp://x:70000\"}\n",
                    "3:13: endpoint 'tcp://x:70000': the port must be a number from 1 to 65535"),
        in_channels("  a: {link: \"tcp://x:1\", spaceing: 1s}\n",
                    "3:26: unknown key 'spaceing' in channel 'a' (did you mean 'spacing'?)"),
        in_channels(
            "  a: {link: \"tcp://x:1\", spacing: 100}\n",
            "3:35: 'spacing' must be a duration from 0s to 1min, found '100' (add the unit, e.g. '100s')"),
        in_channels("  a: {link: \"tcp://x:1\", timeout: 1ms}\n",
                    "3:35: 'timeout' must be a duration from 10ms to 5min, found '1ms'"),
        in_channels("  a: {link: \"tcp://x:1\", keepalive: 1500ms}\n",
                    "3:37: 'keepalive' must be whole seconds, found '1500ms'"),
        in_channels("  a: {link: \"tcp://x:1\", parity: even}\n",
                    "3:34: 'parity' has no effect on a tcp:// link (set it in the device server)"),
        in_channels("  a: {link: /dev/ttyS0, connect_timeout: 1s}\n",
                    "3:42: 'connect_timeout' has no effect on a serial link (remove it)"),
        in_channels("  a: {link: \"udp://x:1\", keepalive: 10s}\n",
                    "3:37: 'keepalive' has no effect on the link udp:// (remove it)"),
        in_channels("  a: {link: \"exec:cat\", connect_timeout: 10s}\n",
                    "3:42: 'connect_timeout' has no effect on the link exec: (remove it)"),
        in_channels("  a: {link: \"serial:/dev/ttyS0?baud=9600\", baud: 19200}\n",
                    "3:50: 'baud' stands both here and in 'link' (remove one of the two)"),
        in_channels("  a: {link: /dev/ttyS0, parity: evne}\n",
                    "3:33: 'parity' must be one of none, even, odd; found 'evne' (did you mean 'even'?)"),
        in_channels("  a: {link: \"tcp://x:1\", reconnect: {min: 5s, max: 1s}}\n",
                    "3:52: the longest pause of 'reconnect' (1s) is shorter than the shortest (5s)"),
        in_channels("  a: {link: \"tcp://x:1\", breaker: {probe_min: 10min}}\n",
                    "3:47: 'probe_max' of 'breaker' (5min) is shorter than 'probe_min' (10min)"),
        Mistake{file_of("channels:\n  a: {link: \"tcp://x:1\"}\n  b: {link: \"tcp://x:1\"}\n",
                        "devices: {p: {channel: a, profile: orion1000}}\n", sinks),
                "4:13: channel 'b' has the same link as channel 'a' in line 3 (put all devices of one medium "
                "on one "
                "channel)"}));

INSTANTIATE_TEST_SUITE_P(
    Devices, Refused,
    testing::Values(
        in_devices("  Pack 1: {profile: orion1000}\n",
                   "4:3: 'Pack 1' cannot be the id of a device (use a-z, 0-9, '_' and '-', starting with a "
                   "letter or "
                   "digit, at most 64; text for people goes into 'name')"),
        in_devices("  p: {address: 1}\n",
                   "4:6: device 'p' needs the key 'profile' (there is: " + built_in() + ")"),
        in_devices("  p: {profile: orion100}\n",
                   "4:16: there is no profile 'orion100' (did you mean 'orion1000'?)"),
        in_devices("  p: {profile: orion1000, channel: rs458}\n",
                   "4:36: there is no channel 'rs458' (did you mean 'rs485'?)"),
        in_devices("  p: {profile: orion1000, address: 255}\n",
                   "4:36: 'address' must be a whole number from 0 to 254, found '255'"),
        in_devices(
            "  p: {profile: mbus, address: 251}\n",
            "4:31: '251' is neither a primary address, 0…250 or 254, nor a secondary one: the eight "
            "digits of an id such as 12345678, or sixteen with manufacturer, version and medium such as "
            "1234567824400107; F stands for any digit"),
        in_devices("  p: {profile: orion1000, address: one}\n",
                   "4:36: 'address' must be a whole number from 0 to 254, found 'one'"),
        in_devices("  p: {profile: orion1000, interval: 1s}\n",
                   "4:27: unknown key 'interval' in device 'p' (did you mean 'intervals'?)"),
        in_devices("  p: {profile: orion1000, intervals: {statsu: 1s}}\n",
                   "4:39: the profile 'orion1000' has no query 'statsu' (did you mean 'status'?)"),
        in_devices("  p: {profile: orion1000, intervals: {allow_charge: 1s}}\n",
                   "4:39: 'allow_charge' of the profile 'orion1000' is a write; it cannot be polled"),
        in_devices("  p: {profile: orion1000, intervals: {status: -1s}}\n",
                   "4:47: 'status' must be a duration from 10ms to 7d, found '-1s' (write it like 200ms, "
                   "10s, 5min, 2h "
                   "or 1d)"),
        in_devices("  p: {profile: orion1000, intervals: {status: .nan}}\n",
                   "4:47: 'status' must be a duration from 10ms to 7d, found '.nan' (write it like 200ms, "
                   "10s, 5min, "
                   "2h or 1d)"),
        in_devices("  p: {profile: orion1000, intervals: 10s}\n",
                   "4:38: intervals must be a mapping (key: value lines), found '10s'"),
        in_devices(
            "  p: {profile: orion1000, allow_writes: [allow_chrage]}\n",
            "4:42: the profile 'orion1000' has no write 'allow_chrage' (did you mean 'allow_charge'?)"),
        in_devices(
            "  p: {profile: orion1000, allow_writes: [status]}\n",
            "4:42: 'status' of the profile 'orion1000' only reads; there is nothing to allow (remove it)"),
        in_devices("  p: {profile: orion1000, allow_writes: all}\n",
                   "4:41: the profile 'orion1000' has no write 'all' (there is: discharge_mos, charge_mos, "
                   "allow_discharge, forbid_discharge, allow_charge, forbid_charge)"),
        in_devices("  p: {profile: orion1000, offline_after: 0}\n",
                   "4:42: 'offline_after' must be a whole number from 1 to 1000, found '0'"),
        in_devices(
            "  p: {profile: orion1000, address: 3}\n  q: {profile: orion1000, address: 0x03}\n",
            "5:36: device 'q' has address 3 on channel 'rs485', as device 'p' in line 4 (each device of a "
            "channel needs an address of its own)"),
        in_devices(
            "  p: {profile: orion1000}\n  q: {profile: orion1000_draft, address: 2}\n",
            "5:16: device 'q' speaks orion (draft), but device 'p' on the same channel 'rs485' speaks orion "
            "(manufacturer) (give each protocol a channel of its own)"),
        Mistake{file_of("channels:\n  a: {link: \"tcp://x:1\"}\n  b: {link: \"tcp://x:2\"}\n",
                        "devices: {p: {profile: orion1000}}\n", sinks),
                "5:14: device 'p' needs the key 'channel' (there is: a, b)"},
        Mistake{file_of("defaults: {device: {profile: orion, intervals: {status: 1s}}}\n", channels,
                        "devices: {p: {}}\n" + std::string(sinks)),
                "2:30: there is no profile 'orion' (there is: " + built_in() + ")"},
        Mistake{file_of("defaults: {device: {intervals: {voltage: 1s}}}\n", channels,
                        std::string(devices) + std::string(sinks)),
                "2:33: no profile in use has a query 'voltage' (did you mean 'voltages'?)"}));

INSTANTIATE_TEST_SUITE_P(
    Sinks, Refused,
    testing::Values(
        in_sinks("  mqt: {}\n", "5:3: the sink 'mqt' needs the key 'type' (did you mean 'mqtt'?)"),
        in_sinks(
            "  x: {type: kafka}\n",
            "5:13: 'type' must be one of mqtt, textfile, http, pushgateway, influx, screen; found 'kafka'"),
        in_sinks("  mqtt: {url: broker}\n",
                 "5:15: 'url' must start with mqtt:// or mqtts://, found 'broker' (write mqtt://HOST:1883 or "
                 "mqtts://HOST:8883)"),
        in_sinks("  mqtt: {url: \"mqtt://u:p@h\"}\n",
                 "5:15: 'url' must not carry a user or password (use the keys 'username' and 'password')"),
        in_sinks("  mqtt: {url: \"mqtt://h:0\"}\n",
                 "5:15: after the host of 'url' comes only ':' and a port from 1 to 65535, found "
                 "'mqtt://h:0' (write "
                 "mqtt://HOST:1883 or mqtts://HOST:8883)"),
        in_sinks(
            "  mqtt: {url: \"mqtt://h/topic\"}\n",
            "5:15: after the host of 'url' comes only ':' and a port from 1 to 65535, found 'mqtt://h/topic' "
            "(write mqtt://HOST:1883 or mqtts://HOST:8883)"),
        in_sinks("  mqtt: {url: \"mqtt://\"}\n",
                 "5:15: 'url' names no valid host: 'mqtt://' (write mqtt://HOST:1883 or mqtts://HOST:8883)"),
        in_sinks("  mqtt: {url: \"mqtt://h:1883\", tls: {}}\n",
                 "5:37: 'tls' has no effect with an mqtt:// url (use mqtts://h:8883)"),
        in_sinks("  mqtt: {url: \"mqtts://h\", tls: {key_file: k}}\n",
                 "5:44: a client certificate needs both 'certificate_file' and 'key_file'"),
        in_sinks(
            "  mqtt: {password: x}\n",
            "5:20: 'password' without 'username' (add the user name; MQTT 3.1.1 allows no password alone)"),
        in_sinks("  mqtt: {topic_prefix: a/#}\n",
                 "5:24: 'topic_prefix' must be a topic such as site/busbar, found 'a/#' (no '+', '#', "
                 "leading '$', and "
                 "no empty level)"),
        in_sinks("  mqtt: {home_assistant: {node_id: a b}}\n",
                 "5:36: 'node_id' must be of a-z, A-Z, 0-9, '_' and '-', found 'a b'"),
        in_sinks("  mqtt: {version: 3}\n", "5:19: 'version' must be one of auto, 5, 3.1.1; found '3'"),
        in_sinks("  mqtt: {qos: 3}\n", "5:15: 'qos' must be a whole number from 0 to 2, found '3'"),
        in_sinks("  mqtt: {retain: perhaps}\n", "5:18: 'retain' must be true or false, found 'perhaps'"),
        in_sinks("  mqtt: {mode: on_change, deadband: {pack_voltag: 1}}\n",
                 "5:51: no device gives a reading 'pack_voltag' (did you mean 'pack_voltage'?)"),
        in_sinks("  textfile: {}\n", "5:13: sink 'textfile' needs the key 'path'"),
        in_sinks(
            "  textfile: {path: /x/busbar.txt}\n",
            "5:20: 'path' must end in .prom, found '/x/busbar.txt' (the node exporter reads no other files)"),
        in_sinks("  textfile: {path: a.prom, mode: 0888}\n",
                 "5:34: 'mode' must be an octal file mode that lets the owner write, found '0888' (for "
                 "example 0644)"),
        in_sinks("  http: {address: everywhere}\n",
                 "5:19: 'address' must be an IPv4 or IPv6 address, found 'everywhere' (127.0.0.1 serves this "
                 "machine "
                 "only, 0.0.0.0 everybody)"),
        in_sinks("  http: {port: 65536}\n",
                 "5:16: 'port' must be a whole number from 1 to 65535, found '65536'"),
        in_sinks("  textfile: {path: /x/a.prom}\n  b: {type: textfile, path: /x/./a.prom}\n",
                 "6:29: sink 'b' writes the file /x/./a.prom, as does sink 'textfile' in line 5"),
        in_sinks("  http: {}\n  h2: {type: http}\n",
                 "6:3: sink 'h2' listens on 127.0.0.1 port 9878, as does sink 'http' in line 5"),
        in_sinks("  screen: {}\n  s2: {type: screen}\n",
                 "6:14: sink 's2' writes to standard output, as does sink 'screen' in line 5"),
        in_sinks("  mqtt: {client_id: c}\n  m2: {type: mqtt, topic_prefix: x, client_id: c}\n",
                 "6:48: sink 'm2' is client 'c' at mqtt://localhost:1883, as does sink 'mqtt' in line 5"),
        in_sinks("  mqtt: {}\n  m2: {type: mqtt}\n",
                 "6:3: sink 'm2' publishes below 'busbar' at mqtt://localhost:1883, as does sink 'mqtt' in "
                 "line 5")));

TEST(Errors, all_come_in_one_pass_in_the_order_of_the_lines) {
  EXPECT_EQ(findings_of("version: 1\n"
                        "logging: debug\n"
                        "channels:\n"
                        "  a: {link: \"tcp://x:1\", retries: many}\n"
                        "devices:\n"
                        "  p: {profile: orion1000, adress: 1}\n"
                        "  p: {profile: orion1000}\n"
                        "sinks:\n"
                        "  http: {port: \"${PORT}\"}\n"),
            "busbar.yaml:2:1: unknown key 'logging' in the configuration (known here: version, log_level, "
            "dbus, state_directory, profiles, defaults, channels, devices, virtual_devices, "
            "persist_interval, sinks)\n"
            "busbar.yaml:4:35: 'retries' must be a whole number from 0 to 10, found 'many'\n"
            "busbar.yaml:6:27: unknown key 'adress' in device 'p' (did you mean 'address'?)\n"
            "busbar.yaml:7:3: the key 'p' stands here a second time; the first is in line 6\n"
            "busbar.yaml:9:16: the environment variable PORT is not set (set it, or give a default: "
            "${PORT:-default})\n");
}

TEST(Errors, of_a_profile_name_the_profile) {
  const test::TemporaryDirectory directory;
  const auto profile = directory.write("mine.yaml", "profile: mine\nprotocl: orion\n");
  const Loaded result =
      test::loaded(file_of("profiles: " + directory.path() + "\n", channels, devices) + std::string(sinks));
  EXPECT_FALSE(result.configuration);
  EXPECT_NE(result.findings.text().find(profile + ":2:1: unknown key 'protocl'"), std::string::npos)
      << result.findings.text();
}

}  // namespace
}  // namespace busbar::app
