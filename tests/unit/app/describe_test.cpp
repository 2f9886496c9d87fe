// The text of --dry-run: complete, aligned, stable, and itself a valid configuration.
#include "app/describe_settings.hpp"
#include "app/yaml_writer.hpp"
#include "unit/app/configuration_support.hpp"

namespace busbar::app {
namespace {

using test::file_of;
using test::loaded;

std::string described(const std::string& text) {
  const Loaded result = loaded(text);
  EXPECT_TRUE(result.configuration) << result.findings.text();
  return result.configuration ? describe(*result.configuration, result.profiles) : "";
}

TEST(Describe, reads_as_people_expect) {
  const std::string text = described(file_of("channels: {rs485: {link: \"tcp://gw:26\", spacing: 100ms}}\n",
                                             "devices:\n  pack1: {profile: orion1000, intervals: {voltages: "
                                             "off, capacity: off, serial_number: off}, "
                                             "allow_writes: [allow_charge]}\n",
                                             "sinks: {screen: {}}\n"));
  EXPECT_EQ(text,
            "# busbar.yaml, with all defaults\n"
            "version: 1\n"
            "log_level: info\n"
            "dbus: false\n"
            "state_directory: \"\"\n"
            "persist_interval: 30min\n"
            "profiles: \"\"\n"
            "channels:\n"
            "  rs485:\n"
            "    link: tcp://gw:26\n"
            "    baud: 9600\n"
            "    connect_timeout: 5s\n"
            "    write_timeout: 5s\n"
            "    keepalive: 30s\n"
            "    spacing: 100ms\n"
            "    after_connect: 200ms\n"
            "    on_unit_change: 0s\n"
            "    settle: 500ms\n"
            "    timeout: 1s\n"
            "    retries: 1\n"
            "    retry_backoff: 200ms\n"
            "    reconnect:\n"
            "      min: 500ms\n"
            "      max: 1min\n"
            "    breaker:\n"
            "      failures: 3\n"
            "      probe_min: 10s\n"
            "      probe_max: 5min\n"
            "    max_queue: 1024\n"
            "devices:\n"
            "  pack1:\n"
            "    name: pack1\n"
            "    channel: rs485\n"
            "    profile: orion1000\n"
            "    address: 1\n"
            "    intervals:\n"
            "      capacity: off\n"
            "      serial_number: off\n"
            "      status: 10s\n"
            "      voltages: off\n"
            "    allow_writes: [allow_charge]\n"
            "    writes_per_minute: 6\n"
            "    polls_per_day: 0\n"
            "    offline_after: 3\n"
            "sinks:\n"
            "  screen:\n"
            "    type: screen\n"
            "    format: table\n"
            "    colour: automatic\n"
            "\n"
            "# Schedule\n"
            "#   device  query              every\n"
            "#   pack1   capacity       on demand\n"
            "#   pack1   serial_number  on demand\n"
            "#   pack1   status               10s\n"
            "#   pack1   voltages       on demand\n"
            "\n"
            "# Bus time of channel rs485 at 9600 baud\n"
            "#   device  query   every  bus time  share\n"
            "#   pack1   status    10s  161.7 ms  1.6 %\n"
            "#   all                              1.6 %\n");
}

TEST(Describe, is_itself_a_configuration_and_means_the_same) {
  const std::string text =
      file_of("log_level: debug\nstate_directory: /var/lib/busbar\n",
              "channels:\n  a: {link: \"tcp://[::1]:26\", retries: 4}\n"
              "  b: {link: \"serial:/dev/serial/by-id/usb-x?baud=19200&parity=odd&stop_bits=2\"}\n",
              "devices:\n  p: {channel: a, profile: orion1000, address: 7, name: \"Bo's \\\"pack\\\" №1: "
              "$$HOME #2\"}\n"
              "  q: {channel: b, profile: orion1000_draft, offline_after: 9, allow_writes: []}\n"
              "sinks:\n"
              "  mqtt: {url: \"mqtts://b\", mode: on_change, deadband: {pack_voltage: 0.1}, version: 5, tls: "
              "{ca_file: /ca.pem}}\n"
              "  m2: {type: mqtt, topic_prefix: two, version: 3.1.1, home_assistant: false}\n"
              "  textfile: {path: /x/a.prom, mode: 0600}\n  http: {address: \"::1\"}\n  screen: {format: "
              "json, colour: always}\n");
  const Loaded first = loaded(text);
  ASSERT_TRUE(first.configuration) << first.findings.text();
  const Loaded second = loaded(describe(*first.configuration, first.profiles));
  ASSERT_TRUE(second.configuration) << second.findings.text();
  EXPECT_EQ(second.configuration->channels, first.configuration->channels);
  EXPECT_EQ(second.configuration->devices, first.configuration->devices);
  EXPECT_EQ(second.configuration->sinks, first.configuration->sinks);
  EXPECT_EQ(second.configuration->log_level, "debug");
  EXPECT_EQ(second.configuration->state_directory, "/var/lib/busbar");
}

TEST(Describe, warns_when_the_polls_do_not_fit) {
  const std::string text = described(file_of(
      test::channels, "devices: {p: {profile: orion1000, intervals: {status: 100ms}}}\n", test::sinks));
  EXPECT_NE(text.find("\n# Warning: channel rs485: the polls asked for need "), std::string::npos) << text;
}

TEST(YamlScalar, is_plain_only_where_that_is_safe) {
  EXPECT_EQ(yaml_scalar("tcp://x:1"), "tcp://x:1");
  EXPECT_EQ(yaml_scalar("/dev/ttyUSB0"), "/dev/ttyUSB0");
  EXPECT_EQ(yaml_scalar(""), "\"\"");
  EXPECT_EQ(yaml_scalar("null"), "\"null\"");
  EXPECT_EQ(yaml_scalar("a b"), "\"a b\"");
  EXPECT_EQ(yaml_scalar("a:"), "\"a:\"");
  EXPECT_EQ(yaml_scalar("${X}"), "\"$${X}\"");
  EXPECT_EQ(yaml_scalar("a\"b\\c\n"), "\"a\\\"b\\\\c\\x0a\"");
}

}  // namespace
}  // namespace busbar::app
