// The units as systemd judges them: valid, closed to almost everything, and alike where they must be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdlib.h>
#include <string>
#include <sys/wait.h>

namespace busbar {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::filesystem::path units = std::filesystem::path{BUSBAR_SOURCE_DIR} / "systemd";

struct Outcome {
  int status;
  std::string text;
};

Outcome run(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return {-1, "cannot start " + command};
  Outcome outcome{};
  std::array<char, 4096> buffer{};
  while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.text.append(buffer.data(), count);
  }
  const int status = ::pclose(pipe);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// The part of a unit that closes it off: from its heading to the next section.
std::string sandbox_of(const std::string& unit) {
  const auto text = text_of(units / unit);
  const auto begin = text.find("# --- sandbox\n");
  if (begin == std::string::npos) return "no sandbox in " + unit;
  const auto end = text.find("\n[", begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

/// Copies of the units, which a test may change.
class UnitFiles : public ::testing::Test {
 protected:
  UnitFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "busbar-units-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary directory"};
    folder = name;
    for (const auto& entry : std::filesystem::directory_iterator{units}) {
      auto text = text_of(entry.path());
      // The daemon itself is not installed where tests run: any program that exists takes its place.
      for (std::size_t at; (at = text.find("/usr/bin/busbar ")) != std::string::npos;) {
        text.replace(at, std::string{"/usr/bin/busbar"}.size(), "/bin/true");
      }
      std::ofstream{folder / entry.path().filename()} << text;
    }
  }
  ~UnitFiles() override { std::filesystem::remove_all(folder); }

  /// As the administrator does it.
  void drop_in(const std::string& file, const std::string& unit) const {
    std::filesystem::create_directory(folder / (unit + ".d"));
    std::filesystem::copy(units / file, folder / (unit + ".d") / file);
  }
  [[nodiscard]] Outcome verify() const {
    return run("systemd-analyze verify --man=no " + folder.string() + "/*.service " + folder.string() +
               "/*.timer");
  }
  [[nodiscard]] Outcome security(const std::string& unit, int tenths) const {
    return run("systemd-analyze security --no-pager --offline=true --threshold=" + std::to_string(tenths) +
               " " + (folder / unit).string());
  }

  std::filesystem::path folder;
};

TEST_F(UnitFiles, AreValid) {
  const auto outcome = verify();
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_THAT(outcome.text, Not(HasSubstr("busbar"))) << "a warning";
}

TEST_F(UnitFiles, AreFoundFaultyWhenTheyAre) {
  std::ofstream{folder / "busbar.service", std::ios::app} << "\n[Service]\nProtectEverything=yes\n";
  EXPECT_THAT(verify().text, HasSubstr("ProtectEverything"));
}

TEST_F(UnitFiles, ExposeLittle) {
  for (const auto* unit : {"busbar.service", "busbar-once.service"}) {
    const auto outcome = security(unit, 15);
    EXPECT_EQ(outcome.status, 0) << unit << "\n" << outcome.text;
  }
}

TEST_F(UnitFiles, ExposeLittleMoreWithSerialPorts) {
  drop_in("serial.conf", "busbar.service");
  const auto valid = verify();
  EXPECT_EQ(valid.status, 0) << valid.text;
  EXPECT_THAT(valid.text, Not(HasSubstr("serial.conf")));
  const auto outcome = security("busbar.service", 15);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

TEST_F(UnitFiles, KeepDaemonAndRoundInTheSameSandboxAndState) {
  EXPECT_EQ(sandbox_of("busbar-once.service"), sandbox_of("busbar.service"));
  for (const auto* directive :
       {"DynamicUser=", "User=", "StateDirectory=", "LoadCredential=", "ConditionPathExists="}) {
    const auto line = [&](const char* unit) {
      const auto text = text_of(units / unit);
      const auto at = text.find(std::string{"\n"} + directive);
      return at == std::string::npos ? std::string{"none"} : text.substr(at, text.find('\n', at + 1) - at);
    };
    EXPECT_EQ(line("busbar-once.service"), line("busbar.service"));
    EXPECT_NE(line("busbar.service"), "none") << directive;
  }
}

TEST_F(UnitFiles, AreExplainedDirectiveByDirective) {
  const auto page = text_of(std::filesystem::path{BUSBAR_SOURCE_DIR} / "docs/operations.md");
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator{units}) {
    std::ifstream in{entry.path()};
    for (std::string line; std::getline(in, line);) {
      const auto name = line.substr(0, line.find('='));
      if (name == line || name.empty() || name.find_first_of("# [") != std::string::npos) continue;
      if (name == "Description" || name == "Documentation") continue;
      EXPECT_NE(page.find("`" + name + "="), std::string::npos) << name << " of " << entry.path().filename();
      ++found;
    }
  }
  EXPECT_GT(found, 50U);
}

TEST_F(UnitFiles, KnowTheExitCodesThatARestartDoesNotMend) {
  const auto text = text_of(units / "busbar.service");
  EXPECT_THAT(text, HasSubstr("RestartPreventExitStatus=64 78"));
  // Debian 12 has systemd 252: it would take notify-reload for a simple service and never hear READY=1.
  EXPECT_THAT(text, HasSubstr("\nType=notify\n"));
}

}  // namespace
}  // namespace busbar
