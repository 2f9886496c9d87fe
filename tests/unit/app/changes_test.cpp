// What a reload restarts, and above all what it leaves alone.
#include "app/changes.hpp"

#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

#include <string>

namespace busbar::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two lines with a pack each, and two outputs.
struct Parts {
  std::string cellar = "link: \"tcp://cellar:26\"";
  std::string attic = "link: \"tcp://attic:26\"";
  std::string pack1 = "profile: orion1000, channel: cellar, address: 1";
  std::string pack2 = "profile: orion1000, channel: attic, address: 2";
  std::string more_devices{};
  std::string sinks = "screen: {}, http: {port: 9878}";
};

app::Setup setup(const Parts& parts) {
  const std::string text = "version: 1\nchannels:\n  cellar: {" + parts.cellar + "}\n  attic: {" +
                           parts.attic + "}\ndevices:\n  pack1: {" + parts.pack1 + "}\n" +
                           (parts.pack2.empty() ? "" : "  pack2: {" + parts.pack2 + "}\n") +
                           parts.more_devices + "sinks: {" + parts.sinks + "}\n";
  Loaded loaded = test::loaded(text);
  EXPECT_EQ(loaded.findings.text(), "");
  return {loaded.configuration.value_or(Configuration{}), std::move(loaded.profiles)};
}

Changes changes(const Parts& before, const Parts& after) { return compare(setup(before), setup(after)); }

TEST(Changes, FromNothingEverythingStarts) {
  const auto all = compare({}, setup({}));
  EXPECT_THAT(all.sinks.start, ElementsAre("screen", "http"));
  EXPECT_THAT(all.channels.start, ElementsAre("cellar", "attic"));
  EXPECT_THAT(all.devices.start, ElementsAre("pack1", "pack2"));
  EXPECT_THAT(all.devices.stop, IsEmpty());
}

TEST(Changes, TheSameFileAgainChangesNothing) { EXPECT_EQ(changes({}, {}), Changes{}); }

TEST(Changes, ADeviceRestartsAlone) {
  const auto found = changes({}, {.pack2 = Parts{}.pack2 + ", intervals: {status: 1min}"});
  EXPECT_EQ(found, (Changes{.devices = {.stop = {"pack2"}, .start = {"pack2"}}}));
}

TEST(Changes, ANewNameIsAChangeOfTheDevice) {
  const auto found = changes({}, {.pack1 = Parts{}.pack1 + ", name: Cellar"});
  EXPECT_THAT(found.devices.start, ElementsAre("pack1"));
}

TEST(Changes, AChannelTakesItsDevicesAlong) {
  const auto found = changes({}, {.attic = "link: \"tcp://attic:27\""});
  EXPECT_EQ(found, (Changes{.channels = {.stop = {"attic"}, .start = {"attic"}},
                            .devices = {.stop = {"pack2"}, .start = {"pack2"}}}));
}

TEST(Changes, ADeviceMayMoveToAnotherChannel) {
  const auto found = changes({}, {.pack2 = "profile: orion1000, channel: cellar, address: 2"});
  EXPECT_THAT(found.devices.start, ElementsAre("pack2"));
  EXPECT_THAT(found.channels.stop, ElementsAre("attic")) << "nobody is left on it";
  EXPECT_THAT(found.channels.start, IsEmpty());
}

TEST(Changes, NewAndRemovedDevicesLeaveTheOthersAlone) {
  const Parts more{.more_devices = "  pack3: {profile: orion1000, channel: cellar, address: 3}\n"};
  EXPECT_EQ(changes({}, more), (Changes{.devices = {.stop = {}, .start = {"pack3"}}}));
  EXPECT_EQ(changes(more, {}),
            (Changes{.devices = {.stop = {"pack3"}, .start = {}}, .forgotten = {"pack3"}}));
}

TEST(Changes, VirtualReadingsRestartNoDevice) {
  const std::string power = ", virtual: {power: {expression: pack_voltage * current, unit: W}}";
  const auto added = changes({}, {.pack1 = Parts{}.pack1 + power});
  EXPECT_EQ(added, (Changes{.redescribed = {"pack1"}}));
  // How it is computed is no news for the outputs; what it is called is.
  const std::string other = ", virtual: {power: {expression: 2 * pack_voltage * current, unit: W}}";
  EXPECT_EQ(changes({.pack1 = Parts{}.pack1 + power}, {.pack1 = Parts{}.pack1 + other}), Changes{});
  const std::string renamed = ", virtual: {power: {expression: pack_voltage * current, unit: W, name: P}}";
  EXPECT_EQ(changes({.pack1 = Parts{}.pack1 + power}, {.pack1 = Parts{}.pack1 + renamed}),
            (Changes{.redescribed = {"pack1"}}));
}

TEST(Changes, VirtualDevicesComeAndGoAlone) {
  const std::string bank = "virtual_devices: {bank: {virtual: {soc: {expression: pack1.soc}}}}\n";
  const std::string named =
      "virtual_devices: {bank: {name: Bank, virtual: {soc: {expression: pack1.soc}}}}\n";
  EXPECT_EQ(changes({}, {.more_devices = bank}), (Changes{.virtual_devices = {"bank"}}));
  EXPECT_EQ(changes({.more_devices = bank}, {.more_devices = named}), (Changes{.virtual_devices = {"bank"}}));
  EXPECT_EQ(changes({.more_devices = bank}, {}), (Changes{.forgotten = {"bank"}}));
}

TEST(Changes, AnOutputRestartsAlone) {
  EXPECT_EQ(changes({}, {.sinks = "screen: {}, http: {port: 9879}"}),
            (Changes{.sinks = {.stop = {"http"}, .start = {"http"}}}));
  EXPECT_EQ(changes({}, {.sinks = "screen: {}"}), (Changes{.sinks = {.stop = {"http"}, .start = {}}}));
}

TEST(Changes, AnEditedProfileRestartsItsDevices) {
  const auto text = [](int interval) {
    return "profile: meter\nprotocol: orion\nmanufacturer: M\nmodel: N\ndescription: D.\ntested: nothing\n"
           "address: {default: 1, max: 254}\nqueries:\n  q:\n    description: D.\n    command: 0xFF03\n"
           "    interval: " +
           std::to_string(interval) +
           "s\n    length: {min: 1, max: 1}\n    fields:\n      - {key: n, at: 0, type: u8, unit: V, range: "
           "[0, 9]}\n";
  };
  const auto with_profile = [&](int interval) {
    const test::TemporaryDirectory directory;
    directory.write("meter.yaml", text(interval));
    Loaded loaded = test::loaded("version: 1\nprofiles: " + directory.path() +
                                 "\nchannels: {bus: {link: \"tcp://host:26\"}}\n"
                                 "devices:\n  a: {profile: meter, address: 1, intervals: {q: 5s}}\n"
                                 "  b: {profile: orion1000, address: 2}\nsinks: {screen: {}}\n");
    EXPECT_EQ(loaded.findings.text(), "");
    loaded.configuration->profiles_directory.clear();
    return app::Setup{std::move(*loaded.configuration), std::move(loaded.profiles)};
  };
  EXPECT_EQ(compare(with_profile(10), with_profile(10)), Changes{});
  EXPECT_EQ(compare(with_profile(10), with_profile(20)),
            (Changes{.devices = {.stop = {"a"}, .start = {"a"}}}));
}

}  // namespace
}  // namespace busbar::app
