// The recorder's files: what is in them, how large they get, and what happens when they cannot be written.
#include "channel/recorder.hpp"

#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>

namespace busbar::channel {
namespace {

using link::capture::Capture;
using link::capture::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

class Recorded : public ::testing::Test {
 protected:
  std::unique_ptr<Recorder> recorder(std::uint64_t limit = 1 << 20, bool rotate = false) {
    auto made = Recorder::create({.path = path_,
                                  .limit = limit,
                                  .rotate = rotate,
                                  .origin = std::chrono::steady_clock::now(),
                                  .header = {.version = "1", .channel = "bus", .protocol = "orion"},
                                  .on_end = [this] { ++ended_; }});
    EXPECT_TRUE(made) << to_string(made.error());
    return made ? std::move(*made) : nullptr;
  }
  static Capture read(const std::string& path) {
    auto loaded = link::capture::load(path);
    EXPECT_TRUE(loaded) << to_string(loaded.error());
    return loaded ? std::move(*loaded) : Capture{};
  }
  static std::vector<Kind> kinds(const Capture& capture) {
    std::vector<Kind> all;
    for (const auto& event : capture.events) all.push_back(event.kind);
    return all;
  }
  static void exchange(Recorder& recorder, std::uint64_t number) {
    recorder.sent(number, "pack1", "status", Bytes{0xEA, 0xD1});
    recorder.received(Bytes(100, 0x55), UtcMillis{});
    recorder.done(number, "pack1", "status", 1, std::nullopt);
  }

  busbar::test::TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/bus.capture";
  int ended_ = 0;
};

TEST_F(Recorded, IsWhatWasNotedInItsOrder) {
  auto notes = recorder();
  notes->device("pack1", "orion1000", 3);
  notes->refused(Errc::connect_failed);
  notes->opened();
  notes->sent(1, "pack1", "status", Bytes{0xEA});
  notes->received(Bytes{0x01}, UtcMillis{std::chrono::milliseconds{1234}});
  notes->expired(1);
  notes->done(1, "pack1", "status", 2, Errc::timeout);
  notes->closed();
  EXPECT_EQ(notes->exchanges(), 1u);
  EXPECT_GT(notes->bytes(), 100u);
  notes.reset();
  const auto capture = read(path_);
  EXPECT_THAT(kinds(capture), ElementsAre(Kind::device, Kind::refused, Kind::open, Kind::sent, Kind::received,
                                          Kind::expired, Kind::done, Kind::closed, Kind::end));
  EXPECT_EQ(capture.header.channel, "bus");
  EXPECT_EQ(capture.events[4].utc, UtcMillis{std::chrono::milliseconds{1234}}) << "the reader's own moment";
  EXPECT_EQ(capture.events.back().reason, "stop");
  EXPECT_EQ(ended_, 0) << "it was ended, it did not end";
}

TEST_F(Recorded, IsForOwnerAndGroupOnly) {
  recorder().reset();
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0007U, 0u);
}

TEST_F(Recorded, EndsAtItsLimitAndSaysSo) {
  auto notes = recorder(4096);
  notes->opened();
  for (std::uint64_t n = 1; n <= 100; ++n) exchange(*notes, n);
  EXPECT_EQ(ended_, 1);
  notes.reset();
  EXPECT_LE(fs::file_size(path_), 4096u + 100) << "one last line says why";
  const auto capture = read(path_);
  EXPECT_EQ(capture.events.back().kind, Kind::end);
  EXPECT_EQ(capture.events.back().reason, "limit");
}

TEST_F(Recorded, KeepsTheNewestTrafficWhenItRotates) {
  auto notes = recorder(8192, true);
  notes->device("pack1", "orion1000", 3);
  notes->opened();
  for (std::uint64_t n = 1; n <= 200; ++n) exchange(*notes, n);
  notes.reset();
  EXPECT_EQ(ended_, 0);
  EXPECT_LE(fs::file_size(path_) + fs::file_size(path_ + ".1"), 8192u + 512);
  const auto older = read(path_ + ".1");
  const auto newer = read(path_);
  EXPECT_THAT(kinds(newer), ::testing::Contains(Kind::open)) << "each file stands for itself";
  EXPECT_EQ(newer.events.front().kind, Kind::device);
  EXPECT_EQ(older.events.back().kind, Kind::done) << "the cut is between two exchanges";
  std::uint64_t newest = 0;
  for (const auto* file : {&older, &newer})
    for (const auto& event : file->events) newest = std::max(newest, event.exchange);
  EXPECT_EQ(newest, 200u);
  EXPECT_EQ(older.header.begin, newer.header.begin) << "offsets go on counting";
}

TEST_F(Recorded, KeepsAnEarlierFileBesideTheNewOne) {
  directory_.write("bus.capture", "precious");
  recorder().reset();
  std::ifstream old{path_ + ".1"};
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>{old}, {}), "precious");
}

TEST_F(Recorded, CannotBeMadeWhereNothingCanBeWritten) {
  const auto refusal = [](const std::string& path) {
    const auto made = Recorder::create({.path = path});
    return made ? std::string{"made"} : made.error().detail;
  };
  EXPECT_THAT(refusal(directory_.path() + "/none/x"), HasSubstr("No such file or directory"));
  EXPECT_THAT(refusal(directory_.path()), HasSubstr("not a file"));
  fs::create_symlink("/dev/null", directory_.path() + "/trap");
  EXPECT_THAT(refusal(directory_.path() + "/trap"), HasSubstr("not a file"));
}

/// No file of this process may grow beyond so many bytes, as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    (void)::getrlimit(RLIMIT_FSIZE, &before_);
    old_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, before_.rlim_max};
    (void)::setrlimit(RLIMIT_FSIZE, &small);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    (void)::setrlimit(RLIMIT_FSIZE, &before_);
    (void)std::signal(SIGXFSZ, old_);
  }

 private:
  rlimit before_{};
  void (*old_)(int) = nullptr;
};

TEST_F(Recorded, EndsWithoutHarmWhenTheDiskIsFull) {
  const FullDisk disk{4096};
  auto notes = recorder(1 << 24);
  notes->opened();
  std::uint64_t number = 0;
  // The writer finds out on its own thread; the recorder with the next note.
  const bool ended = busbar::test::eventually([&] {
    for (int n = 0; n < 500; ++n) exchange(*notes, ++number);
    return ended_ > 0;
  });
  EXPECT_TRUE(ended);
  exchange(*notes, ++number);
  EXPECT_EQ(ended_, 1) << "told once";
  notes.reset();
  EXPECT_EQ(fs::file_size(path_), 4096u);
  EXPECT_TRUE(read(path_).cut_off) << "what fitted can still be read";
}

}  // namespace
}  // namespace busbar::channel
