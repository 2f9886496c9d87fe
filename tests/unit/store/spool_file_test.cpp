// The spool's file: order, bounds, restart, damage, a full disk, and what it costs the disk.
#include "store/spool_file.hpp"

#include "support/process.hpp"
#include "unit/store/support.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sys/resource.h>

namespace busbar::store {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using busbar::test::TemporaryDirectory;

std::string content_of(const std::string& path) {
  std::ifstream raw{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{raw}, {}};
}

class SpoolFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] SpoolFile file(Bounds bounds = {}) const { return SpoolFile{path, bounds}; }
  [[nodiscard]] std::vector<int> all_in(SpoolFile& spool) const {
    return numbers(spool.perform({.load = 100'000}, noon).loaded);
  }
  [[nodiscard]] Error::Kind kind_of_failure(SpoolFile& spool, const Order& order) const {
    try {
      (void)spool.perform(order, noon);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path)) << "which file it is about";
      return error.kind();
    }
    ADD_FAILURE() << "no error";
    return Error::Kind::other;
  }

  TemporaryDirectory directory;
  std::string path = directory.path() + "/mqtt.spool";
};

TEST_F(SpoolFileTest, IsNotMadeBeforeThereIsARecord) {
  SpoolFile spool = file();
  const auto outcome = spool.perform({.load = 10}, noon);
  EXPECT_EQ(outcome.count, 0U);
  EXPECT_FALSE(outcome.wrote);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(SpoolFileTest, GivesBackWhatItWasGivenInOrder) {
  SpoolFile spool = file();
  const auto outcome = spool.perform({.append = records(1, 5)}, noon);
  EXPECT_EQ(outcome.first_row, 1);
  EXPECT_EQ(outcome.count, 5U);
  EXPECT_EQ(outcome.oldest, record(1).timestamp);
  const auto back = spool.perform({.load = 3}, noon);
  EXPECT_THAT(numbers(back.loaded), ElementsAre(1, 2, 3));
  EXPECT_EQ(back.loaded[1].record, record(2));
  EXPECT_FALSE(back.wrote);
  EXPECT_EQ(back.loaded_up_to, 3);
  EXPECT_THAT(numbers(spool.perform({.after = back.loaded_up_to, .load = 3}, noon).loaded),
              ElementsAre(4, 5));
}

TEST_F(SpoolFileTest, SurvivesTheEndOfTheProcess) {
  {
    SpoolFile first = file();
    (void)first.perform({.append = records(1, 3)}, noon);
  }
  SpoolFile next = file();
  EXPECT_EQ(next.perform({}, noon).count, 3U);
  EXPECT_EQ(next.perform({.append = records(4, 4)}, noon).first_row, 4);
  EXPECT_EQ(all_in(next), range(1, 4));
}

TEST_F(SpoolFileTest, ErasesUpToARow) {
  SpoolFile spool = file();
  (void)spool.perform({.append = records(1, 5)}, noon);
  const auto outcome = spool.perform({.erase_up_to = 2}, noon);
  EXPECT_EQ(outcome.count, 3U);
  EXPECT_EQ(outcome.oldest, record(3).timestamp);
  EXPECT_EQ(all_in(spool), range(3, 5));
}

TEST_F(SpoolFileTest, RowsAreNotUsedAgainWhenItHasRunEmpty) {
  SpoolFile spool = file();
  (void)spool.perform({.append = records(1, 5)}, noon);
  EXPECT_EQ(spool.perform({.erase_up_to = 5}, noon).count, 0U);
  EXPECT_EQ(spool.perform({.append = records(6, 6)}, noon).first_row, 6);
}

TEST_F(SpoolFileTest, TextsMayHoldAnything) {
  Record odd = record(1);
  odd.device = std::string{"a\0b", 3};
  odd.payload = "{\"text\":\"\xC3\xA9'\\n\"}" + std::string{"\0", 1};
  SpoolFile spool = file();
  (void)spool.perform({.append = {odd}}, noon);
  EXPECT_EQ(spool.perform({.load = 1}, noon).loaded.at(0).record, odd);
}

TEST_F(SpoolFileTest, TheOldestGoWhenThereAreTooMany) {
  SpoolFile spool = file({.count = 10});
  EXPECT_EQ(spool.perform({.append = records(1, 8)}, noon).dropped, 0U);
  EXPECT_EQ(spool.perform({.append = records(9, 13)}, noon).dropped, 3U);
  EXPECT_EQ(all_in(spool), range(4, 13));
}

TEST_F(SpoolFileTest, TheOldestGoWhenTheyAreTooLarge) {
  const auto one = size_of(record(10));
  SpoolFile spool = file({.bytes = 4 * one});
  EXPECT_EQ(spool.perform({.append = records(10, 13)}, noon).dropped, 0U);
  const auto outcome = spool.perform({.append = records(14, 15)}, noon);
  EXPECT_EQ(outcome.dropped, 2U);
  EXPECT_EQ(outcome.bytes, 4 * one);
  EXPECT_EQ(all_in(spool), range(12, 15));
}

TEST_F(SpoolFileTest, TheOldestGoWhenTheyAreTooOld) {
  SpoolFile spool = file({.age = 1h});
  (void)spool.perform({.append = records(1, 5)}, noon);
  const auto outcome = spool.perform({.append = records(3600, 3600)}, noon + 1h + 3s);
  EXPECT_EQ(outcome.dropped, 2U);
  EXPECT_THAT(all_in(spool), ElementsAre(3, 4, 5, 3600));
}

TEST_F(SpoolFileTest, WhatIsInMemoryIsNotDropped) {
  SpoolFile spool = file({.count = 5});
  (void)spool.perform({.append = records(1, 5)}, noon);
  EXPECT_EQ(spool.perform({.after = 3, .append = records(6, 7)}, noon).dropped, 2U);
  EXPECT_THAT(all_in(spool), ElementsAre(1, 2, 3, 6, 7));
}

TEST_F(SpoolFileTest, ADamagedRecordIsLeftOut) {
  std::string long_text(300, 'x');
  {
    SpoolFile spool = file();
    auto three = records(1, 3);
    three[1].payload = long_text;
    (void)spool.perform({.append = three}, noon);
    spool.close();
  }
  std::fstream raw{path, std::ios::in | std::ios::out | std::ios::binary};
  const std::string content{std::istreambuf_iterator<char>{raw}, {}};
  const auto place = content.find(long_text);
  ASSERT_NE(place, std::string::npos);
  raw.clear();
  raw.seekp(static_cast<std::streamoff>(place) + 7);
  raw.put('y');
  raw.close();
  SpoolFile spool = file();
  const auto outcome = spool.perform({.load = 10}, noon);
  EXPECT_THAT(numbers(outcome.loaded), ElementsAre(1, 3));
  EXPECT_EQ(outcome.damaged, 1U);
  EXPECT_EQ(outcome.loaded_up_to, 3);
}

TEST_F(SpoolFileTest, WhatIsNoDatabaseIsSaidToBeDamagedAndCanBeSetAside) {
  directory.write("mqtt.spool", std::string(5000, 'n'));
  SpoolFile spool = file();
  EXPECT_EQ(kind_of_failure(spool, {.append = records(1, 1)}), Error::Kind::corrupt);
  EXPECT_EQ(spool.set_aside(), path + ".damaged");
  EXPECT_EQ(std::filesystem::file_size(path + ".damaged"), 5000U);
  EXPECT_EQ(spool.perform({.append = records(1, 1)}, noon).count, 1U);
}

TEST_F(SpoolFileTest, TheDatabaseOfAnotherProgramIsNotTouched) {
  {
    Database other{path, Database::Access::exclusive};
    other.execute("CREATE TABLE events(a)");
  }
  SpoolFile spool = file();
  EXPECT_EQ(kind_of_failure(spool, {.append = records(1, 1)}), Error::Kind::corrupt);
}

TEST_F(SpoolFileTest, AnyDamageToThePagesIsAnErrorOrHarmless) {
  {
    SpoolFile spool = file();
    (void)spool.perform({.append = records(1, 400)}, noon);
    spool.close();
  }
  const std::string content = content_of(path);
  std::minstd_rand random{7};
  for (int round = 0; round < 200; ++round) {
    auto damaged = content;
    for (int i = 0; i < 20; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    if (round % 4 == 0) damaged.resize(random() % damaged.size());
    directory.write("mqtt.spool", damaged);
    SpoolFile spool = file();
    try {
      const auto outcome = spool.perform({.append = records(401, 401), .load = 1000}, noon);
      for (const auto& stored : outcome.loaded) {
        ASSERT_EQ(stored.record, record(std::stoi(stored.record.payload))) << "round " << round;
      }
    } catch (const Error&) {
      // a clear error is as good
    }
  }
}

/// The moments at which a power cut may leave a WAL of `size` bytes that was being written: at and beside the
/// borders of its header and its frames (SQLite file format, section 4.1), and at every 397th byte.
std::set<std::size_t> cuts_of_a_wal(std::size_t size) {
  constexpr std::size_t header = 32, frame_header = 24, page = 4096;
  std::set<std::size_t> cuts{size};
  for (std::size_t cut = 0; cut < size; cut += 397) cuts.insert(cut);
  for (std::size_t frame = header; frame < size; frame += frame_header + page) {
    for (const std::size_t cut : {frame - 1, frame, frame + 1, frame + frame_header})
      cuts.insert(std::min(cut, size));
  }
  return cuts;
}

TEST_F(SpoolFileTest, APowerCutAtAnyByteLeavesAllThatWasWrittenBefore) {
  constexpr int transactions = 6;
  std::string database, wal;
  std::vector<std::size_t> synced;  // size of the WAL after each transaction
  {
    SpoolFile spool = file();
    for (int i = 1; i <= transactions; ++i) {
      (void)spool.perform({.append = records(i, i)}, noon);
      synced.push_back(std::filesystem::file_size(path + "-wal"));
    }
    database = content_of(path);
    wal = content_of(path + "-wal");
  }
  ASSERT_EQ(wal.size(), synced.back()) << "the WAL grows with every transaction";
  const TemporaryDirectory images;
  for (const std::size_t cut : cuts_of_a_wal(wal.size())) {
    const auto image = images.write("mqtt.spool", database);
    images.write("mqtt.spool-wal", wal.substr(0, cut));
    SpoolFile spool{image, {}};
    const auto whole = std::ranges::count_if(synced, [&](std::size_t size) { return size <= cut; });
    const auto loaded = spool.perform({.load = 100}, noon).loaded;
    ASSERT_EQ(std::ssize(loaded), whole) << "cut at byte " << cut << " of " << wal.size();
    for (int i = 0; i < whole; ++i) ASSERT_EQ(loaded[i].record, record(i + 1)) << "cut at byte " << cut;
    ASSERT_EQ(spool.perform({.append = records(9, 9)}, noon).count, static_cast<std::size_t>(whole) + 1);
  }
}

TEST_F(SpoolFileTest, ASecondProcessIsToldThatTheFileIsInUse) {
  SpoolFile first = file();
  (void)first.perform({.append = records(1, 1)}, noon);
  SpoolFile second = file();
  EXPECT_EQ(kind_of_failure(second, {.append = records(2, 2)}), Error::Kind::busy);
  EXPECT_EQ(all_in(first), range(1, 1));
}

TEST_F(SpoolFileTest, AMissingDirectoryIsAnErrorThatNamesIt) {
  SpoolFile spool{directory.path() + "/none/mqtt.spool", {}};
  try {
    (void)spool.perform({.append = records(1, 1)}, noon);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), Error::Kind::other);
    EXPECT_THAT(error.what(), HasSubstr("/none/mqtt.spool"));
  }
}

/// No file of this process may grow beyond the limit while it lives: a disk that is full.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

TEST_F(SpoolFileTest, AFullDiskIsAnErrorAndNothingIsHalfWritten) {
  SpoolFile spool = file();
  (void)spool.perform({.append = records(1, 100)}, noon);
  {
    const FileSizeLimit limit{200 * 1024};
    int written = 100;
    for (;; written += 500) {
      ASSERT_LT(written, 100'000) << "the limit does not work";
      try {
        (void)spool.perform({.append = records(written + 1, written + 500)}, noon);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::full) << error.what();
        break;
      }
    }
    // Reading goes on.
    EXPECT_EQ(all_in(spool), range(1, written));
  }
  const auto before = spool.perform({}, noon).count;
  EXPECT_EQ(spool.perform({.append = records(1, 500)}, noon).count, before + 500);
}

TEST_F(SpoolFileTest, AnEmptiedFileGivesItsSpaceBack) {
  SpoolFile spool = file();
  auto many = records(1, 4000);
  for (auto& one : many) one.payload.append(1000, 'x');
  (void)spool.perform({.append = many}, noon);
  EXPECT_EQ(spool.perform({.erase_up_to = 4000}, noon).count, 0U);
  spool.close();
  EXPECT_LT(std::filesystem::file_size(path), 100'000U);
  EXPECT_FALSE(std::filesystem::exists(path + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(path + "-shm"));
}

}  // namespace
}  // namespace busbar::store
