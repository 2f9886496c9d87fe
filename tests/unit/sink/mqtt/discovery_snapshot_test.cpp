// The whole discovery payload of an Orion 1000 pack as it lies at the broker, and every unique id that the
// built-in profile can ever give. A change here is a change in the Home Assistant of every user.
#include "profile/frames.hpp"
#include "sink/mqtt/discovery.hpp"
#include "unit/sink/mqtt/support.hpp"

#include <busbar/protocol/codec.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

namespace busbar::sink::mqtt {
namespace {

using test::Json;

const std::filesystem::path golden_file =
    std::filesystem::path{BUSBAR_SOURCE_DIR} / "tests/data/mqtt/orion1000_discovery.json";

const char* const comment =
    "Discovery of a captured Orion 1000 pack with 4 cells, and every unique id its profile can give. When a "
    "test "
    "compares this file in vain and the change is meant, the test has written what it should be to "
    "tests/orion1000_discovery.json of the build folder: look at the difference, copy it here, and tell "
    "users in "
    "CHANGELOG.md. Never remove a line from unique_ids: history, names and dashboards hang on it.";

/// The pack of the captures: each query answered once, in the order of the profile.
DeviceRecord captured_pack(const profile::Profile& profile) {
  DeviceRecord record{"shed"};
  record.describe(test::described(profile, "shed", "House battery"));
  const auto codec = protocol::make_codec(profile.protocol, profile.dialect).value();
  profile::CounterMemory memory;
  std::set<std::string> answered;
  for (const auto& example : profile.examples) {
    const auto& query = *profile.find(example.query);
    if (query.request.write || !answered.insert(example.query).second) continue;
    auto request = query.request;
    request.address = example.address;
    const auto payload = profile::payload_of(*codec, request, example.response);
    if (!payload) {
      ADD_FAILURE() << example.name << ": " << to_string(payload.error());
      continue;
    }
    auto decoded = query.decoder.decode(*payload, memory);
    (void)record.take(test::report("shed", example.query, std::move(decoded.value().readings)));
  }
  return record;
}

std::vector<std::string> unique_ids(const Json& components) {
  std::vector<std::string> ids;
  for (const auto& [key, component] : components.items()) ids.push_back(component["unique_id"]);
  std::ranges::sort(ids);
  return ids;
}

class DiscoverySnapshot : public testing::Test {
 protected:
  DiscoverySnapshot() {
    golden = Json::parse(std::ifstream{golden_file}, nullptr, false);
    const auto& orion = *test::built_in().find("orion1000");
    now["comment"] = comment;
    now["payload"] = Json::parse(device_discovery(context, captured_pack(orion)));
    const auto all = test::with_everything(test::described(orion, "shed", "House battery"));
    now["unique_ids"] = unique_ids(Json::parse(device_discovery(context, all))["components"]);
  }
  /// Puts what the file should be beside the test programs.
  std::string advice() const {
    const auto file = std::filesystem::path{BUSBAR_BINARY_DIR} / "tests/orion1000_discovery.json";
    std::ofstream{file} << now.dump(1) << '\n';
    return "If this change is meant: look at the difference and copy " + file.string() + " to " +
           golden_file.string();
  }

  Options options;
  Topics topics{options};
  DiscoveryContext context{options, topics, "1.2.3"};
  Json golden;
  Json now;
};

TEST_F(DiscoverySnapshot, PayloadIsThatOfTheGoldenFile) {
  ASSERT_TRUE(golden.is_object()) << golden_file << " is missing. " << advice();
  const auto difference = nlohmann::json::diff(golden["payload"], now["payload"]);
  EXPECT_TRUE(difference.empty()) << difference.dump(1) << '\n' << advice();
}

TEST_F(DiscoverySnapshot, NoUniqueIdEverGoes) {
  ASSERT_TRUE(golden.is_object()) << golden_file << " is missing. " << advice();
  const auto before = golden["unique_ids"].get<std::set<std::string>>();
  const auto after = now["unique_ids"].get<std::set<std::string>>();
  EXPECT_GT(before.size(), 300U);
  for (const auto& id : before) {
    EXPECT_TRUE(after.contains(id)) << id
                                    << " is gone: every user loses the history and the settings of this "
                                    << "entity. Keep the key of the reading in the profile.";
  }
  for (const auto& id : after) EXPECT_TRUE(before.contains(id)) << id << " is new. " << advice();
}

TEST_F(DiscoverySnapshot, EveryEntityOfTheCapturedPackIsAmongThem) {
  const auto all = now["unique_ids"].get<std::set<std::string>>();
  for (const auto& id : unique_ids(now["payload"]["components"])) EXPECT_TRUE(all.contains(id)) << id;
}

}  // namespace
}  // namespace busbar::sink::mqtt
