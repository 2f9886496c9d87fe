// The blocking client against simulated packs over real TCP.
#include "unit/client/simulated_packs.hpp"

#include <busbar/client/client.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <stdexcept>

namespace busbar::client {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

Options quick(std::string endpoint) {
  Options options{.endpoint = std::move(endpoint), .profile = "orion1000"};
  options.timeout = 10s;  // for what is answered: a loaded machine must not fail
  options.spacing = 0ms;
  options.after_connect = 0ms;
  options.deadline = 20s;
  options.retries = 0;
  return options;
}

const Reading* find(const Report& report, std::string_view key) {
  const auto found = std::ranges::find_if(
      report.readings, [key](const Reading& reading) { return reading.quantity->key == key; });
  return found == report.readings.end() ? nullptr : &*found;
}

double number(const Report& report, std::string_view key) {
  const Reading* const reading = find(report, key);
  if (reading == nullptr || !std::holds_alternative<double>(reading->value)) {
    ADD_FAILURE() << "no number " << key;
    return 0;
  }
  return std::get<double>(reading->value);
}

TEST(Client, ReadsAPack) {
  simulate::OrionOptions packs;
  packs.pack.cells = 16;
  SimulatedPacks simulated{packs};
  Client client{simulated.endpoint(), "orion1000"};

  const auto voltages = client.read(1, "voltages");
  ASSERT_TRUE(voltages.has_value()) << to_string(voltages.error());
  EXPECT_EQ(voltages->device, "orion1000_1");
  EXPECT_EQ(voltages->query, "voltages");
  EXPECT_EQ(voltages->sequence, 1U);
  EXPECT_EQ(number(*voltages, "cell_count"), 16);
  EXPECT_GT(number(*voltages, "cell_16_voltage"), 2.5);
  EXPECT_LT(number(*voltages, "cell_16_voltage"), 4);

  const auto capacity = client.read(1, "capacity");
  ASSERT_TRUE(capacity.has_value()) << to_string(capacity.error());
  EXPECT_EQ(capacity->sequence, 2U);
  EXPECT_GE(number(*capacity, "soc"), 0);
  EXPECT_LE(number(*capacity, "soc"), 100);
  EXPECT_EQ(simulated.counters().connections, 1U) << "one connection serves all reads";
}

TEST(Client, KeepsDevicesOfOneBusApart) {
  SimulatedPacks simulated{{.count = 2}};
  Client client{quick(simulated.endpoint())};
  const auto first = client.read(1, "status");
  const auto second = client.read(2, "status");
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first->device, "orion1000_1");
  EXPECT_EQ(second->device, "orion1000_2");
  EXPECT_EQ(second->sequence, 1U) << "counted for each device by itself";
}

TEST(Client, NamesTheQueries) {
  const Client client{"tcp://127.0.0.1:1", "orion1000"};
  EXPECT_THAT(client.queries(), Contains("voltages"));
  EXPECT_THAT(client.queries(), Contains("forbid_charge"));
}

TEST(Client, SaysThatAPackDoesNotAnswer) {
  SimulatedPacks simulated;
  Options impatient = quick(simulated.endpoint());
  impatient.timeout = 50ms;
  Client client{impatient};
  for (int i = 0; i < 4; ++i) {
    const auto report = client.read(9, "status");
    ASSERT_FALSE(report.has_value());
    EXPECT_EQ(report.error().code, Errc::timeout) << "every time: whom to ask is the caller's decision";
  }
}

TEST(Client, SaysThatNobodyListens) {
  std::string endpoint;
  {
    const SimulatedPacks simulated;
    endpoint = simulated.endpoint();
  }
  auto options = quick(endpoint);
  options.deadline = 300ms;
  Client client{options};
  const auto report = client.read(1, "status");
  ASSERT_FALSE(report.has_value());
  EXPECT_THAT(to_string(report.error()), HasSubstr("127.0.0.1")) << "the error names who refused";
}

TEST(Client, ReconnectsByItself) {
  SimulatedPacks simulated;
  Options options = quick(simulated.endpoint());
  options.retries = 2;
  Client client{options};
  ASSERT_TRUE(client.read(1, "status").has_value());
  simulated.restart();
  // The loss shows during the first read after it, at the latest.
  bool again = false;
  for (int i = 0; i < 3 && !again; ++i) again = client.read(1, "status").has_value();
  EXPECT_TRUE(again);
}

TEST(Client, RefusesAnUnknownQuery) {
  Client client{"tcp://127.0.0.1:1", "orion1000"};
  const auto report = client.read(1, "voltage");
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, Errc::unknown_query);
  EXPECT_THAT(report.error().detail, HasSubstr("'voltage'"));
}

TEST(Client, WritesOnlyWhatIsAllowedByName) {
  SimulatedPacks simulated;
  Options options = quick(simulated.endpoint());
  options.allow_writes = {"forbid_charge"};
  Client client{options};

  const auto refused = client.read(1, "forbid_discharge");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Errc::not_allowed);
  EXPECT_EQ(simulated.counters().requests, 0U) << "nothing went out";

  EXPECT_TRUE(client.read(1, "forbid_charge").has_value());
  const auto status = client.read(1, "status");
  ASSERT_TRUE(status.has_value());
  ASSERT_NE(find(*status, "charge_mos"), nullptr);
  EXPECT_EQ(std::get<bool>(find(*status, "charge_mos")->value), false);
}

TEST(Client, RefusesWhatItCannotUse) {
  try {
    const Client client{"tcp://127.0.0.1:4001", "orion2000"};
    FAIL() << "an unknown profile was taken";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), HasSubstr("orion2000"));
    EXPECT_THAT(error.what(), HasSubstr("orion1000")) << "the known ones are named";
  }
  EXPECT_THROW(Client("tcp://no-port", "orion1000"), std::invalid_argument);
}

TEST(Client, MayBeMoved) {
  SimulatedPacks simulated;
  Client client{quick(simulated.endpoint())};
  ASSERT_TRUE(client.read(1, "status").has_value());
  Client moved{std::move(client)};
  EXPECT_TRUE(moved.read(1, "status").has_value());
}

}  // namespace
}  // namespace busbar::client
