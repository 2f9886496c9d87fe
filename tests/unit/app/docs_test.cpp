// The examples of the pages are site files that load: whole ones, and parts completed to one.
#include "unit/app/configuration_support.hpp"

#include <array>
#include <regex>
#include <sstream>
#include <vector>

namespace busbar::app::test {
namespace {

namespace fs = std::filesystem;

struct Example {
  std::string where;  ///< "channels.md:12"
  std::string text;
};

/// The blocks marked as YAML that are site files or begin with a part of one.
std::vector<Example> examples_of(const fs::path& page) {
  std::vector<Example> examples;
  std::ifstream file{page};
  bool inside = false;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside && line == "```yaml";
      if (inside) examples.push_back({page.filename().string() + ":" + std::to_string(number), ""});
    } else if (inside) {
      examples.back().text += line + "\n";
    }
  }
  std::erase_if(examples, [](const Example& example) {
    return !std::regex_search(example.text, std::regex{"^(version|channels|devices|sinks|defaults):"});
  });
  return examples;
}

std::vector<Example> all_examples() {
  const fs::path root{BUSBAR_SOURCE_DIR};
  std::vector<Example> all = examples_of(root / "README.md");
  for (const auto& entry : fs::recursive_directory_iterator{root / "docs"}) {
    if (entry.path().extension() != ".md") continue;
    const auto some = examples_of(entry.path());
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

/// With the parts that every site file needs, and without the secrets of somebody's machine.
std::string completed(const Example& example) {
  std::string text = std::regex_replace(example.text, std::regex{R"(\$\{[^}]*\})"}, "secret");
  const std::array<std::pair<std::string_view, std::string_view>, 4> parts{
      {{"version:", "version: 1\n"}, {"channels:", channels}, {"devices:", devices}, {"sinks:", sinks}}};
  for (const auto& [key, part] : parts) {
    if (text.starts_with(key) || text.find("\n" + std::string{key}) != std::string::npos) continue;
    text.append(part);
  }
  return text;
}

TEST(DocumentedExamples, Load) {
  const auto examples = all_examples();
  EXPECT_GE(examples.size(), 8U) << "where are they?";
  for (const auto& example : examples) {
    EXPECT_EQ(findings_of(completed(example)), "") << example.where << "\n" << example.text;
  }
}

}  // namespace
}  // namespace busbar::app::test
