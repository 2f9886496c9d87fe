// Every command that the pages tell people to type exists, with the options they give it.
#include "support/finished.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace busbar::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::vector<fs::path> pages() {
  const fs::path root{BUSBAR_SOURCE_DIR};
  std::vector<fs::path> all{root / "README.md"};
  for (const auto& entry : fs::recursive_directory_iterator{root / "docs"}) {
    if (entry.path().extension() == ".md") all.push_back(entry.path());
  }
  return all;
}

/// What is marked as code: lines of blocks for the shell, and what stands between backticks in other lines.
std::vector<std::string> code_in(const fs::path& page) {
  std::ifstream file{page};
  std::vector<std::string> code;
  std::string block;  // the first line of the block we are in
  const std::regex inline_code{"`([^`]+)`"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      block = block.empty() ? line : "";
    } else if (block == "```sh") {
      code.push_back(line);
    } else if (block.empty()) {
      for (std::sregex_iterator match{line.begin(), line.end(), inline_code}, end; match != end; ++match) {
        code.push_back((*match)[1]);
      }
    }
  }
  return code;
}

/// Words of a command line up to a pipe, a comment or the like: "status --link tcp://…".
std::vector<std::vector<std::string>> commands_in(const std::string& code) {
  std::vector<std::vector<std::string>> commands;
  const std::regex call{"(?:^|sudo |env \\S+ |&& |/)busbar ([^|#;&>]+)"};
  const std::regex word{"\\S+"};
  for (std::sregex_iterator match{code.begin(), code.end(), call}, end; match != end; ++match) {
    const std::string rest = (*match)[1];
    auto& words = commands.emplace_back();
    for (std::sregex_iterator one{rest.begin(), rest.end(), word}; one != end; ++one) {
      words.push_back(one->str());
    }
  }
  return commands;
}

bool is_command_word(const std::string& word) { return std::regex_match(word, std::regex{"[a-z]+"}); }

TEST(DocumentedCommands, ExistWithTheirOptions) {
  std::map<std::string, std::set<std::string>> used;  // command → options, with a page each
  std::map<std::string, std::string> where;
  for (const auto& page : pages()) {
    for (const auto& code : code_in(page)) {
      for (const auto& words : commands_in(code)) {
        if (words.empty() || !(is_command_word(words[0]) || words[0].starts_with("--"))) continue;
        const std::string command = is_command_word(words[0]) ? words[0] : "run";
        used[command];
        where.emplace(command, page.filename());
        for (const auto& option : words) {
          if (!option.starts_with("--")) continue;
          const auto name = option.substr(0, option.find('='));
          used[command].insert(name);
          where.emplace(command + name, page.filename());
        }
      }
    }
  }
  EXPECT_GE(used.size(), 6U) << "where are they?";
  for (const auto& [command, options] : used) {
    const auto help = run_to_end({BUSBAR_BINARY, command, "--help"});
    EXPECT_EQ(help.code, 0) << "busbar " << command << " in " << where[command];
    for (const auto& option : options) {
      EXPECT_THAT(help.out, HasSubstr(option + " "))
          << "busbar " << command << " in " << where[command + option];
    }
  }
}

}  // namespace
}  // namespace busbar::test
