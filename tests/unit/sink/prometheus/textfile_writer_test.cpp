// One file that is always whole.
#include "sink/prometheus/textfile_writer.hpp"

#include "unit/sink/support.hpp"

#include <atomic>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>

namespace busbar::sink::prometheus {
namespace {

using Names = std::vector<std::string>;

struct TextfileWriterTest : testing::Test {
  test::Directory directory;
  std::filesystem::path path = directory.path / "busbar.prom";
};

TEST_F(TextfileWriterTest, WritesReplacesAndLeavesNothingElse) {
  const TextfileWriter writer{path, 0644, 0};
  EXPECT_EQ(writer.write("one\n"), std::nullopt);
  EXPECT_EQ(writer.write("two\n"), std::nullopt);
  EXPECT_EQ(test::slurp(path), "two\n");
  EXPECT_EQ(directory.names(), Names{"busbar.prom"});
  EXPECT_EQ(writer.remove(), std::nullopt);
  EXPECT_EQ(writer.remove(), std::nullopt);
  EXPECT_EQ(directory.names(), Names{});
}

TEST_F(TextfileWriterTest, TheModeIsTheOneAskedForWhateverTheUmask) {
  const auto mode_of = [this] {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0U;
  };
  const mode_t before = ::umask(0077);
  EXPECT_EQ(TextfileWriter(path, 0644, 0).write("x\n"), std::nullopt);
  EXPECT_EQ(mode_of(), 0644U);
  ::umask(0);
  EXPECT_EQ(TextfileWriter(path, 0640, 0).write("x\n"), std::nullopt);
  EXPECT_EQ(mode_of(), 0640U);
  ::umask(before);
}

TEST_F(TextfileWriterTest, AReaderNeverSeesHalfAFile) {
  constexpr int rounds = 1000;
  const TextfileWriter writer{path, 0644, 0};
  const auto page = [](int round) { return std::string(20000, static_cast<char>('a' + round % 26)) + "\n"; };
  ASSERT_EQ(writer.write(page(0)), std::nullopt);
  std::atomic<bool> done = false;
  int reads = 0;
  int torn = 0;
  std::thread reader{[&] {
    while (!done) {
      const std::string text = test::slurp(path);
      const bool whole = text.size() == 20001 && text.find_first_not_of(text[0]) == 20000;
      torn += whole ? 0 : 1;
      ++reads;
    }
  }};
  for (int round = 0; round < rounds; ++round) ASSERT_EQ(writer.write(page(round)), std::nullopt);
  done = true;
  reader.join();
  EXPECT_GT(reads, 0);
  EXPECT_EQ(torn, 0);
}

TEST_F(TextfileWriterTest, BackupsAreNumberedNewestFirstAndBounded) {
  const TextfileWriter writer{path, 0644, 2};
  for (const char* text : {"1", "2", "3", "4"}) EXPECT_EQ(writer.write(text), std::nullopt);
  EXPECT_EQ(directory.names(), (Names{"busbar.prom", "busbar.prom.1", "busbar.prom.2"}));
  EXPECT_EQ(test::slurp(path), "4");
  EXPECT_EQ(test::slurp(path.string() + ".1"), "3");
  EXPECT_EQ(test::slurp(path.string() + ".2"), "2");
}

TEST_F(TextfileWriterTest, AMissingDirectoryIsNamedAndComesBack) {
  const auto inner = directory.path / "collector" / "busbar.prom";
  const TextfileWriter writer{inner, 0644, 0};
  const auto problem = writer.write("x\n");
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find((directory.path / "collector").string() + " does not exist"), std::string::npos)
      << *problem;
  std::filesystem::create_directory(inner.parent_path());
  EXPECT_EQ(writer.write("x\n"), std::nullopt);
  EXPECT_EQ(test::slurp(inner), "x\n");
}

TEST_F(TextfileWriterTest, AFileInPlaceOfTheDirectoryIsNamed) {
  std::ofstream{directory.path / "file"} << "x";
  const auto problem = TextfileWriter(directory.path / "file" / "busbar.prom", 0644, 0).write("x\n");
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find("is not a directory"), std::string::npos) << *problem;
}

TEST_F(TextfileWriterTest, AFullDiskLeavesTheOldFileAndNoHalfOne) {
  const TextfileWriter writer{path, 0644, 0};
  ASSERT_EQ(writer.write("old\n"), std::nullopt);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{1024, before.rlim_max};
  std::signal(SIGXFSZ,
              SIG_IGN);  // a write beyond the limit fails with EFBIG, as one on a full disk with ENOSPC
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto problem = writer.write(std::string(5000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find("cannot write"), std::string::npos) << *problem;
  EXPECT_EQ(test::slurp(path), "old\n");
  EXPECT_EQ(directory.names(), Names{"busbar.prom"});
}

TEST_F(TextfileWriterTest, ADirectoryInPlaceOfTheFileIsAnErrorAndLeavesNoTemporary) {
  std::filesystem::create_directories(path / "inside");
  EXPECT_TRUE(TextfileWriter(path, 0644, 0).write("x\n"));
  EXPECT_EQ(directory.names(), Names{"busbar.prom"});
}

TEST_F(TextfileWriterTest, LeftoversOfDeadWritersGoThoseOfTheLivingStay) {
  const std::string own = ".busbar.prom." + std::to_string(::getpid()) + ".tmp";
  const Names stay{".busbar.prom.1.tmp",  // the first process lives
                   ".busbar.prom.notes.tmp", ".other.prom.999999999.tmp", "busbar.prom"};
  for (const std::string& name : stay) std::ofstream{directory.path / name} << "x";
  for (const std::string& name : {own, std::string{".busbar.prom.999999999.tmp"}})
    std::ofstream{directory.path / name} << "x";
  EXPECT_EQ(TextfileWriter(path, 0644, 0).remove_leftovers(), 2U);
  EXPECT_EQ(directory.names(), stay);
}

TEST_F(TextfileWriterTest, TheTemporaryNameCannotBeReadByTheCollector) {
  // Caught in the act: a directory of that name makes the write fail with it in the message.
  const std::string name = ".busbar.prom." + std::to_string(::getpid()) + ".tmp";
  std::filesystem::create_directory(directory.path / name);
  const auto problem = TextfileWriter(path, 0644, 0).write("x\n");
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find(name), std::string::npos);
  EXPECT_FALSE(name.ends_with(".prom"));
}

}  // namespace
}  // namespace busbar::sink::prometheus
