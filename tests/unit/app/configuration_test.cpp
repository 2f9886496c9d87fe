// Valid files: every setting arrives where it belongs, defaults are resolved, ten lines are enough.
#include "unit/app/configuration_support.hpp"

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using test::channels;
using test::devices;
using test::file_of;
using test::loaded;
using test::sinks;
using test::valid;

TEST(Configuration, ten_lines_are_enough_for_a_pack_in_home_assistant) {
  const auto configuration = valid(
      "version: 1\n"
      "channels:\n"
      "  rs485:\n"
      "    link: tcp://192.168.1.50:26\n"
      "devices:\n"
      "  pack1:\n"
      "    profile: orion1000\n"
      "    address: 1\n"
      "sinks:\n"
      "  mqtt: {url: \"mqtt://192.168.1.10\"}\n");
  ASSERT_EQ(configuration.channels.size(), 1U);
  const auto& tcp = std::get<link::TcpOptions>(configuration.channels[0].link);
  EXPECT_EQ(tcp.host, "192.168.1.50");
  EXPECT_EQ(tcp.port, 26);
  EXPECT_EQ(configuration.channels[0].channel.id, "rs485");
  ASSERT_EQ(configuration.devices.size(), 1U);
  const auto& device = configuration.devices[0];
  EXPECT_EQ(device.channel, "rs485");  // the only one
  EXPECT_EQ(device.name, "pack1");
  EXPECT_EQ(device.address, 1U);
  EXPECT_EQ(device.intervals.at("status"), 10s);
  EXPECT_TRUE(device.allow_writes.empty());
  const auto& mqtt = std::get<sink::mqtt::Options>(configuration.sinks.at(0));
  EXPECT_EQ(mqtt.url, "mqtt://192.168.1.10:1883");
  EXPECT_TRUE(mqtt.home_assistant.enabled);
  EXPECT_FALSE(mqtt.tls);
}

TEST(Configuration, an_address_of_a_meter_may_be_more_than_a_number) {
  const Configuration configuration = valid(
      "version: 1\nchannels: {bus: {link: \"tcp://gateway:10001\"}}\ndefaults: {device: {profile: "
      "mbus}}\ndevices:\n"
      "  primary: {address: 5}\n  digits: {address: 12345678, polls_per_day: 10}\n  small: {address: "
      "\"00000042\"}\n"
      "  letters: {address: 1A34567F}\n  all: {address: 1234567824400107}\n  zeros: {address: 00000043}\n");
  const auto& meters = configuration.devices;
  ASSERT_EQ(meters.size(), 6U);
  EXPECT_EQ(meters[0].address, 5U);
  EXPECT_EQ(meters[1].address, 12345678U) << "a number, as it always was";
  EXPECT_EQ(meters[1].polls_per_day, 10U);
  EXPECT_EQ(meters[0].polls_per_day, 0U) << "no limit";
  for (int n = 0; n < 2; ++n) EXPECT_TRUE(meters[n].prefix.empty());
  for (int n = 2; n < 6; ++n) EXPECT_EQ(meters[n].address, 253U);
  EXPECT_EQ(to_hex(meters[2].prefix), "5242000000ffffffff");
  EXPECT_EQ(to_hex(meters[3].prefix), "527f56341affffffff");
  EXPECT_EQ(to_hex(meters[4].prefix), "527856341224400107");
  EXPECT_EQ(to_hex(meters[5].prefix), "5243000000ffffffff");
}

TEST(Configuration, polls_of_meters_take_as_long_as_the_wire_needs) {
  const auto timeout = [](const std::string& channel) {
    return valid("version: 1\nchannels: {bus: {" + channel + "}}\ndevices: {m: {profile: mbus}}\n")
        .devices.front()
        .timeout.value();
  };
  const std::string tcp = "link: \"tcp://gateway:10001\"";
  EXPECT_EQ(timeout(tcp), timeout(tcp + ", baud: 2400"));
  EXPECT_GT(timeout(tcp + ", baud: 300"), 30s);
  EXPECT_LT(timeout(tcp + ", baud: 38400"), timeout(tcp));
  EXPECT_EQ(timeout(tcp + ", baud: 9600, timeout: 1s"), timeout(tcp)) << "defaults that are written out";
  EXPECT_LT(timeout("link: \"serial:/dev/ttyUSB0?baud=2400&parity=even\""), timeout(tcp));
  EXPECT_EQ(timeout(tcp + ", timeout: 5s"), 5s);
  const auto others = valid(
      "version: 1\nchannels: {bus: {link: \"tcp://gateway:26\", timeout: 5s}}\n"
      "devices: {p: {profile: orion1000}}\n");
  EXPECT_FALSE(others.devices.front().timeout) << "the profile and the channel say it";
}

TEST(Configuration, the_shipped_files_are_valid) {
  for (const std::string name : {"busbar.yaml", "demo.yaml"}) {
    const Loaded result = load_configuration(BUSBAR_SOURCE_DIR "/config/" + name, {});
    EXPECT_TRUE(result.configuration) << result.findings.text();
    EXPECT_TRUE(result.warnings.empty()) << result.warnings.front();
  }
}

TEST(Configuration, the_example_has_at_most_ten_live_lines) {
  std::ifstream file(BUSBAR_SOURCE_DIR "/config/busbar.yaml");
  int live = 0;
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find_first_not_of(' ');
    live += first != std::string::npos && line[first] != '#' ? 1 : 0;
  }
  EXPECT_LE(live, 10);
}

TEST(Configuration, the_readme_shows_a_valid_file) {
  const std::string readme = test::content_of(BUSBAR_SOURCE_DIR "/README.md");
  const auto start = readme.find("```yaml\n");
  if (start == std::string::npos) {
    GTEST_SKIP() << "the README has no YAML example";
  }
  std::string text = readme.substr(start + 8, readme.find("```", start + 8) - start - 8);
  const auto secret = text.find("${file:/etc/busbar/mqtt.password}");
  if (secret != std::string::npos) {
    text.replace(secret, 33, "x");
  }
  valid(text);
}

TEST(Configuration, settings_of_a_channel_reach_channel_and_link) {
  const auto configuration = valid(
      file_of("channels:\n  a:\n    link: tcp://[::1]:26\n    baud: 19200\n    connect_timeout: 2s\n    "
              "write_timeout: 3s\n"
              "    keepalive: 1min\n    spacing: 100ms\n    after_connect: 1s\n    on_unit_change: 50ms\n    "
              "settle: 300ms\n"
              "    timeout: 2s\n    retries: 0\n    retry_backoff: 1s\n    reconnect: {min: 1s, max: 2min}\n"
              "    breaker: {failures: 5, probe_min: 20s, probe_max: 10min}\n    max_queue: 10\n",
              devices, sinks));
  const auto& tcp = std::get<link::TcpOptions>(configuration.channels.at(0).link);
  EXPECT_EQ(tcp, (link::TcpOptions{"::1", 26, 2s, 3s, 60s}));
  channel::Options expected;
  expected.id = "a";
  expected.spacing = 100ms;
  expected.after_connect = 1s;
  expected.on_unit_change = 50ms;
  expected.settle = 300ms;
  expected.timeout = 2s;
  expected.retries = 0;
  expected.retry_backoff = 1s;
  expected.reconnect_min = 1s;
  expected.reconnect_max = 2min;
  expected.breaker_failures = 5;
  expected.breaker_probe_min = 20s;
  expected.breaker_probe_max = 10min;
  expected.max_queue = 10;
  expected.baud = 19200;
  EXPECT_EQ(configuration.channels[0].channel, expected);
}

TEST(Configuration, a_serial_port_takes_its_settings_from_link_or_keys) {
  const auto in_link = valid(
      file_of("channels: {a: {link: \"serial:/dev/ttyUSB0?baud=19200&parity=even\"}}\n", devices, sinks));
  const auto as_keys =
      valid(file_of("channels: {a: {link: /dev/ttyUSB0, baud: 19200, parity: even}}\n", devices, sinks));
  EXPECT_EQ(in_link.channels.at(0), as_keys.channels.at(0));
  EXPECT_EQ(std::get<link::SerialOptions>(as_keys.channels[0].link).parity, link::Parity::even);
  EXPECT_EQ(as_keys.channels[0].channel.baud, 19200U);
}

TEST(Configuration, defaults_apply_unless_a_channel_or_device_says_otherwise) {
  const auto configuration = valid(file_of(
      "defaults:\n  channel: {spacing: 50ms, baud: 4800, parity: odd, retries: 3}\n"
      "  device: {channel: b, profile: orion1000, intervals: {status: 1s, capacity: off}, offline_after: "
      "7}\n",
      "channels:\n  a: {link: \"tcp://x:1\", spacing: 1s}\n  b: {link: \"serial:/dev/ttyS0?baud=9600\"}\n",
      "devices:\n  p: {address: 2, intervals: {status: 5s}}\n  q: {address: 1, channel: a, offline_after: "
      "1}\n"
      "sinks: {screen: }\n"));
  EXPECT_EQ(configuration.channels.at(0).channel.spacing, 1s);
  EXPECT_EQ(configuration.channels[0].channel.retries, 3U);
  EXPECT_EQ(configuration.channels[0].channel.baud, 4800U);
  const auto& serial = std::get<link::SerialOptions>(configuration.channels.at(1).link);
  EXPECT_EQ(serial.baud, 9600U);  // what stands in the link is nearer than a default
  EXPECT_EQ(serial.parity, link::Parity::odd);
  EXPECT_EQ(configuration.channels[1].channel.baud, 9600U);
  const auto& p = configuration.devices.at(0);
  EXPECT_EQ(p.channel, "b");
  EXPECT_EQ(p.intervals.at("status"), 5s);
  EXPECT_EQ(p.intervals.at("capacity"), 0s);
  EXPECT_EQ(p.intervals.at("voltages"), 30s);  // the profile's
  EXPECT_EQ(p.offline_after, 7U);
  const auto& q = configuration.devices.at(1);
  EXPECT_EQ(q.channel, "a");
  EXPECT_EQ(q.intervals.at("status"), 1s);
  EXPECT_EQ(q.offline_after, 1U);
}

TEST(Configuration, a_device_may_be_named_and_written_to) {
  const auto configuration = valid(file_of(
      channels, "devices: {p: {profile: orion1000, name: \"Bo's pack\", allow_writes: [allow_charge]}}\n",
      sinks));
  EXPECT_EQ(configuration.devices.at(0).name, "Bo's pack");
  EXPECT_EQ(configuration.devices[0].address, 1U);  // the profile's default
  EXPECT_EQ(configuration.devices[0].allow_writes, std::vector<std::string>{"allow_charge"});
}

TEST(Configuration, an_mqtt_sink_with_everything) {
  const auto configuration = valid(file_of(
      channels, devices,
      "sinks:\n  mqtt:\n    url: mqtts://broker.lan\n    username: u\n    password: p\n    client_id: c\n"
      "    topic_prefix: site/a\n    commands: false\n    qos: 0\n    retain: false\n    per_reading_topics: "
      "true\n    mode: "
      "on_change\n"
      "    deadband: {pack_voltage: 0.05, cell_voltage: 0.003}\n    heartbeat: 1h\n    keepalive: 15s\n    "
      "version: 3.1.1\n    "
      "max_queue: 5\n"
      "    max_queue_bytes: 65536\n    state_file: topics\n"
      "    tls: {ca_file: ca.pem, certificate_file: /c.pem, key_file: /k.pem, key_password: kp, verify: "
      "false}\n"
      "    home_assistant: {enabled: false, prefix: ha, birth_topic: ha/born, node_id: Bus-2, expire_factor: "
      "0}\n"));
  sink::mqtt::Options expected;
  expected.url = "mqtts://broker.lan:8883";
  expected.username = "u";
  expected.password = "p";
  expected.client_id = "c";
  expected.topic_prefix = "site/a";
  expected.commands = false;
  expected.qos = 0;
  expected.retain = false;
  expected.per_reading_topics = true;
  expected.mode = sink::mqtt::PublishMode::on_change;
  expected.deadband = {{"pack_voltage", 0.05}, {"cell_voltage", 0.003}};
  expected.heartbeat = 1h;
  expected.keepalive = 15s;
  expected.version = 4;
  expected.max_queue = 5;
  expected.max_queue_bytes = 65536;
  expected.state_file = "topics";
  expected.tls = sink::mqtt::TlsOptions{"ca.pem", "/c.pem", "/k.pem", "kp", false};
  expected.home_assistant.enabled = false;
  expected.home_assistant.prefix = "ha";
  expected.home_assistant.birth_topic = "ha/born";
  expected.home_assistant.node_id = "Bus-2";
  expected.home_assistant.expire_factor = 0;
  EXPECT_EQ(std::get<sink::mqtt::Options>(configuration.sinks.at(0)), expected);
}

TEST(Configuration, an_mqtts_url_is_enough_for_tls) {
  const auto configuration =
      valid(file_of(channels, devices, "sinks: {mqtt: {url: \"mqtts://b\", home_assistant: false}}\n"));
  const auto& mqtt = std::get<sink::mqtt::Options>(configuration.sinks.at(0));
  ASSERT_TRUE(mqtt.tls);
  EXPECT_TRUE(mqtt.tls->verify);
  EXPECT_FALSE(mqtt.home_assistant.enabled);
}

TEST(Configuration, sinks_of_one_type_have_ids_of_their_own) {
  const auto configuration = valid(file_of(
      channels, devices,
      "sinks:\n  http: {port: 1234, address: \"::1\", max_connections: 2, timeout: 1s}\n"
      "  node: {type: textfile, path: /x/a.prom, mode: 0640, backups: 2, interval: 1min}\n"
      "  other: {type: textfile, path: b.prom}\n  console: {type: screen, format: jsonl, colour: never}\n"));
  EXPECT_EQ(std::get<sink::prometheus::HttpOptions>(configuration.sinks.at(0)),
            (sink::prometheus::HttpOptions{"http", "::1", 1234, 2, 1s}));
  EXPECT_EQ(std::get<sink::prometheus::TextfileOptions>(configuration.sinks.at(1)),
            (sink::prometheus::TextfileOptions{"node", "/x/a.prom", 0640, 2, 1min}));
  EXPECT_EQ(std::get<sink::prometheus::TextfileOptions>(configuration.sinks.at(2)).path, "b.prom");
  const auto& screen = std::get<sink::screen::Options>(configuration.sinks.at(3));
  EXPECT_EQ(screen.name, "console");
  EXPECT_EQ(screen.format, sink::screen::Format::jsonl);
  EXPECT_EQ(screen.colour, sink::screen::Colour::never);
}

TEST(Configuration, paths_start_at_the_directory_of_the_file) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path("profiles"));
  const auto path = directory.write(
      "busbar.yaml", file_of("profiles: profiles\nstate_directory: state\n", channels, devices) +
                         "sinks: {mqtt: , textfile: {path: out/b.prom}}\n");
  const Loaded result = load_configuration(path, {});
  ASSERT_TRUE(result.configuration) << result.findings.text();
  EXPECT_EQ(result.configuration->profiles_directory, directory.path("profiles"));
  EXPECT_EQ(result.configuration->state_directory, directory.path("state"));
  EXPECT_EQ(std::get<sink::mqtt::Options>(result.configuration->sinks.at(0)).state_file,
            directory.path("state/mqtt.topics"));
  EXPECT_EQ(std::get<sink::prometheus::TextfileOptions>(result.configuration->sinks.at(1)).path,
            directory.path("out/b.prom"));
}

TEST(Configuration, the_state_directory_of_the_service_manager_is_the_default) {
  const auto environment = test::environment_of({{"STATE_DIRECTORY", "/var/lib/busbar:/var/lib/other"}});
  EXPECT_EQ(valid(file_of(channels, devices, sinks), environment).state_directory, "/var/lib/busbar");
  EXPECT_EQ(valid(file_of("state_directory: \"\"\n", channels, devices) + std::string(sinks), environment)
                .state_directory,
            "");
}

struct Warned {
  const char* sinks;
  const char* expected;
};

void PrintTo(const Warned& one, std::ostream* out) { *out << testing::PrintToString(one.sinks); }

class Warns : public testing::TestWithParam<Warned> {};

TEST_P(Warns, about_what_is_valid_but_hardly_meant) {
  const Loaded result = loaded(file_of(channels, devices, GetParam().sinks));
  EXPECT_TRUE(result.configuration) << result.findings.text();
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0], GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, Warns,
    testing::Values(
        Warned{"sinks: {mqtt: {url: \"mqtt://10.0.0.1\", username: u, password: hunter2}}\n",
               "busbar.yaml:4:63: the password for 10.0.0.1 goes over the network unencrypted; use mqtts:// "
               "if the "
               "broker can"},
        Warned{"sinks: {mqtt: {url: \"mqtts://b\", tls: {verify: false}}}\n",
               "busbar.yaml:4:48: 'verify: false' accepts any certificate, also that of an attacker"},
        Warned{"sinks: {mqtt: {deadband: {pack_voltage: 1}}}\n",
               "busbar.yaml:4:16: 'deadband' has no effect unless 'mode' is on_change"},
        Warned{"sinks: {http: {address: 0.0.0.0}}\n",
               "busbar.yaml:4:25: the metrics can be read by everybody who reaches 0.0.0.0"},
        Warned{"", "busbar.yaml:1:1: there are no 'sinks': the readings go nowhere"}));

TEST(Configuration, a_password_on_this_machine_needs_no_warning) {
  for (const std::string host : {"localhost", "127.0.0.1", "[::1]"}) {
    EXPECT_TRUE(loaded(file_of(channels, devices,
                               "sinks: {mqtt: {url: \"mqtt://" + host + "\", username: u, password: p}}\n"))
                    .warnings.empty());
  }
}

TEST(Configuration, a_channel_without_device_is_a_warning) {
  const auto result = loaded(file_of("channels:\n  a: {link: \"tcp://x:1\"}\n  b: {link: \"tcp://x:2\"}\n",
                                     "devices: {p: {channel: a, profile: orion1000}}\n", sinks));
  ASSERT_EQ(result.warnings.size(), 1U);
  EXPECT_EQ(result.warnings[0], "busbar.yaml:4:3: channel 'b' has no device");
}

TEST(ConfigurationOfLinks, KnowsEveryKind) {
  const auto configuration = valid(file_of(
      "defaults: {channel: {connect_timeout: 2s, write_timeout: 3s}}\n"
      "channels:\n  a: {link: \"udp://gateway:26\"}\n  b: {link: \"unix:/run/gateway.sock\"}\n"
      "  c: {link: \"exec:ssh gateway cat\", baud: 2400}\n  d: {link: \"hidraw:/dev/hidraw0?pad=none\"}\n",
      "devices: {pack1: {profile: orion1000, address: 1, channel: a}}\n", sinks));
  const auto& udp = std::get<link::UdpOptions>(configuration.channels.at(0).link);
  EXPECT_EQ(udp, (link::UdpOptions{"gateway", 26, 2s, 3s}));
  const auto& unix_socket = std::get<link::UnixOptions>(configuration.channels.at(1).link);
  EXPECT_EQ(unix_socket, (link::UnixOptions{"/run/gateway.sock", 2s, 3s}));
  EXPECT_EQ(std::get<link::ExecOptions>(configuration.channels.at(2).link),
            (link::ExecOptions{"ssh gateway cat", 3s}));
  EXPECT_EQ(configuration.channels.at(2).channel.baud, 2400U) << "for the budget of the wire behind it";
  EXPECT_EQ(std::get<link::HidrawOptions>(configuration.channels.at(3).link),
            (link::HidrawOptions{"/dev/hidraw0", false, true, 3s}));
}

}  // namespace
}  // namespace busbar::app
