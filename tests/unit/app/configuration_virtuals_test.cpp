// virtual and virtual_devices: what they become, and every mistake with its place and its remedy.
#include "app/describe_settings.hpp"
#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using test::findings_of;
using test::valid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using virtuals::Source;

/// Two packs, the first with `readings`; `more` are further lines.
std::string site(const std::string& readings, const std::string& more = "") {
  return "version: 1\nstate_directory: /var/lib/busbar\nchannels: {bus: {link: \"tcp://x:1\"}}\n" +
         std::string("defaults: {device: {profile: orion1000}}\ndevices:\n  pack1:\n    address: 1\n") +
         "    virtual:\n      " + readings + "\n  pack-2: {address: 2}\nsinks: {screen: {}}\n" + more;
}
std::string bank(const std::string& readings) {
  return site("x: {expression: soc}", "virtual_devices:\n  bank: {virtual: {" + readings + "}}\n");
}
std::string finding(const std::string& text) {
  const std::string all = findings_of(text);
  return all.empty() ? all : all.substr(0, all.size() - 1);
}
const virtuals::Definition& only(const Configuration& configuration) {
  return configuration.virtuals.definitions.at(0);
}

TEST(Virtuals, AnExpressionIsOverTheReadingsOfItsDevice) {
  const auto configuration =
      valid(site("power: {expression: pack_voltage * current, unit: W, precision: 1}"));
  const auto& power = only(configuration);
  EXPECT_EQ(power.device, "pack1");
  EXPECT_EQ(power.quantity.name, "Power");
  EXPECT_EQ(power.quantity.unit, "W");
  EXPECT_EQ(power.quantity.precision, 1);
  EXPECT_EQ(power.quantity.kind, Kind::measurement);
  const auto& rule = std::get<virtuals::Expression>(power.rule);
  EXPECT_EQ(rule.formula, "r0 * r1");
  EXPECT_THAT(rule.inputs, ElementsAre(Source{"pack1", "pack_voltage"}, Source{"pack1", "current"}));
  // Values count for three intervals; reports come with the rarest of them.
  EXPECT_EQ(configuration.virtuals.lifetimes.at({"pack1", "current"}), 30s);
  EXPECT_EQ(configuration.virtuals.expected.at("pack1"),
            configuration.devices.at(0).intervals.at("capacity"));
}

TEST(Virtuals, AReadingNamedTwiceIsOneVariable) {
  const auto configuration = valid(site("x: {expression: soc * soc + pack1.soc}"));
  EXPECT_EQ(std::get<virtuals::Expression>(only(configuration).rule).formula, "r0 * r0 + r0");
}

TEST(Virtuals, EnergyIsACounterInKilowattHours) {
  const auto configuration = valid(site(
      "power: {expression: pack_voltage * current, unit: W}\n      out: {energy: power, sign: negative}"));
  const auto& out = configuration.virtuals.definitions.at(1);
  EXPECT_EQ(out.quantity.kind, Kind::counter);
  EXPECT_EQ(out.quantity.unit, "kWh");
  EXPECT_EQ(out.quantity.device_class, "energy");
  EXPECT_EQ(out.quantity.precision, 3);
  EXPECT_EQ(std::get<virtuals::Energy>(out.rule),
            (virtuals::Energy{{"pack1", "power"}, 1, 1000, virtuals::Sign::negative, 5min}));
  EXPECT_EQ(configuration.virtuals.state_file, "/var/lib/busbar/energy.json");
  EXPECT_EQ(configuration.virtuals.persist_interval, 30min);
}

TEST(Virtuals, PowersComeInSeveralUnits) {
  const auto configuration = valid(
      site("power: {expression: current, unit: kW}\n      out: {energy: power, unit: Wh, max_gap: 1min}"));
  EXPECT_EQ(std::get<virtuals::Energy>(configuration.virtuals.definitions.at(1).rule),
            (virtuals::Energy{{"pack1", "power"}, 1000, 1, virtuals::Sign::positive, 1min}));
}

TEST(Virtuals, AVirtualDeviceReadsManyByAPattern) {
  const auto configuration = valid(bank("lowest: {expression: \"min([pack*.soc])\", unit: \"%\"}"));
  const auto& lowest = configuration.virtuals.definitions.at(1);
  EXPECT_EQ(lowest.device, "bank");
  EXPECT_EQ(std::get<virtuals::Expression>(lowest.rule).formula, "min(r0,r1)");
  EXPECT_THAT(std::get<virtuals::Expression>(lowest.rule).inputs,
              ElementsAre(Source{"pack-2", "soc"}, Source{"pack1", "soc"}));
  EXPECT_EQ(configuration.virtuals.devices.at("bank"), 10s);
  EXPECT_EQ(configuration.virtual_devices.at(0).name, "bank");
}

TEST(Virtuals, AMeterThatDescribesItselfMayHaveAnyReading) {
  const auto configuration = valid(
      "version: 1\nchannels: {bus: {link: \"tcp://x:1\"}}\ndevices:\n  heat:\n    profile: mbus\n    "
      "virtual:\n"
      "      spread: {expression: flow_temperature - return_temperature, unit: K}\n"
      "      used: {energy: power, max_gap: 1h}\n");
  const auto& definitions = configuration.virtuals.definitions;
  ASSERT_EQ(definitions.size(), 2U);
  EXPECT_THAT(std::get<virtuals::Expression>(definitions[0].rule).inputs,
              ElementsAre(Source{"heat", "flow_temperature"}, Source{"heat", "return_temperature"}));
  EXPECT_EQ(std::get<virtuals::Energy>(definitions[1].rule).watts, 1) << "meters give powers in watts";
  EXPECT_EQ(configuration.virtuals.lifetimes.at({"heat", "flow_temperature"}), 45min);
}

TEST(Virtuals, OrderInTheFileDoesNotMatter) {
  const auto configuration =
      valid(site("out: {energy: power}\n      power: {expression: 2 * half, unit: W}\n      half: "
                 "{expression: current}"));
  std::vector<std::string> keys;
  for (const auto& definition : configuration.virtuals.definitions) keys.push_back(definition.quantity.key);
  EXPECT_THAT(keys, ElementsAre("half", "power", "out"));
}

TEST(Virtuals, DefaultsGoToEveryDeviceThatHasWhatTheyRead) {
  const std::string text =
      "version: 1\nchannels: {bus: {link: \"tcp://x:1\"}}\ndefaults:\n  device:\n    profile: orion1000\n"
      "    virtual: {watts: {expression: pack_voltage * current, unit: W}, double: {expression: 2 * watts}}\n"
      "devices:\n  a: {address: 1}\n  b: {address: 2, virtual: {watts: {expression: current * 52, unit: "
      "W}}}\n"
      "sinks: {screen: {}}\n";
  const auto configuration = valid(text);
  ASSERT_EQ(configuration.virtuals.definitions.size(), 4U);
  for (const auto& definition : configuration.virtuals.definitions) {
    if (definition.quantity.key != "watts") continue;
    EXPECT_EQ(std::get<virtuals::Expression>(definition.rule).formula,
              definition.device == "a" ? "r0 * r1" : "r0 * 52");
  }
}

TEST(Virtuals, ADefaultThatNoDeviceCanHaveIsAMistake) {
  EXPECT_EQ(finding("version: 1\nchannels: {bus: {link: \"tcp://x:1\"}}\ndefaults:\n  device:\n"
                    "    virtual: {watts: {expression: pack_voltage * curent}}\n"
                    "devices:\n  a: {profile: orion1000, address: 1}\n  b: {profile: orion1000, address: 2}\n"
                    "sinks: {screen: {}}\n"),
            "busbar.yaml:5:35: device 'a' has no reading 'curent' (did you mean 'current'?)");
}

TEST(Virtuals, WithoutAStateDirectoryCountersWarn) {
  std::string text = site("power: {expression: current, unit: W}\n      out: {energy: power}");
  text.erase(text.find("state_directory"), std::string("state_directory: /var/lib/busbar\n").size());
  const Loaded result = test::loaded(text);
  ASSERT_TRUE(result.configuration);
  EXPECT_EQ(result.configuration->virtuals.state_file, "");
  EXPECT_THAT(result.warnings, testing::Contains(HasSubstr("begin at zero with every start")));
}

TEST(Virtuals, WrittenOutTheyReadTheSame) {
  const auto configuration =
      valid(site("power: {expression: \"pack_voltage * current + [pack-2.soc] * 1e-3\", unit: W, range: "
                 "[-5000, 5000.5]}\n"
                 "      in: {energy: power, name: Charged, max_gap: 2min}\n"
                 "      low: {expression: \"soc < 20 ? 1 : 0\", kind: flag, device_class: battery}",
                 "virtual_devices: {bank: {name: Bank, interval: 5s, virtual: {sum: {expression: "
                 "\"sum([pack*.soc])\"}}}}\n"
                 "persist_interval: 10min\n"));
  const auto again = valid(settings_as_yaml(configuration));
  EXPECT_EQ(again.virtuals, configuration.virtuals);
  EXPECT_EQ(again.virtual_devices, configuration.virtual_devices);
}

struct Mistake {
  std::string readings;
  std::string expected;  ///< after the place
};

void PrintTo(const Mistake& one, std::ostream* out) { *out << one.readings; }

class VirtualMistake : public testing::TestWithParam<Mistake> {};

TEST_P(VirtualMistake, is_named_with_its_remedy) {
  const std::string all = finding(site(GetParam().readings));
  EXPECT_THAT(all, HasSubstr("busbar.yaml:9:"));
  EXPECT_THAT(all, HasSubstr(GetParam().expected));
  EXPECT_EQ(all.find('\n'), std::string::npos) << "one mistake, one line: " << all;
}

INSTANTIATE_TEST_SUITE_P(
    Each, VirtualMistake,
    testing::Values(
        Mistake{"x: {expression: curent}",
                "device 'pack1' has no reading 'curent' (did you mean 'current'?)"},
        Mistake{"x: {expression: pack3.soc}",
                "there is no device 'pack3' for 'pack3.soc' (did you mean 'pack1'?)"},
        Mistake{"x: {expression: pack-2.soc}", "an id with '-' goes into brackets: [pack-2.READING]"},
        Mistake{"x: {expression: \"[pack*.power]\"}", "no reading fits '[pack*.power]'"},
        Mistake{"x: {expression: serial_number}", "'serial_number' is a text"},
        Mistake{"x: {expression: \"sum(soc\"}",
                "the expression of 'x' cannot be understood: Missing parenthesis"},
        Mistake{"x: {expression: soc soc}", "'pack1.soc'"},
        Mistake{"x: {expression: summ(soc)}", "there is no function 'summ'"},
        Mistake{"x: {expression: soc = 5}", "to compare, write '=='"},
        Mistake{"x: {expression: 5}", "'expression' of 'x' reads nothing"},
        Mistake{"x: {expression: x + 1}", "in a circle: pack1.x → pack1.x"},
        Mistake{"x: {expression: soc, energy: current}", "needs either 'expression' or 'energy'"},
        Mistake{"x: {unit: W}", "needs either 'expression' or 'energy'"},
        Mistake{"x: {energy: current}",
                "'energy' needs a power in W, kW, MW or mW; 'current' has the unit 'A'"},
        Mistake{"x: {energy: current * 2}", "'energy' must name one reading that is a power"},
        Mistake{"x: {expression: soc, sign: negative}", "'sign' has no effect beside 'expression'"},
        Mistake{"x: {expression: soc, sing: negative}",
                "unknown key 'sing' in virtual reading 'x' of device 'pack1' (did you mean 'sign'?)"},
        Mistake{"soc: {expression: current}", "device 'pack1' measures a reading 'soc' already"},
        Mistake{"X: {expression: current}", "'X' cannot be the key of a reading"},
        Mistake{"x: {expression: soc, range: [5, 1]}", "'range' must be [LEAST, GREATEST]"},
        Mistake{"x: {expression: soc, range: 5}", "'range' must be [LEAST, GREATEST]"},
        Mistake{"x: {expression: soc, device_class: powr}",
                "there is no device class 'powr' (did you mean 'power'?)"},
        Mistake{"x: {expression: soc, unit: A, device_class: power}",
                "the device class 'power' does not go with the unit 'A'"},
        Mistake{"x: {expression: soc, kind: text}",
                "'kind' must be one of measurement, counter, flag; found 'text'"},
        Mistake{"x: {expression: soc, name: \"a\\nb\"}",
                "'name' must be at most 100 bytes of text without control"},
        Mistake{"x: soc", "virtual reading 'x' of device 'pack1'"}));

TEST(Virtuals, ACircleOverDevicesIsShownWhole) {
  EXPECT_THAT(
      finding(site("x: {expression: bank.y}",
                   "virtual_devices: {bank: {virtual: {y: {expression: pack1.x}}}}\n")),
      HasSubstr("busbar.yaml:9:7: virtual readings read each other in a circle: pack1.x → bank.y → pack1.x"));
}

TEST(Virtuals, AVirtualDeviceHasAnIdOfItsOwnAndReadings) {
  EXPECT_THAT(finding(site("x: {expression: soc}",
                           "virtual_devices: {pack1: {virtual: {y: {expression: pack1.soc}}}}\n")),
              HasSubstr("there is a device 'pack1' already"));
  EXPECT_THAT(finding(site("x: {expression: soc}", "virtual_devices: {bank: {}}\n")), HasSubstr("virtual"));
  EXPECT_THAT(finding(bank("y: {expression: soc}")), HasSubstr("device 'bank' has no reading 'soc'"));
}

TEST(Virtuals, AnUnknownProfileIsTheOnlyFinding) {
  EXPECT_EQ(
      finding("version: 1\nchannels: {bus: {link: \"tcp://x:1\"}}\ndevices:\n  pack1:\n"
              "    profile: orion100\n    virtual: {power: {expression: pack_voltage * current, unit: W}}\n"
              "sinks: {screen: {}}\n"),
      "busbar.yaml:5:14: there is no profile 'orion100' (did you mean 'orion1000'?)");
}

TEST(Virtuals, ADeadbandMayNameThem) {
  std::string text = site("power: {expression: current, unit: W}");
  text.replace(text.find("sinks: {screen: {}}"), 19,
               "sinks: {mqtt: {mode: on_change, deadband: {power: 5}}}");
  (void)valid(text);
}

}  // namespace
}  // namespace busbar::app
