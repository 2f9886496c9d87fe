// Counters on disk: whole or not there, and never a wrong number.
#include "virtuals/state_file.hpp"

#include "unit/sink/support.hpp"

#include <gmock/gmock.h>

#include <sys/resource.h>
#include <sys/stat.h>

namespace busbar::virtuals {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

struct StateFile : testing::Test {
  sink::test::Directory directory;
  fs::path file = directory.path / "energy.json";
  void write(std::string_view text) const { std::ofstream{file, std::ios::binary} << text; }
};

TEST_F(StateFile, WhatWasSavedIsLoadedToTheLastBit) {
  const Counters counters{{"pack1.energy_charged", 123456.789012345678}, {"bank.energy", 1e-300}, {"z.x", 0}};
  ASSERT_TRUE(save_counters(file, counters));
  EXPECT_EQ(load_counters(file).value(), counters);
  EXPECT_EQ(directory.names(), std::vector<std::string>{"energy.json"}) << "nothing temporary is left";
}

TEST_F(StateFile, NoFileIsTheBeginning) { EXPECT_THAT(load_counters(file).value(), IsEmpty()); }

TEST_F(StateFile, DamageIsToldAndGivesNoCounters) {
  for (const auto& [text, why] :
       {std::pair{"", "no JSON"},
        {"{\"version\": 1, \"watt_hours\": {\"a.b\": 1", "no JSON"},
        {"[]", "no JSON"},
        {"{\"version\": 2, \"watt_hours\": {}}", "version 1"},
        {"{\"version\": 1}", "no 'watt_hours'"},
        {"{\"version\": 1, \"watt_hours\": []}", "no 'watt_hours'"},
        {"{\"version\": 1, \"watt_hours\": {\"a.b\": \"5\"}}", "no number for a.b"},
        {"{\"version\": 1, \"watt_hours\": {\"a.b\": -1}}", "impossible value for a.b"},
        {"\x80\xFF\0", "no JSON"}}) {
    write(text);
    const auto loaded = load_counters(file);
    ASSERT_FALSE(loaded.has_value()) << text;
    EXPECT_EQ(loaded.error().code, Errc::bad_value);
    EXPECT_THAT(loaded.error().detail, HasSubstr(why));
    EXPECT_THAT(loaded.error().detail, HasSubstr(file.string()));
  }
}

TEST_F(StateFile, EveryTruncationIsNoticed) {
  ASSERT_TRUE(save_counters(file, {{"pack1.energy", 12345.678}, {"pack2.energy", 99.5}}));
  const std::string whole = sink::test::slurp(file);
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    write(whole.substr(0, length));
    EXPECT_FALSE(load_counters(file).has_value()) << length;
  }
}

TEST_F(StateFile, AHugeFileIsNotReadAtAll) {
  write(std::string(2 * 1024 * 1024, ' '));
  EXPECT_THAT(load_counters(file).error().detail, HasSubstr("larger than 1 MiB"));
}

TEST_F(StateFile, AMissingDirectoryIsAnError) {
  const auto saved = save_counters(directory.path / "none" / "energy.json", {});
  ASSERT_FALSE(saved.has_value());
  EXPECT_THAT(saved.error().detail, HasSubstr("No such file or directory"));
}

TEST_F(StateFile, AFailedWriteLeavesTheOldCounters) {
  const Counters before{{"pack1.energy", 5}};
  ASSERT_TRUE(save_counters(file, before));
  // The name of the temporary file is taken by a directory: nothing can be written.
  fs::create_directory(file.string() + ".new");
  EXPECT_FALSE(save_counters(file, {{"pack1.energy", 6}}).has_value());
  EXPECT_EQ(load_counters(file).value(), before);
}

TEST_F(StateFile, AFullDiskLeavesTheOldCounters) {
  const Counters before{{"pack1.energy", 5}};
  ASSERT_TRUE(save_counters(file, before));
  // A limit on the size of files stands in for the end of the disk; without the signal write() just fails.
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit small = old;
  small.rlim_cur = 16;
  ::setrlimit(RLIMIT_FSIZE, &small);
  const auto saved = save_counters(file, {{"pack1.energy", 6}});
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(saved.has_value());
  EXPECT_THAT(saved.error().detail, HasSubstr("cannot write"));
  EXPECT_EQ(load_counters(file).value(), before);
}

}  // namespace
}  // namespace busbar::virtuals
