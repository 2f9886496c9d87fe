// busbar doctor with the real program: real gateways, brokers, files and users, right and wrong ones.
#include "support/busy_gateway.hpp"
#include "support/finished.hpp"
#include "support/mosquitto.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace busbar::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

class Doctor : public ::testing::Test {
 protected:
  /// Somebody else than root, who has rights everywhere.
  [[nodiscard]] static std::vector<std::string> as_nobody(std::vector<std::string> words) {
    if (::geteuid() != 0) return words;
    words.insert(words.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    return words;
  }
  [[nodiscard]] Finished examine(const std::string& yaml, bool unprivileged = false) const {
    const auto config = directory.write("busbar.yaml", yaml);
    fs::permissions(directory.path(), fs::perms{0755});
    fs::permissions(config, fs::perms{0644});
    std::vector<std::string> words{BUSBAR_BINARY, "doctor", "--config", config};
    return run_to_end(unprivileged ? as_nobody(std::move(words)) : std::move(words));
  }
  /// The line about a subject, with its cure.
  [[nodiscard]] static std::string about(const std::string& subject, const Finished& result) {
    std::string text;
    bool inside = false;
    for (const auto& line : lines_of(result.out)) {
      const bool cure = line.starts_with("        ");
      inside = cure ? inside : line.find("  " + subject + "  ") != std::string::npos;
      if (inside) text += line + "\n";
    }
    return text;
  }
  [[nodiscard]] static std::string on(const std::string& link, const std::string& sinks = "") {
    return to_yaml({.link = link, .sinks = sinks});
  }
  TemporaryDirectory directory;
};

// --- the command
TEST_F(Doctor, ExplainsItself) {
  const auto result = run_to_end({BUSBAR_BINARY, "doctor", "--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, AllOf(HasSubstr("Usage: busbar doctor"), HasSubstr("changes nothing"),
                                HasSubstr("sudo -u busbar busbar doctor"), HasSubstr("Exit codes:")));
}

TEST_F(Doctor, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(run_to_end({BUSBAR_BINARY, "doctor", "--confg", "x"}).code, 64);
  const auto result = run_to_end({BUSBAR_BINARY, "doctor", "--config", "/dev/null", "--log-level", "loud"});
  EXPECT_EQ(result.code, 64);
  EXPECT_THAT(result.err, HasSubstr("--log-level"));
}

TEST_F(Doctor, PrintsPlainTextIntoAPipe) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = examine(on(packs.url()));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(Doctor, ColoursItsWordsOnATerminal) {
  const auto config = directory.write("busbar.yaml", on("tcp://127.0.0.1:1"));
  const auto command = std::string{"'" BUSBAR_BINARY "' doctor --config "} + config;
  const auto coloured = run_to_end({"script", "-qec", command, "/dev/null"}, {{"TERM", "xterm"}});
  EXPECT_THAT(coloured.out, HasSubstr("\x1b[31mFAIL\x1b[0m"));
  const auto plain =
      run_to_end({"script", "-qec", command, "/dev/null"}, {{"TERM", "xterm"}, {"NO_COLOR", "1"}});
  EXPECT_THAT(plain.out, AllOf(HasSubstr("FAIL"), Not(HasSubstr("\x1b["))));
}

// --- the whole site
TEST_F(Doctor, FindsAHealthySiteHealthy) {
  const Simulator packs{BUSBAR_BINARY};
  const Mosquitto broker;
  const auto result = examine(on(
      packs.url(), "  mqtt: {url: \"" + broker.url() + "\"}\n  http: {port: " + std::to_string(free_port()) +
                       "}\n  textfile: {path: " + directory.path() + "/busbar.prom}\n"));
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(result.out, Not(HasSubstr("FAIL")));
  EXPECT_THAT(about("configuration", result), HasSubstr("valid; 1 channel(s), 1 device(s), 3 sink(s)"));
  EXPECT_THAT(about("channel bus", result), HasSubstr(" ok   channel bus    " + packs.url() + " opens"));
  EXPECT_THAT(about("sink mqtt", result), HasSubstr("login without a user name accepted, MQTT 5"));
  EXPECT_THAT(about("sink http", result), HasSubstr("is free"));
  EXPECT_THAT(about("sink textfile", result), HasSubstr("can be written"));
  EXPECT_NE(about("clock", result), "");
  EXPECT_NE(about("user", result), "");
}

TEST_F(Doctor, AsksNoDeviceAnything) {
  Simulator packs{BUSBAR_BINARY};
  EXPECT_EQ(examine(on(packs.url())).code, 0);
  EXPECT_THAT(packs.stop(), HasSubstr("1 connections, 0 requests"));
}

TEST_F(Doctor, ReportsAnInvalidSiteFileWithThePlace) {
  const auto result = examine("version: 1\nchannels:\n  bus: {lnik: tcp://127.0.0.1:1}\n");
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(about("configuration", result),
              AllOf(HasSubstr("FAIL"), HasSubstr("busbar.yaml:3:"), HasSubstr("did you mean 'link'?")));
  EXPECT_THAT(about("channel bus", result), IsEmpty()) << "what is not valid is not examined further";
}

TEST_F(Doctor, ReportsAMissingSiteFile) {
  const auto result = run_to_end({BUSBAR_BINARY, "doctor", "--config", directory.path() + "/no.yaml"});
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.out, HasSubstr("there is no " + directory.path() + "/no.yaml"));
  EXPECT_THAT(result.out, MatchesRegex("(.|\n)*1 failure(.|\n)*"));
}

// --- rights
TEST_F(Doctor, NamesWhoMayReadTheSiteFileAgainstItsOwnIds) {
  const auto config = directory.write("busbar.yaml", on("tcp://127.0.0.1:1"));
  fs::permissions(directory.path(), fs::perms{0755});
  fs::permissions(config, fs::perms::none);
  const auto result = run_to_end(as_nobody({BUSBAR_BINARY, "doctor", "--config", config}));
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(about("configuration", result),
              AllOf(HasSubstr("may not be read: it belongs to user "), HasSubstr("mode 0000; this is user "),
                    HasSubstr(" in the groups "), HasSubstr("chmod")));
}

TEST_F(Doctor, ReportsADirectoryThatMayNotBeWritten) {
  const Simulator packs{BUSBAR_BINARY};
  const auto state = directory.path() + "/state";
  fs::create_directory(state);
  fs::permissions(state, fs::perms{0555});
  const auto result = examine("state_directory: " + state + "\n" + on(packs.url()), true);
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("state", result),
              AllOf(HasSubstr("FAIL"), HasSubstr(state + " may not be written: it belongs to user "),
                    HasSubstr("mode 0555"), HasSubstr("chmod")));
  EXPECT_THAT(about("channel bus", result), HasSubstr(" ok ")) << "the rest is examined all the same";
}

TEST_F(Doctor, ReportsATextfileWithoutItsDirectory) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result =
      examine(on(packs.url(), "  textfile: {path: " + directory.path() + "/no/busbar.prom}\n"));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("sink textfile", result), HasSubstr("there is no directory " + directory.path() + "/no"));
}

TEST_F(Doctor, ReportsASerialPortThatMayNotBeOpened) {
  const auto port = directory.path() + "/port";
  const Simulator packs{BUSBAR_BINARY, {.pty = port}};
  fs::permissions(port, fs::perms::none);
  const auto result = examine(on("serial:" + port), true);
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("channel bus", result), AllOf(HasSubstr(port + " may not be opened: it belongs to user "),
                                                  HasSubstr("mode 0000"), HasSubstr("this is user ")));
}

// --- links
TEST_F(Doctor, OpensASerialPort) {
  const auto port = directory.path() + "/port";
  const Simulator packs{BUSBAR_BINARY, {.pty = port}};
  const auto result = examine(on("serial:" + port));
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(about("channel bus", result), HasSubstr("serial:" + port + "?baud=9600 opens"));
}

TEST_F(Doctor, ReportsASerialPortThatIsMissingOrNone) {
  const auto missing = examine(on("serial:" + directory.path() + "/ttyUSB7"));
  EXPECT_EQ(missing.code, 75);
  EXPECT_THAT(about("channel bus", missing), HasSubstr("there is no " + directory.path() + "/ttyUSB7"));
  const auto file = directory.write("file", "");
  EXPECT_THAT(about("channel bus", examine(on("serial:" + file))), HasSubstr("is no serial port"));
}

TEST_F(Doctor, ReportsADeadPort) {
  const auto result = examine(on("tcp://127.0.0.1:" + std::to_string(free_port())));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("channel bus", result),
              AllOf(HasSubstr("FAIL"), HasSubstr("efused"), HasSubstr("check power and cable")));
}

TEST_F(Doctor, ReportsAHostThatDoesNotExist) {
  const auto result = examine(on("tcp://gateway.invalid:26"));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("channel bus", result), AllOf(HasSubstr("gateway.invalid"), HasSubstr("DNS")));
}

TEST_F(Doctor, KnowsAGatewayThatHangsUp) {
  const BusyGateway gateway{0};
  const auto result = examine(on(gateway.url()));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("channel bus", result),
              AllOf(HasSubstr("hangs up at once"), HasSubstr("one connection")));
}

TEST_F(Doctor, DoesNotBlameAGatewayThatTheDaemonHolds) {
  const BusyGateway gateway{1};
  const auto site = on(gateway.url(), "  screen: {format: jsonl}\n");
  const auto config = directory.write("busbar.yaml", site);
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  ASSERT_TRUE(eventually([&] { return daemon.err().find("connected to") != std::string::npos; }))
      << daemon.err();
  const auto result = examine(site);
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(about("channel bus", result), AllOf(HasSubstr("warn"), HasSubstr("on this machine holds it"),
                                                  HasSubstr("if that is the daemon")));
}

TEST_F(Doctor, DoesNotBlameWhatTheRunningDaemonHolds) {
  const auto port = directory.path() + "/port";
  const Simulator packs{BUSBAR_BINARY, {.pty = port}};
  const auto site = on("serial:" + port, "  http: {port: " + std::to_string(free_port()) + "}\n");
  const auto config = directory.write("busbar.yaml", site);
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  ASSERT_TRUE(eventually([&] { return daemon.err().find("pack1 is online") != std::string::npos; }))
      << daemon.err();
  const auto result = examine(site);
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(about("channel bus", result), AllOf(HasSubstr("warn"), HasSubstr("(busbar)")));
  EXPECT_THAT(about("sink http", result), AllOf(HasSubstr("warn"), HasSubstr("in use: by the daemon")));
  EXPECT_TRUE(daemon.running());
}

TEST_F(Doctor, HearsADeviceThatSpeaksByItself) {
  const Simulator charger{BUSBAR_BINARY, {.family = "vedirect", .variant = "mppt"}};
  const auto yaml = [](const std::string& url, const std::string& profile) {
    return "version: 1\nchannels: {bus: {link: \"" + url + "\"}}\ndevices: {d: {profile: " + profile + "}}\n";
  };
  const auto heard = examine(yaml(charger.url(), "victron_mppt"));
  EXPECT_EQ(heard.code, 0) << heard.out;
  EXPECT_THAT(about("channel bus", heard), HasSubstr("opens, and its device speaks"));
  const auto other = examine(yaml(charger.url(), "orion1000"));
  EXPECT_THAT(about("channel bus", other), AllOf(HasSubstr("warn"), HasSubstr("sends without being asked")));
  const Simulator silent{BUSBAR_BINARY};
  const auto missing = examine(yaml(silent.url(), "victron_mppt"));
  EXPECT_THAT(about("channel bus", missing),
              AllOf(HasSubstr("warn"), HasSubstr("is silent"), HasSubstr("19200")));
}

// --- outputs
class DoctorAtABroker : public Doctor {
 protected:
  [[nodiscard]] Finished log_in(const std::string& url, const std::string& more) const {
    return examine(on(packs.url(), "  mqtt: {url: \"" + url + "\"" + more + "}\n"));
  }
  Simulator packs{BUSBAR_BINARY};
};

TEST_F(DoctorAtABroker, LogsInWithTheRightPassword) {
  const Mosquitto broker{{.passwords = {{"meter", "right"}}}};
  const auto result = log_in(broker.url(), ", username: meter, password: right");
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(about("sink mqtt", result), HasSubstr("login as user 'meter' accepted"));
}

TEST_F(DoctorAtABroker, ReportsAWrongPasswordAndShowsNone) {
  const Mosquitto broker{{.passwords = {{"meter", "right"}}}};
  const auto result = log_in(broker.url(), ", username: meter, password: kl3ine-Katze");
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("sink mqtt", result), AllOf(HasSubstr("FAIL"), HasSubstr("check username and password")));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr("kl3ine-Katze")));
}

TEST_F(DoctorAtABroker, ReportsOneThatIsAbsent) {
  const auto result = log_in("mqtt://127.0.0.1:" + std::to_string(free_port()), "");
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("sink mqtt", result),
              AllOf(HasSubstr("FAIL"), HasSubstr("efused"), HasSubstr("that the broker runs")));
}

TEST_F(DoctorAtABroker, LeavesTheDaemonItsConnection) {
  const Mosquitto broker;
  const auto site = on(packs.url(), "  mqtt: {url: \"" + broker.url() + "\", client_id: busbar-house}\n");
  const auto config = directory.write("busbar.yaml", site);
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  ASSERT_TRUE(eventually([&] { return broker.log().find("busbar-house") != std::string::npos; }));
  EXPECT_EQ(examine(site).code, 0);
  EXPECT_THAT(broker.log(), HasSubstr("busbar-house-doctor"));
  EXPECT_THAT(broker.log(), Not(HasSubstr("already connected")));
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0);
}

TEST_F(DoctorAtABroker, SaysWhenACertificateIsNotChecked) {
  const Mosquitto broker{{.tls = make_certificates(directory)}};
  const auto checked = log_in(broker.url(), ", tls: {ca_file: " + directory.path() + "/ca.crt}");
  EXPECT_EQ(checked.code, 0) << checked.out;
  const auto unchecked = log_in(broker.url(), ", tls: {verify: false}");
  EXPECT_EQ(unchecked.code, 0) << unchecked.out;
  EXPECT_THAT(unchecked.out, HasSubstr("'verify: false' accepts any certificate"));
  const auto unknown = log_in(broker.url(), "");
  EXPECT_EQ(unknown.code, 75);
  EXPECT_THAT(about("sink mqtt", unknown), HasSubstr("ca_file"));
}

TEST_F(Doctor, KnowsAnAddressThatIsNotOfThisMachine) {
  const Simulator packs{BUSBAR_BINARY};
  const auto result = examine(on(packs.url(), "  http: {address: 192.0.2.1, port: 9878}\n"));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("sink http", result),
              AllOf(HasSubstr("cannot listen on 192.0.2.1:9878"), HasSubstr("one of this machine's")));
}

TEST_F(Doctor, WarnsOfAServerThatAnswersDifferently) {
  // The daemon's own exporter knows no path of a Pushgateway.
  const Simulator packs{BUSBAR_BINARY};
  const auto port = std::to_string(free_port());
  const auto config = directory.write("daemon.yaml", on(packs.url(), "  http: {port: " + port + "}\n"));
  Process daemon{{BUSBAR_BINARY, "--config", config}};
  const auto healthy = [&] {
    return run_to_end({BUSBAR_BINARY, "healthcheck", "--url", "http://127.0.0.1:" + port + "/healthz"})
               .code == 0;
  };
  ASSERT_TRUE(eventually(healthy)) << daemon.err();
  const auto result = examine(on(packs.url(), "  pushgateway: {url: \"http://127.0.0.1:" + port + "\"}\n"));
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(about("sink pushgateway", result),
              AllOf(HasSubstr("warn"), HasSubstr("not as Pushgateway does (HTTP 404)")));
}

TEST_F(Doctor, AsksServersThatArePushedTo) {
  const Simulator packs{BUSBAR_BINARY};
  const auto dead = std::to_string(free_port());
  const auto result =
      examine(on(packs.url(), "  pushgateway: {url: \"http://127.0.0.1:" + dead +
                                  "\"}\n  influx: {url: \"http://127.0.0.1:" + dead + "\", database: d}\n"));
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(about("sink pushgateway", result),
              AllOf(HasSubstr("FAIL"), HasSubstr("that Pushgateway runs")));
  EXPECT_THAT(about("sink influx", result), AllOf(HasSubstr("FAIL"), HasSubstr("that InfluxDB runs")));
}

}  // namespace
}  // namespace busbar::test
