// The state file: what is written reads back, and no file of any kind does harm.
#include "sink/mqtt/published.hpp"

#include "unit/sink/mqtt/support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace busbar::sink::mqtt {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Published sample() {
  Published published;
  published.devices[""].topics = {"busbar/status"};
  published.devices["shed"] = {{{"soc", "sensor"}, {"alarm", "binary_sensor"}},
                               {"busbar/shed/state", "homeassistant/device/busbar_shed/config"}};
  return published;
}

class PublishedFile : public testing::Test {
 protected:
  Published load() { return load_published(file, error); }
  void write(std::string_view text) { std::ofstream{file, std::ios::binary} << text; }

  test::Directory directory;
  std::filesystem::path file = directory.path / "mqtt.json";
  std::string error;
};

TEST_F(PublishedFile, ReadsBackWhatWasWritten) {
  EXPECT_EQ(save_published(file, sample()), "");
  EXPECT_EQ(load(), sample());
  EXPECT_EQ(error, "");
  EXPECT_THAT(directory.names(), ElementsAre("mqtt.json")) << "no other file is left";
}

TEST_F(PublishedFile, ReplacesTheEarlierOne) {
  EXPECT_EQ(save_published(file, sample()), "");
  EXPECT_EQ(save_published(file, {}), "");
  EXPECT_EQ(load(), Published{});
}

TEST_F(PublishedFile, AMissingFileIsNoError) {
  EXPECT_EQ(load(), Published{});
  EXPECT_EQ(error, "");
}

TEST_F(PublishedFile, WhatIsNoStateFileIsSaid) {
  for (const char* text :
       {"", "garbage", "[]", "{}", R"({"version":2,"devices":{}})", R"({"version":1})",
        R"({"version":1,"devices":[]})", R"({"version":1,"devices":{"shed":7}})", "{\"version\":1,"}) {
    write(text);
    EXPECT_EQ(load(), Published{}) << text;
    EXPECT_EQ(error, "not a list of published topics") << text;
  }
}

TEST_F(PublishedFile, OddEntriesAreLeftOutAndTheOthersStand) {
  write(R"({"version":1,"devices":{"shed":{"components":{"soc":"sensor","odd":3},
    "topics":["busbar/shed/state",7,"","busbar/#","busbar/+/x","a\u0000b"]},"bare":{}}})");
  const auto loaded = load();
  EXPECT_EQ(error, "");
  EXPECT_EQ(loaded.devices.at("shed").components, (std::map<std::string, std::string>{{"soc", "sensor"}}));
  EXPECT_THAT(loaded.devices.at("shed").topics, ElementsAre("busbar/shed/state"));
  EXPECT_TRUE(loaded.devices.at("bare").topics.empty());
}

/// Half a disk failure, an old release, a hand that edited it: none may end the daemon.
TEST_F(PublishedFile, ComponentsAndTopicsOfTheWrongKindDoNoHarm) {
  for (const char* text :
       {R"({"version":1,"devices":{"shed":{"components":7,"topics":"x"}}})",
        R"({"version":1,"devices":{"shed":{"components":null,"topics":null}}})",
        R"({"version":1,"devices":{"shed":{"components":["a"],"topics":{"a":"busbar/x"}}}})",
        R"({"version":"1","devices":{}})", R"({"version":1.0,"devices":{"":{}}})"}) {
    write(text);
    EXPECT_NO_THROW((void)load()) << text;
  }
}

TEST_F(PublishedFile, EveryPrefixOfAFileIsRefusedOrWhole) {
  const auto text = to_text(sample());
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto part = published_from(text.substr(0, size));
    EXPECT_TRUE(!part || *part == sample()) << size;
  }
}

TEST_F(PublishedFile, AHugeFileIsNotRead) {
  write("");
  std::filesystem::resize_file(file, 17 * 1024 * 1024);
  EXPECT_EQ(load(), Published{});
  EXPECT_THAT(error, HasSubstr("larger than 16 MiB"));
}

TEST_F(PublishedFile, WhatIsNoFileIsSaid) {
  std::filesystem::create_directory(file);
  EXPECT_EQ(load(), Published{});
  EXPECT_NE(error, "");
}

TEST_F(PublishedFile, ADirectoryThatIsGoneIsSaidWithItsName) {
  const auto gone = directory.path / "gone" / "mqtt.json";
  EXPECT_THAT(save_published(gone, sample()), HasSubstr("gone"));
}

/// A full disk: /dev/full takes no byte.
TEST_F(PublishedFile, AFullDiskIsSaidAndTheOldFileStands) {
  EXPECT_EQ(save_published(file, sample()), "");
  auto temporary = file;
  temporary += ".new";
  std::filesystem::create_symlink("/dev/full", temporary);
  EXPECT_THAT(save_published(file, {}), HasSubstr("No space left"));
  EXPECT_EQ(load(), sample());
}

TEST_F(PublishedFile, NamesOfAnyBytesAreWrittenAsText) {
  Published odd;
  odd.devices["\xff\xfe"].topics = {"busbar/\xff/state"};
  EXPECT_EQ(save_published(file, odd), "");
  (void)load();
  EXPECT_EQ(error, "");
}

}  // namespace
}  // namespace busbar::sink::mqtt
