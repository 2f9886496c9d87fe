// Every topic as users see it: scripts, dashboards and access lists depend on the spelling.
#include "sink/mqtt/topics.hpp"

#include <gtest/gtest.h>

namespace busbar::sink::mqtt {
namespace {

TEST(Topics, AreSpelledAsDocumented) {
  const Topics topics{Options{}};
  EXPECT_EQ(topics.status(), "busbar/status");
  EXPECT_EQ(topics.version(), "busbar/version");
  EXPECT_EQ(topics.probe(), "busbar/probe");
  EXPECT_EQ(topics.diagnostics(), "busbar/diagnostics");
  EXPECT_EQ(topics.diagnostics("pack1"), "busbar/pack1/diagnostics");
  EXPECT_EQ(topics.availability("pack1"), "busbar/pack1/availability");
  EXPECT_EQ(topics.state("pack1"), "busbar/pack1/state");
  EXPECT_EQ(topics.state("pack1", "status"), "busbar/pack1/state/status");
  EXPECT_EQ(topics.reading("pack1", "soc"), "busbar/pack1/soc");
  EXPECT_EQ(topics.discovery(), "homeassistant/device/busbar/config");
  EXPECT_EQ(topics.discovery("pack1"), "homeassistant/device/busbar_pack1/config");
  EXPECT_EQ(topics.discovery("pack1", "status"), "homeassistant/device/busbar_pack1/status/config");
  EXPECT_EQ(topics.birth(), "homeassistant/status");
  EXPECT_EQ(topics.discovery_filter(), "homeassistant/device/+/config");
  EXPECT_EQ(topics.split_discovery_filter(), "homeassistant/device/+/+/config");
}

TEST(Topics, FollowTheSettings) {
  Options options;
  options.topic_prefix = "energy/busbar/";
  options.home_assistant.prefix = "ha/";
  options.home_assistant.node_id = "shed";
  const Topics topics{options};
  EXPECT_EQ(topics.status(), "energy/busbar/status");
  EXPECT_EQ(topics.discovery("pack1"), "ha/device/shed_pack1/config");
  EXPECT_EQ(topics.birth(), "ha/status");
  EXPECT_EQ(topics.object_id("pack1"), "shed_pack1");
  options.home_assistant.birth_topic = "elsewhere/birth";
  EXPECT_EQ(Topics{options}.birth(), "elsewhere/birth");
}

TEST(Topics, OfDiscoveryHaveOnlyCharactersHomeAssistantTakes) {
  Options options;
  options.home_assistant.node_id = "my.node:ü";
  const Topics topics{options};
  EXPECT_EQ(topics.discovery("pack 1"), "homeassistant/device/my_node____pack_1/config");
  EXPECT_EQ(topics.discovery("pack1", "a/b"), "homeassistant/device/my_node____pack1/a_b/config");
}

TEST(Topics, AReadingThatIsCalledLikeATopicHasNoneOfItsOwn) {
  for (const char* taken : {"state", "availability", "diagnostics"})
    EXPECT_FALSE(Topics::has_reading_topic(taken));
  EXPECT_TRUE(Topics::has_reading_topic("soc"));
  EXPECT_TRUE(Topics::has_reading_topic("state_of_health"));
}

TEST(Topics, TellWhoseAvailabilityItIs) {
  const Topics topics{Options{}};
  EXPECT_EQ(topics.device_of_availability("busbar/pack1/availability"), "pack1");
  for (const char* foreign :
       {"busbar/availability", "busbar//availability", "other/pack1/availability", "busbar/a/b/availability",
        "busbar/pack1/state", "busbar2/pack1/availability", "", "busbar", "busbar/", "/availability",
        "busbar/+/availability", "busbar/#/availability"}) {
    EXPECT_EQ(topics.device_of_availability(foreign), "") << foreign;
  }
}

TEST(Topics, TellOwnFromForeign) {
  const Topics topics{Options{}};
  EXPECT_TRUE(topics.is_own("busbar/pack1/state"));
  for (const char* foreign : {"busbar", "busbar2/pack1/state", "other/busbar/pack1", ""}) {
    EXPECT_FALSE(topics.is_own(foreign)) << foreign;
  }
  EXPECT_TRUE(topics.is_discovery("homeassistant/device/anyone/config"));
  EXPECT_TRUE(topics.is_discovery("homeassistant/device/busbar_pack1/status/config"));
  EXPECT_FALSE(topics.is_discovery("homeassistant/sensor/anyone/config"));
  EXPECT_FALSE(topics.is_discovery("homeassistant/device/anyone/set"));
}

TEST(Topics, TellWhatMayBeClearedForWhom) {
  const Topics topics{Options{}};
  EXPECT_TRUE(topics.is_of("pack1", "busbar/pack1/state/status"));
  EXPECT_TRUE(topics.is_of("", "busbar/version"));
  for (const char* foreign : {"busbar/status", "busbar/pack10/state", "busbar/pack1", "busbar/pack1/#", ""}) {
    EXPECT_FALSE(topics.is_of("pack1", foreign)) << foreign;
  }
}

TEST(Topics, WithWildcardsCannotBePublishedTo) {
  EXPECT_TRUE(is_publishable("busbar/pack1/state"));
  EXPECT_TRUE(is_publishable(std::string(65535, 'x')));
  EXPECT_FALSE(is_publishable(std::string(65536, 'x')));
  for (const std::string_view topic : {std::string_view{}, std::string_view{"a/+/b"}, std::string_view{"a/#"},
                                       std::string_view{"a\0b", 3}}) {
    EXPECT_FALSE(is_publishable(topic));
  }
}

}  // namespace
}  // namespace busbar::sink::mqtt
