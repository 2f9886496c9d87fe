// The site file that a probe prints loads, and means what was found.
#include "app/probe/site_file.hpp"

#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

namespace busbar::app::probe {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class SiteFileOf : public ::testing::Test {
 protected:
  [[nodiscard]] Hit hit(const std::string& profile, std::uint32_t address,
                        const std::string& endpoint = "tcp://gateway:26") const {
    const auto* const found = library.find(profile);
    EXPECT_NE(found, nullptr) << profile;
    return {.endpoint = endpoint,
            .protocol = found->protocol,
            .address = address,
            .profile = found,
            .readings = 9};
  }
  yaml::Findings findings;
  profile::Library library = profile::Library::load("", findings);
};

TEST_F(SiteFileOf, OneDevice) {
  EXPECT_EQ(site_file_of({hit("orion1000", 3)}),
            "version: 1\n"
            "channels:\n"
            "  bus1: {link: tcp://gateway:26}\n"
            "devices:\n"
            "  orion1000_3: {channel: bus1, profile: orion1000, address: 3}\n");
}

TEST_F(SiteFileOf, SeveralOfOneLineShareAChannel) {
  const auto configuration =
      app::test::valid(site_file_of({hit("orion1000", 1), hit("orion1000", 2), hit("orion1000", 16)}));
  ASSERT_THAT(configuration.channels, SizeIs(1));
  ASSERT_THAT(configuration.devices, SizeIs(3));
  EXPECT_EQ(configuration.devices[2].id, "orion1000_16");
  EXPECT_EQ(configuration.devices[2].address, 16U);
  EXPECT_EQ(configuration.devices[2].profile, "orion1000");
}

TEST_F(SiteFileOf, TheSameDeviceFoundAtTwoSpeedsHasTwoNames) {
  const auto configuration = app::test::valid(site_file_of(
      {hit("daly", 1, "serial:/dev/ttyUSB0?baud=9600"), hit("daly", 1, "serial:/dev/ttyUSB1?baud=19200")}));
  ASSERT_THAT(configuration.channels, SizeIs(2));
  ASSERT_THAT(configuration.devices, SizeIs(2));
  EXPECT_NE(configuration.devices[0].id, configuration.devices[1].id);
  EXPECT_NE(configuration.devices[0].channel, configuration.devices[1].channel);
  const auto& serial = std::get<link::SerialOptions>(configuration.channels[1].link);
  EXPECT_EQ(serial.path, "/dev/ttyUSB1");
  EXPECT_EQ(serial.baud, 19200U);
}

TEST_F(SiteFileOf, QuotesWhatWouldNotBeRead) {
  const auto text = site_file_of({hit("orion1000", 1, "tcp://[fe80::1]:26")});
  const auto configuration = app::test::valid(text);
  ASSERT_THAT(configuration.channels, SizeIs(1)) << text;
  EXPECT_EQ(std::get<link::TcpOptions>(configuration.channels[0].link).host, "fe80::1");
}

TEST_F(SiteFileOf, NamesWhatFitsAsWellInAComment) {
  auto twin = hit("jk02_24s", 0);
  twin.alternatives = {"jk02_32s", "jk04"};
  const auto text = site_file_of({twin});
  EXPECT_THAT(text, HasSubstr("}   # fits as well: jk02_32s, jk04\n"));
  EXPECT_THAT(app::test::valid(text).devices, SizeIs(1));
}

TEST_F(SiteFileOf, SaysWhereItsProfilesAre) {
  const app::test::TemporaryDirectory directory;
  const auto text = site_file_of({hit("orion1000", 1)}, directory.path());
  EXPECT_THAT(text, HasSubstr("profiles: "));
  EXPECT_EQ(app::test::valid(text).profiles_directory, directory.path());
}

TEST_F(SiteFileOf, EveryProfileLoads) {
  std::vector<Hit> hits;
  for (const auto* const profile : library.all())
    hits.push_back(hit(profile->name, profile->default_address,
                       "tcp://" + std::string{"gateway"} + ":" + std::to_string(1000 + hits.size())));
  EXPECT_THAT(app::test::valid(site_file_of(hits)).devices, SizeIs(hits.size()));
}

}  // namespace
}  // namespace busbar::app::probe
