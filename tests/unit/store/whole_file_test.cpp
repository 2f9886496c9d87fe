// Files that are whole whatever happens: what is there after each kind of failure.
#include "store/whole_file.hpp"

#include "unit/sink/support.hpp"

#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

namespace busbar::store {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;
using busbar::sink::test::slurp;

struct WholeFile : testing::Test {
  busbar::sink::test::Directory directory;
  fs::path file = directory.path / "state";
  fs::path temporary = directory.path / "state.new";
};

TEST_F(WholeFile, TakesTheGoodNameWithTextAndModeWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  ASSERT_FALSE(write_new(temporary, "one", 0644));
  ::umask(before);
  EXPECT_FALSE(fs::exists(file));
  ASSERT_FALSE(move_into_place(temporary, file));
  sync_directory_of(file);
  EXPECT_EQ(slurp(file), "one");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms{0644});
  EXPECT_EQ(directory.names(), Names{"state"});
}

TEST_F(WholeFile, ReplacesWhatWasThereUnderEitherName) {
  std::ofstream{temporary} << "left over by a crash, and longer than what comes";
  std::ofstream{file} << "old";
  ASSERT_FALSE(write_new(temporary, "new", 0600));
  EXPECT_EQ(slurp(file), "old");
  ASSERT_FALSE(move_into_place(temporary, file));
  EXPECT_EQ(slurp(file), "new");
}

TEST_F(WholeFile, ALinkInItsWayIsReplacedAndNotFollowed) {
  std::ofstream{directory.path / "precious"} << "keep";
  fs::create_symlink(directory.path / "precious", temporary);
  ASSERT_FALSE(write_new(temporary, "text", 0600));
  EXPECT_EQ(slurp(directory.path / "precious"), "keep");
  EXPECT_FALSE(fs::is_symlink(temporary));
}

TEST_F(WholeFile, WhatFailedIsNamedWithItsReason) {
  const auto nowhere = write_new(directory.path / "none" / "state", "x", 0600);
  ASSERT_TRUE(nowhere);
  EXPECT_EQ(nowhere->what, "cannot create " + (directory.path / "none" / "state").string());
  EXPECT_EQ(nowhere->error, ENOENT);

  fs::create_directory(temporary);
  const auto taken = write_new(temporary, "x", 0600);
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->error, EEXIST);
}

TEST_F(WholeFile, AFullDiskLeavesNothing) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{16, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // without the signal write() just fails
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto failed = write_new(temporary, std::string(100, 'x'), 0600);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->what, "cannot write " + temporary.string());
  EXPECT_EQ(directory.names(), Names{});
}

TEST_F(WholeFile, APlaceThatCannotBeTakenStaysAsItWasAndTheTemporaryGoes) {
  fs::create_directories(file / "inside");
  ASSERT_FALSE(write_new(temporary, "x", 0600));
  const auto failed = move_into_place(temporary, file);
  ASSERT_TRUE(failed);
  EXPECT_EQ(failed->what, "cannot rename " + temporary.string() + " to " + file.string());
  EXPECT_EQ(directory.names(), Names{"state"});
  EXPECT_TRUE(fs::exists(file / "inside"));
}

}  // namespace
}  // namespace busbar::store
