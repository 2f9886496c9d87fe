// Files that are broken, huge or hostile: findings or a configuration, never a crash, and never for long.
#include "unit/app/configuration_support.hpp"

#include <random>
#include <sstream>

namespace busbar::app {
namespace {

using test::file_of;
using test::findings_of;
using test::loaded;

void expect_sane(std::string_view text) {
  const Loaded result = loaded(text);
  EXPECT_EQ(result.configuration.has_value(), result.findings.empty()) << text;
}

TEST(Hostile, every_truncation_of_the_example) {
  const std::string text = test::content_of(BUSBAR_SOURCE_DIR "/config/busbar.yaml");
  ASSERT_FALSE(text.empty());
  std::string live;  // loading is not quick, and one byte of a comment is like the next
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    live += line.substr(0, line.find('#')) + '\n';
  }
  for (std::size_t length = 0; length < text.size(); ++length) {
    yaml::Findings findings;
    static_cast<void>(yaml::parse(std::string_view(text).substr(0, length), "busbar.yaml", findings));
    if (length < live.size()) {
      expect_sane(std::string_view(live).substr(0, length));
    }
  }
}

TEST(Hostile, every_kind_of_root) {
  for (const std::string_view text :
       {"", "~", "[]", "{}", "1", "- - - a", "? a", "!!map {}", "&a {b: *a}", "<<: {}", "\"\""}) {
    EXPECT_NE(findings_of(text), "") << text;
  }
}

TEST(Hostile, cycles_bombs_and_towers) {
  EXPECT_NE(findings_of("&a [*a]"), "");
  EXPECT_NE(findings_of(file_of("defaults: &d {channel: *d}\n")), "");
  EXPECT_NE(findings_of(std::string(1'000'000, '[')), "");
  EXPECT_NE(findings_of(std::string(10'000'000, '#')), "");
}

TEST(Hostile, latin_1) {
  EXPECT_EQ(findings_of("version: 1\n# M\xFCller\n"),
            "busbar.yaml:2:4: 0xfc is not valid UTF-8 (save the file with the encoding UTF-8)\n");
}

TEST(Hostile, files_that_are_none) {
  const auto findings = [](const std::string& path) { return load_configuration(path, {}).findings.text(); };
  EXPECT_EQ(findings("/tmp"), "/tmp: is a directory; a YAML file was expected\n");
  EXPECT_EQ(findings("/nonexistent.yaml"), "/nonexistent.yaml: cannot be read: No such file or directory\n");
  const test::TemporaryDirectory directory;
  const auto path = directory.write("locked.yaml", "version: 1\n");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  if (!std::ifstream(path)) {  // root reads everything
    EXPECT_EQ(findings(path), path + ": cannot be read: Permission denied\n");
  }
}

TEST(Hostile, thousands_of_devices_load_or_are_refused) {
  std::string text = file_of(test::channels, test::sinks, "devices:\n");
  for (int i = 0; i < 5000; ++i) {
    text += "  p" + std::to_string(i) + ": {profile: orion1000, address: " + std::to_string(i % 300) + "}\n";
  }
  const Loaded result = loaded(text);
  EXPECT_FALSE(result.configuration);  // addresses end at 254 and repeat
  EXPECT_GT(result.findings.list().size(), 1000U);
  EXPECT_LT(result.findings.text().size(), 20'000U);
}

TEST(Hostile, damaged_bytes_of_the_demonstration) {
  const std::string text = test::content_of(BUSBAR_SOURCE_DIR "/config/demo.yaml");
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::string broken = text;
    for (int i = 0; i < 3; ++i) {
      broken[random() % broken.size()] = static_cast<char>(random() % 256);
    }
    expect_sane(broken);
  }
}

}  // namespace
}  // namespace busbar::app
