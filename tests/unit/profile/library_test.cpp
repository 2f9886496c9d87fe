// Built-in and site profiles together.
#include "unit/profile/support.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace busbar::profile::test {
namespace {

namespace fs = std::filesystem;

class Site : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() /
                 ("busbar-profiles-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
                  "-" + std::to_string(::getpid()));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  void write(const std::string& name, const std::string& text) { std::ofstream{directory_ / name} << text; }
  Library load() { return Library::load(directory_.string(), findings_); }

  static std::string profile(const std::string& name, const std::string& model = "Site model") {
    return "profile: " + name + "\nprotocol: orion\nmanufacturer: Site\nmodel: " + model +
           "\ntested: nothing\nqueries:\n  poll:\n    command: 0xFF02\n    fields:\n"
           "      - {key: a, at: 0, type: u8, range: [0, 255]}\n";
  }

  fs::path directory_;
  yaml::Findings findings_;
};

TEST_F(Site, BuiltInProfilesAreCalledAsTheirFilesAre) {
  const auto library = load();
  for (const auto name : library.names()) {
    const Profile* const profile = library.find(name);
    ASSERT_NE(profile, nullptr) << name;
    EXPECT_EQ(profile->name, name);
    EXPECT_EQ(library.find(name), profile) << "compiled once, at one address";
  }
}

TEST_F(Site, EmptyDirectoryLeavesTheBuiltInOnes) {
  const auto library = load();
  EXPECT_TRUE(findings_.empty()) << findings_.text();
  EXPECT_THAT(library.names(), testing::IsSupersetOf({"orion1000", "orion1000_draft", "daly"}));
  EXPECT_EQ(library.find("nothing"), nullptr);
  EXPECT_EQ(library.all().size(), library.names().size());
}

TEST_F(Site, AddsAProfile) {
  write("mine.yaml", profile("mine"));
  const auto library = load();
  EXPECT_TRUE(findings_.empty()) << findings_.text();
  ASSERT_NE(library.find("mine"), nullptr);
  EXPECT_EQ(library.find("mine")->model, "Site model");
}

TEST_F(Site, ReplacesABuiltInProfileOfItsName) {
  write("any-name.yaml", profile("orion1000"));
  const auto library = load();
  EXPECT_TRUE(findings_.empty()) << findings_.text();
  EXPECT_EQ(library.find("orion1000")->model, "Site model");
  EXPECT_EQ(library.names(), Library::load("", findings_).names());
}

TEST_F(Site, ABrokenFileIsNamedAndTheOthersStillLoad) {
  write("a.yaml", "profile: [\n");
  write("b.yaml", profile("good"));
  write("c.yaml", profile("orion1000") + "nonsense: 1\n");
  const auto library = load();
  EXPECT_THAT(findings_.text(), testing::HasSubstr((directory_ / "a.yaml").string() + ":"));
  EXPECT_THAT(findings_.text(),
              testing::HasSubstr((directory_ / "c.yaml").string() + ":11:1: unknown key 'nonsense'"));
  EXPECT_NE(library.find("good"), nullptr);
  EXPECT_EQ(library.find("orion1000")->model, "Orion 1000");
}

TEST_F(Site, AFileThatFailsItsOwnExamplesIsNotUsed) {
  write("a.yaml",
        profile("mine") +
            "examples:\n  - name: wrong\n    query: poll\n    source: test\n    address: 1\n"
            "    request: \"ea d1 01 04 ff 02 f9 f5\"\n    response: \"ea d1 01 05 ff 02 07 ff f5\"\n"
            "    expect: {a: 8}\n");
  const auto library = load();
  EXPECT_THAT(findings_.text(), testing::HasSubstr("example 'wrong': a is 7, expected 8"));
  EXPECT_EQ(library.find("mine"), nullptr);
}

TEST_F(Site, TwoFilesOfOneNameAreAFinding) {
  write("a.yaml", profile("mine", "first"));
  write("b.yaml", profile("mine", "second"));
  const auto library = load();
  EXPECT_THAT(findings_.text(), testing::HasSubstr("b.yaml: profile 'mine' is also defined by"));
  EXPECT_EQ(library.find("mine")->model, "first");
}

TEST_F(Site, IgnoresWhatIsNoProfile) {
  write("notes.txt", "not yaml: [");
  write(".hidden.yaml", "not yaml: [");
  write("old.yaml~", "not yaml: [");
  (void)load();
  EXPECT_TRUE(findings_.empty()) << findings_.text();
}

TEST_F(Site, ADirectoryOrAHugeFileOfThatNameIsAFinding) {
  fs::create_directory(directory_ / "dir.yaml");
  write("huge.yaml", std::string(2 * 1024 * 1024, '#'));
  (void)load();
  EXPECT_THAT(findings_.text(), testing::HasSubstr("dir.yaml: the file cannot be read"));
  EXPECT_THAT(findings_.text(),
              testing::HasSubstr("huge.yaml: the file has 2097152 bytes, at most 1 MiB is read"));
}

TEST(SiteDirectory, ThatIsMissingIsAFindingAndTheBuiltInOnesLoad) {
  yaml::Findings findings;
  const auto library = Library::load("/nonexistent/profiles", findings);
  EXPECT_THAT(findings.text(),
              testing::HasSubstr("/nonexistent/profiles: the profile directory cannot be read"));
  EXPECT_NE(library.find("orion1000"), nullptr);
}

}  // namespace
}  // namespace busbar::profile::test
