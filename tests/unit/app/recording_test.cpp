// Sizes and places of recordings as people write them.
#include "app/recording.hpp"

#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace busbar::app {
namespace {

using ::testing::HasSubstr;

TEST(RecordingSizes, AreReadWithTheUsualUnits) {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"65536", 65536},
      {"64k", 65536},
      {"64K", 65536},
      {"64kiB", 65536},
      {"500k", 500 * 1024},
      {"1M", 1024 * 1024},
      {"16MiB", 16777216},
      {"1G", 1024 * 1024 * 1024},
      {"1024G", 1ULL << 40U},
      {"1048576M", 1ULL << 40U},
      {"1099511627776", 1ULL << 40U},
  };
  for (const auto& [text, bytes] : cases) EXPECT_EQ(parse_size(text), bytes) << text;
}

TEST(RecordingSizes, ThatAreNoneAreRefused) {
  for (const char* text :
       {"", "k", "M", "65535", "63k", "0", "-1", "+64k", "1.5M", "64 k", " 64k", "64k ", "64kk", "64kb",
        "64T", "64x", "1025G", "1099511627777", "0x10000", "99999999999999999999",
        // Shifted by its unit this would be a small number again: 2^34 + 1 GiB.
        "17179869185G", "18014398509481985k"})
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
}

TEST(RecordingPlaces, AreCheckedBeforeTheRunBegins) {
  const test::TemporaryDirectory directory;
  const std::string here = directory.path();
  EXPECT_EQ(check_recording({.path = here + "/a.capture"}, 1), "");
  EXPECT_EQ(check_recording({.path = here}, 1), "");
  EXPECT_EQ(check_recording({.path = here}, 3), "");
  EXPECT_EQ(check_recording({.path = ""}, 1), "no file is named to record to");
  EXPECT_THAT(check_recording({.path = here + "/a.capture"}, 3),
              HasSubstr("one file cannot hold 3 channels: name a directory that exists, or one channel"));
  EXPECT_EQ(check_recording({.path = here + "/none/a.capture"}, 1),
            "the directory " + here + "/none does not exist");
  const auto file = directory.write("file", "x");
  EXPECT_THAT(check_recording({.path = file + "/a.capture"}, 1), HasSubstr("does not exist"));
}

}  // namespace
}  // namespace busbar::app
