// The master of an M-Bus, blocking and awaitable, against simulated meters over real TCP.
#include "client/mbus_line.hpp"
#include "unit/client/simulated_bus.hpp"

#include <busbar/client/async_mbus.hpp>
#include <busbar/client/mbus.hpp>
#include <busbar/protocol/mbus/commands.hpp>

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

#include <stdexcept>

namespace busbar::client {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

MeterAddress address(std::string_view text) { return protocol::mbus::parse_address(text).value(); }

/// Patient with who is there: a loaded machine must not fail.
MbusOptions patient(std::string endpoint) {
  return {.endpoint = std::move(endpoint), .baud = 38400, .timeout = 10s, .retries = 0};
}
/// Where nobody is to be found; those that are there may take so long each time.
MbusOptions brisk(std::string endpoint) {
  return {.endpoint = std::move(endpoint), .baud = 38400, .timeout = 400ms, .retries = 0};
}

double number(const MeterData& data, std::string_view key) {
  for (const auto& item : data.readings().items)
    if (item.quantity.key == key && std::holds_alternative<double>(item.value))
      return std::get<double>(item.value);
  ADD_FAILURE() << "no number " << key;
  return 0;
}

std::vector<std::string> ids(const Discovered& found) {
  std::vector<std::string> list;
  for (const auto& meter : found.meters) list.push_back(protocol::mbus::id_text(meter.identity.value().id));
  return list;
}

TEST(Mbus, ReadsAMeterByEitherAddress) {
  const SimulatedBus simulated{{.count = 3, .two_telegrams = true}};
  Mbus bus{patient(simulated.endpoint())};
  ASSERT_TRUE(bus.connect());
  for (const auto* text : {"1", "12345001", "1234500124400104", "1F345F01"}) {
    const auto data = bus.read_data(address(text));
    ASSERT_TRUE(data) << text << to_string(data.error());
    EXPECT_EQ(data->telegrams.size(), 2U);
    EXPECT_NEAR(number(*data, "energy"), 100000, 60);
    EXPECT_NEAR(number(*data, "energy_storage_1"), 99000, 60);
  }
}

TEST(Mbus, SaysWhoAMeterIs) {
  const SimulatedBus simulated{{.count = 2}};
  Mbus bus{patient(simulated.endpoint())};
  EXPECT_TRUE(bus.ping(address("2")));
  const auto info = bus.get_info(address("12345002"));
  ASSERT_TRUE(info) << to_string(info.error());
  EXPECT_EQ(info->primary, 2);
  EXPECT_EQ(protocol::mbus::secondary_address(info->identity.value()), "1234500224400107");
  EXPECT_EQ(info->status, 0);
  EXPECT_FALSE(info->more_telegrams);
}

TEST(Mbus, DataOutlivesItsMove) {
  const SimulatedBus simulated;
  Mbus bus{patient(simulated.endpoint())};
  MeterData kept;
  {
    auto data = bus.read_data(address("1"));
    ASSERT_TRUE(data);
    kept = std::move(*data);
  }
  EXPECT_NEAR(number(kept, "energy"), 100000, 60);
}

TEST(Mbus, SaysThatNobodyIsThere) {
  const SimulatedBus simulated;
  Mbus bus{brisk(simulated.endpoint())};
  const auto ping = bus.ping(address("9"));
  ASSERT_FALSE(ping);
  EXPECT_EQ(ping.error().code, Errc::timeout);
  EXPECT_THAT(ping.error().detail, HasSubstr("no meter acknowledges address 9"));
  EXPECT_EQ(bus.read_data(address("87654321")).error().code, Errc::timeout);
  EXPECT_EQ(bus.get_info(address("9")).error().code, Errc::timeout);
  EXPECT_EQ(bus.send(address("9"), protocol::mbus::application_reset()).error().code, Errc::timeout);
}

TEST(Mbus, SaysThatTheLinkDoesNotOpen) {
  std::string endpoint;
  {
    const SimulatedBus simulated;
    endpoint = simulated.endpoint();
  }
  Mbus bus{endpoint};
  EXPECT_EQ(bus.connect().error().code, Errc::connect_failed);
  EXPECT_EQ(bus.discover().error().code, Errc::connect_failed);
  EXPECT_THROW(Mbus{"tcp://no-port"}, std::invalid_argument);
}

TEST(Mbus, DiscoversPrimaryAddresses) {
  const SimulatedBus simulated{{.count = 3}};
  Mbus bus{brisk(simulated.endpoint())};
  std::size_t told = 0;
  DiscoverOptions options{.from = 1, .to = 5};
  options.progress = [&](const protocol::mbus::Search&) { ++told; };
  const auto found = bus.discover(std::move(options));
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_THAT(ids(*found), ElementsAre("12345001", "12345002", "12345003"));
  EXPECT_THAT(found->oddities, IsEmpty());
  EXPECT_EQ(told, 3 * 2 + 2 + 1U) << "before each request, and at the end";
  EXPECT_EQ(bus.discover({.from = 7, .to = 3}).error().code, Errc::bad_value);
}

TEST(Mbus, DiscoversSecondaryAddressesWhereAnswersCollide) {
  const SimulatedBus simulated{{.count = 3}};
  Mbus bus{brisk(simulated.endpoint())};
  DiscoverOptions options{.secondary = true};
  options.mask = *address("1234500F").selection;
  const auto found = bus.discover(std::move(options));
  ASSERT_TRUE(found) << to_string(found.error());
  EXPECT_THAT(ids(*found), ElementsAre("12345001", "12345002", "12345003"));
  EXPECT_THAT(found->oddities, IsEmpty());
}

TEST(Mbus, HearsThroughTheEchoOfAConverter) {
  const SimulatedBus simulated{{.count = 1}, {{.fault = simulate::Fault::echo}}};
  Mbus bus{brisk(simulated.endpoint())};
  const auto found = bus.discover({.from = 0, .to = 2});
  ASSERT_TRUE(found);
  EXPECT_THAT(ids(*found), ElementsAre("12345001"));
  EXPECT_THAT(found->oddities, IsEmpty()) << "an echo alone is silence";
  EXPECT_TRUE(bus.read_data(address("1")));
}

TEST(Mbus, SendsWhatChangesAMeter) {
  const SimulatedBus simulated;
  Mbus bus{brisk(simulated.endpoint())};
  EXPECT_TRUE(bus.send(address("12345001"), protocol::mbus::set_address(42)));
  EXPECT_TRUE(bus.ping(address("42")));
  EXPECT_FALSE(bus.ping(address("1")));
  EXPECT_TRUE(bus.send(address("42"), protocol::mbus::application_reset(0x50)));
  EXPECT_TRUE(bus.send(address("42"), protocol::mbus::set_baud(9600).value()));
}

TEST(Mbus, MonitorsAtAFixedRate) {
  const SimulatedBus simulated;
  Mbus bus{patient(simulated.endpoint())};
  auto monitor = bus.monitor(address("1"), 20ms);
  const auto begin = std::chrono::steady_clock::now();
  for (int n = 0; n < 3; ++n) {
    const auto data = monitor.next();
    ASSERT_TRUE(data) << to_string(data.error());
    EXPECT_NEAR(number(*data, "energy"), 100000, 60);
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 40ms);
}

TEST(Mbus, GoesAwayWhileACallIsUnderWay) {
  const SimulatedBus simulated;
  asio::io_context loop{1};
  std::optional<AsyncMbus> bus;
  bus.emplace(loop.get_executor(), patient(simulated.endpoint()));
  std::optional<Result<MeterInfo>> answer;
  asio::co_spawn(loop, bus->get_info(address("9")),
                 [&](const std::exception_ptr&, Result<MeterInfo> info) { answer.emplace(std::move(info)); });
  loop.poll();
  bus.reset();
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!answer && loop.run_one_until(deadline) != 0) {
  }
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, Errc::cancelled);
}

TEST(MbusLine, KnowsHowMetersAreWired) {
  const auto serial = [](const MbusOptions& options) {
    return std::get<link::SerialOptions>(mbus_line(options).link);
  };
  EXPECT_EQ(serial({.endpoint = "/dev/ttyUSB0"}).baud, 2400U);
  EXPECT_EQ(serial({.endpoint = "/dev/ttyUSB0"}).parity, link::Parity::even);
  EXPECT_EQ(serial({.endpoint = "/dev/ttyUSB0", .baud = 300}).baud, 300U);
  EXPECT_EQ(serial({.endpoint = "serial:/dev/ttyUSB0?baud=9600&parity=none"}).baud, 9600U);
  EXPECT_EQ(serial({.endpoint = "serial:/dev/ttyUSB0?baud=9600&parity=none"}).parity, link::Parity::none);
  const auto gateway = mbus_line({.endpoint = "tcp://gateway:10001"});
  EXPECT_GT(gateway.timing.acknowledgement, mbus_line({.endpoint = "/dev/ttyUSB0"}).timing.acknowledgement);
  EXPECT_EQ(mbus_channel({.endpoint = "x"}, gateway).spacing, gateway.timing.idle);
}

TEST(MbusCommands, AreWhatTheStandardSays) {
  using namespace protocol::mbus;
  EXPECT_EQ(to_hex(set_address(7), ' '), "51 01 7a 07");
  EXPECT_EQ(to_hex(set_baud(300).value()), "b8");
  EXPECT_EQ(to_hex(set_baud(2400).value()), "bb");
  EXPECT_EQ(to_hex(set_baud(38400).value()), "bf");
  EXPECT_FALSE(set_baud(1234));
  EXPECT_EQ(to_hex(application_reset()), "50");
  EXPECT_EQ(to_hex(application_reset(0x50)), "5050");
}

}  // namespace
}  // namespace busbar::client
