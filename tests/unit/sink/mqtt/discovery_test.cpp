// What Home Assistant is told: every payload is held against its schema and its tables, for every built-in
// profile, for names of any kind, whole and in parts.
#include "sink/mqtt/discovery.hpp"

#include "support/home_assistant.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace busbar::sink::mqtt {
namespace {

using busbar::test::home_assistant::faults;
using test::Json;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

class Discovery : public testing::Test {
 protected:
  Json payload(const DeviceRecord& device, std::optional<std::string_view> query = std::nullopt) {
    const auto text = device_discovery(context, device, query);
    EXPECT_THAT(faults(text), IsEmpty()) << text;
    return Json::parse(text);
  }
  Json components(const DeviceRecord& device, std::optional<std::string_view> query = std::nullopt) {
    return payload(device, query)["components"];
  }
  static DeviceRecord record(const DeviceDescription& description) {
    DeviceRecord device{description.id};
    device.describe(description);
    return device;
  }

  Options options;
  Topics topics{options};
  DiscoveryContext context{options, topics, "1.2.3"};
};

TEST_F(Discovery, OfTheDaemonIsTaken) {
  const auto text = bridge_discovery(context);
  EXPECT_THAT(faults(text), IsEmpty()) << text;
  const auto json = Json::parse(text);
  EXPECT_EQ(json["device"]["identifiers"], Json::parse(R"(["busbar"])"));
  EXPECT_EQ(json["device"]["sw_version"], "1.2.3");
  EXPECT_FALSE(json.contains("availability")) << "its connection has to be shown while it is away";
  const auto& connection = json["components"]["connection"];
  EXPECT_EQ(connection["state_topic"], "busbar/status");
  EXPECT_EQ(connection["device_class"], "connectivity");
  EXPECT_EQ(connection["payload_on"], "online");
  EXPECT_EQ(connection["payload_off"], "offline");
  EXPECT_EQ(json["components"]["version"]["state_topic"], "busbar/version");
}

TEST_F(Discovery, OfEveryBuiltInProfileIsTaken) {
  for (const auto* profile : test::built_in().all()) {
    SCOPED_TRACE(profile->name);
    const auto description = test::described(*profile, "shed");
    const auto device = test::with_everything(description);
    const auto all = components(device);
    for (const auto& query : description.queries) {
      const auto part = components(device, query.name);
      for (const auto* quantity : query.quantities) {
        EXPECT_EQ(part[quantity->key], all[quantity->key]) << "the same entity in either form";
      }
    }
  }
}

/// Every reading of every profile: what is shown in Home Assistant is what the profile says.
TEST_F(Discovery, EveryReadingKeepsItsUnitPrecisionAndCategory) {
  for (const auto* profile : test::built_in().all()) {
    const auto description = test::described(*profile, "shed");
    const auto all = components(test::with_everything(description));
    for (const auto& query : description.queries) {
      for (const auto* quantity : query.quantities) {
        SCOPED_TRACE(profile->name + " " + quantity->key);
        const auto& entity = all.at(quantity->key);
        const bool numeric = quantity->kind == Kind::measurement || quantity->kind == Kind::counter;
        EXPECT_EQ(entity["platform"], quantity->kind == Kind::flag ? "binary_sensor" : "sensor");
        EXPECT_EQ(entity["name"], quantity->name);
        EXPECT_EQ(entity["unique_id"], "busbar_shed_" + quantity->key);
        EXPECT_EQ(entity["state_topic"], "busbar/shed/state/" + query.name);
        EXPECT_EQ(entity.value("unit_of_measurement", ""), quantity->unit);
        EXPECT_EQ(entity.contains("suggested_display_precision"), numeric);
        if (numeric) {
          EXPECT_EQ(entity["suggested_display_precision"], quantity->precision);
          EXPECT_EQ(entity["state_class"],
                    quantity->kind == Kind::counter ? "total_increasing" : "measurement");
        }
        EXPECT_EQ(entity.contains("entity_category"), quantity->category == Category::diagnostic);
        EXPECT_EQ(entity.value("enabled_by_default", true), quantity->enabled_by_default);
        EXPECT_NE(entity["value_template"].get<std::string>().find("value_json." + quantity->key),
                  std::string::npos);
      }
    }
  }
}

TEST_F(Discovery, ClassesOfTheOrionPackAreThoseAUserExpects) {
  const auto& orion = *test::built_in().find("orion1000");
  const auto all = components(test::with_everything(test::described(orion, "shed")));
  const std::map<std::string, std::string> expected{{"pack_voltage", "voltage"},
                                                    {"cell_03_voltage", "voltage"},
                                                    {"current", "current"},
                                                    {"soc", "battery"},
                                                    {"mos_temperature", "temperature"},
                                                    {"time_to_empty", "duration"},
                                                    {"cell_voltage_delta", "voltage"},
                                                    {"charging", "battery_charging"},
                                                    {"cell_overvoltage", "problem"},
                                                    {"discharge_short_circuit", "problem"},
                                                    {"charge_mos_failure", "problem"}};
  for (const auto& [key, device_class] : expected)
    EXPECT_EQ(all.at(key)["device_class"], device_class) << key;
  for (const char* key : {"remaining_capacity", "cycles", "charge_mos", "discharge_mos", "cell_count"}) {
    EXPECT_FALSE(all.at(key).contains("device_class")) << key << ": Home Assistant has no class for it";
  }
  EXPECT_EQ(all.at("charge_mos")["platform"], "binary_sensor");
  EXPECT_EQ(all.at("cycles")["state_class"], "total_increasing");
}

TEST_F(Discovery, AFlagThatIsNotAvailableIsUnknownAndNotOff) {
  const auto all = components(record(test::pack("shed")));
  EXPECT_EQ(all["cell_overvoltage"]["value_template"],
            "{{ 'ON' if value_json.cell_overvoltage else 'OFF' if value_json.cell_overvoltage is false else "
            "none }}");
}

TEST_F(Discovery, OnlyWhatIsSureOrWasSeenIsAnnounced) {
  options.diagnostics = 0ms;
  auto device = record(test::pack("shed"));
  EXPECT_FALSE(components(device).contains("mos_temperature"));
  EXPECT_EQ(components(device).size(), 3U);
  EXPECT_TRUE(device.take(test::report("shed", "status", {{&test::temperature, 21.0}})));
  EXPECT_TRUE(components(device).contains("mos_temperature"));
}

TEST_F(Discovery, EachQueryExpiresByItsOwnInterval) {
  auto description = test::pack("shed");
  description.queries.push_back({"serial", 0s, {&test::serial}, {}});
  auto device = record(description);
  (void)device.take(test::report("shed", "serial", {{&test::serial, std::string{"A1"}}}));
  auto all = components(device);
  EXPECT_EQ(all["soc"]["expire_after"], 30);
  EXPECT_EQ(all["cell_overvoltage"]["expire_after"], 90);
  EXPECT_FALSE(all["serial_number"].contains("expire_after")) << "asked on demand only: never stale";

  options.home_assistant.expire_factor = 10;
  EXPECT_EQ(components(device)["soc"]["expire_after"], 100);
  options.home_assistant.expire_factor = 0;
  EXPECT_FALSE(components(device)["soc"].contains("expire_after"));
}

TEST_F(Discovery, WithChangesOnlyAValueOutlivesTheHeartbeat) {
  options.mode = PublishMode::on_change;
  options.heartbeat = 600500ms;
  const auto device = record(test::pack("shed"));
  EXPECT_EQ(components(device)["soc"]["expire_after"], 631);
  options.heartbeat = 0ms;
  EXPECT_FALSE(components(device)["soc"].contains("expire_after")) << "an unchanged value is never repeated";
}

TEST_F(Discovery, ADeviceIsThereWhenDaemonAndDeviceAre) {
  const auto json = payload(record(test::pack("shed")));
  EXPECT_EQ(json["availability"],
            Json::parse(R"([{"topic":"busbar/status"},{"topic":"busbar/shed/availability"}])"));
  EXPECT_EQ(json["availability_mode"], "all");
}

TEST_F(Discovery, TellsWhoWroteItAndByWhichWayTheDeviceIsReached) {
  const auto json = payload(record(test::pack("shed")));
  EXPECT_EQ(json["origin"], Json::parse(R"({"name":"busbar","sw_version":"1.2.3"})"));
  EXPECT_EQ(json["device"]["via_device"], "busbar");
  EXPECT_EQ(json["device"]["name"], "House battery");
  EXPECT_EQ(json["device"]["manufacturer"], "GoldenMate");
  EXPECT_EQ(json["device"]["identifiers"], Json::parse(R"(["busbar_shed"])"));
}

TEST_F(Discovery, RetiredReadingsAreWithdrawnByTheirBarePlatform) {
  auto device = record(test::pack("shed"));
  auto smaller = test::pack("shed");
  smaller.queries.pop_back();
  device.describe(smaller);
  EXPECT_EQ(components(device)["cell_overvoltage"], Json::parse(R"({"platform":"binary_sensor"})"));
  device.clear_retired();
  EXPECT_FALSE(components(device).contains("cell_overvoltage"));
}

TEST_F(Discovery, InPartsEveryReadingIsAnnouncedExactlyOnce) {
  auto device = test::with_everything(test::described(*test::built_in().find("orion1000"), "shed"));
  const auto whole = components(device);
  std::set<std::string> seen;
  std::vector<std::string_view> parts{diagnostics_part};
  for (const auto& [query, entry] : device.queries()) parts.push_back(query);
  for (const auto part : parts) {
    const auto json = payload(device, part);
    EXPECT_EQ(json["device"], payload(device)["device"]) << "the same device for Home Assistant";
    EXPECT_LT(json.dump().size(), payload(device).dump().size());
    for (const auto& [key, component] : json["components"].items()) {
      EXPECT_TRUE(seen.insert(key).second) << key << " is announced by two messages";
    }
  }
  EXPECT_EQ(seen.size(), whole.size());
}

/// What people and devices call things must neither break the JSON nor the schema.
TEST_F(Discovery, NamesOfAnyKindAreTaken) {
  const std::string names[] = {"The \"big\" one", "Akku für Ütliberg 🔋",   "back\\slash {{ 1/0 }}",
                               "line\nbreak",     std::string(20000, 'x'), "\xff\xfe not UTF-8 \xc3"};
  for (const auto& name : names) {
    auto description = test::pack("shed");
    description.name = name;
    description.manufacturer = name;
    description.model = name;
    Quantity odd = test::voltage;
    odd.name = name;
    description.queries.front().quantities.push_back(&odd);
    odd.key = "odd";
    description.queries.front().guaranteed.push_back(&odd);
    const auto json = payload(record(description));
    EXPECT_EQ(json["components"]["odd"]["unique_id"], "busbar_shed_odd") << "names do not go into ids";
    if (name.front() == '\xff') continue;
    EXPECT_EQ(json["device"]["name"], name);
    EXPECT_EQ(json["components"]["odd"]["name"], name);
  }
}

TEST_F(Discovery, ADeviceOrReadingWithoutANameIsCalledByItsId) {
  auto description = test::pack("shed");
  description.name = description.manufacturer = description.model = "";
  Quantity odd = test::voltage;
  odd.name = "";
  description.queries.front().quantities = description.queries.front().guaranteed = {&odd};
  const auto json = payload(record(description));
  EXPECT_EQ(json["device"]["name"], "shed");
  EXPECT_FALSE(json["device"].contains("model"));
  EXPECT_EQ(json["components"]["pack_voltage"]["name"], "pack_voltage");
}

TEST_F(Discovery, IdsOfUnusualDevicesAndNodesAreTaken) {
  options.home_assistant.node_id = "Haus-2";
  const Topics own{options};
  const DiscoveryContext other{options, own, ""};
  const auto text = device_discovery(other, record(test::pack("pack-1")));
  EXPECT_THAT(faults(text), IsEmpty()) << text;
  const auto json = Json::parse(text);
  EXPECT_EQ(json["components"]["soc"]["unique_id"], "Haus-2_pack-1_soc");
  EXPECT_EQ(json["components"]["soc"]["default_entity_id"], "sensor.pack_1_soc");
  EXPECT_FALSE(json["origin"].contains("sw_version"));
  EXPECT_THAT(faults(bridge_discovery(other)), IsEmpty()) << bridge_discovery(other);
}

TEST_F(Discovery, TheSameDeviceGivesTheSameBytes) {
  const auto description = test::described(*test::built_in().find("orion1000"), "shed");
  const auto first = test::with_everything(description);
  const auto second = test::with_everything(description);
  EXPECT_EQ(device_discovery(context, first), device_discovery(context, second));
}

TEST_F(Discovery, AnEnumerationListsItsOptions) {
  auto description = test::pack("shed");
  description.queries.front().quantities =
      description.queries.front().guaranteed = {&test::mode, &test::serial};
  const auto all = components(record(description));
  EXPECT_EQ(all["mode"]["device_class"], "enum");
  EXPECT_EQ(all["mode"]["options"], Json::parse(R"(["idle","charging","discharging"])"));
  EXPECT_FALSE(all["serial_number"].contains("options"));
}

}  // namespace
}  // namespace busbar::sink::mqtt
