// The daemon on a real message bus of its own: what busctl gets from it, and what it says where the bus
// refuses it.
#include "support/finished.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace busbar::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A message bus below a directory, on which everybody may do anything but what `forbidden` says.
class MessageBus {
 public:
  explicit MessageBus(const TemporaryDirectory& directory, const std::string& forbidden = "")
      : address_{"unix:path=" + directory.path() + "/bus"},
        process_{
            {"dbus-daemon", "--nofork", "--print-address",
             "--config-file=" +
                 directory.write(
                     "bus.conf",
                     "<busconfig><type>system</type><auth>EXTERNAL</auth><listen>" + address_ +
                         "</listen><policy context=\"default\"><allow user=\"*\"/><allow own=\"*\"/>"
                         "<allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>" +
                         forbidden + "</policy></busconfig>")}} {
    EXPECT_TRUE(eventually([this] { return process_.out().find(address_) != std::string::npos; }))
        << process_.err();
  }
  [[nodiscard]] std::map<std::string, std::string> environment() const {
    return {{"DBUS_SYSTEM_BUS_ADDRESS", address_}};
  }
  [[nodiscard]] Finished call(std::vector<std::string> method) const {
    std::vector<std::string> command{"busctl",
                                     "--address=" + address_,
                                     "call",
                                     "org.busbar.Busbar1",
                                     "/org/busbar/Busbar1",
                                     "org.busbar.Busbar1"};
    command.insert(command.end(), method.begin(), method.end());
    return run_to_end(std::move(command));
  }

 private:
  std::string address_;
  Process process_;
};

class OnTheBus : public ::testing::Test {
 protected:
  [[nodiscard]] Process start(const MessageBus& bus) const {
    const auto config = directory.write(
        "busbar.yaml", "dbus: true\n" + to_yaml({.link = packs.url(),
                                                 .packs = 2,
                                                 .intervals = "voltages: 1h, status: 1h, capacity: 1h, "
                                                              "serial_number: off",
                                                 .sinks = "  screen: {format: jsonl}\n"}));
    return Process{{BUSBAR_BINARY, "--config", config}, bus.environment()};
  }
  TemporaryDirectory directory;
  Simulator packs{BUSBAR_BINARY, {.count = 2, .faults = {"silent#2"}}};
};

TEST_F(OnTheBus, TellsItsStatusPollsAndReloads) {
  const MessageBus bus{directory};
  auto daemon = start(bus);
  ASSERT_TRUE(eventually([&] { return daemon.err().find("dbus: serving") != std::string::npos; }))
      << daemon.err();
  ASSERT_TRUE(eventually([&] { return lines_of(daemon.out()).size() == 3; })) << daemon.err();

  const auto status = bus.call({"Status"});
  EXPECT_EQ(status.code, 0) << status.err;
  EXPECT_THAT(status.out, AllOf(HasSubstr("pack1"), HasSubstr("pack2")));

  EXPECT_EQ(bus.call({"PollNow", "s", "pack1"}).code, 0);
  EXPECT_TRUE(eventually([&] { return lines_of(daemon.out()).size() == 6; }))
      << "polled at once, not in an hour";
  const auto nobody = bus.call({"PollNow", "s", "pack9"});
  EXPECT_NE(nobody.code, 0);
  EXPECT_THAT(nobody.err, HasSubstr("pack9"));

  EXPECT_EQ(bus.call({"Reload"}).code, 0);
  EXPECT_TRUE(eventually([&] { return daemon.err().find("reload") != std::string::npos; })) << daemon.err();
  EXPECT_NE(bus.call({"PollNow", "i", "1"}).code, 0) << "no such signature";
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
}

TEST_F(OnTheBus, SaysSoWhenTheNameIsRefusedAndPollsAllTheSame) {
  const MessageBus bus{directory, "<deny own=\"org.busbar.Busbar1\"/>"};
  auto daemon = start(bus);
  EXPECT_TRUE(eventually([&] {
    return daemon.err().find("the name org.busbar.Busbar1 is refused") != std::string::npos;
  })) << daemon.err();
  EXPECT_TRUE(eventually([&] { return lines_of(daemon.out()).size() == 3; })) << daemon.err();
  daemon.signal(SIGTERM);
  EXPECT_EQ(daemon.wait(), 0) << daemon.err();
}

}  // namespace
}  // namespace busbar::test
