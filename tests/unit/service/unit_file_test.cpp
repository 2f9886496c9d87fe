// The unit file as systemd judges it: valid, and closed to almost everything.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdlib.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace busbar {
namespace {

const std::string unit = std::string{BUSBAR_SOURCE_DIR} + "/systemd/busbar.service";

struct Outcome {
  int status;
  std::string text;
};

Outcome run(const std::string& command) {
  std::string name = (std::filesystem::temp_directory_path() / "busbar-unit-XXXXXX").string();
  const int descriptor = ::mkstemp(name.data());
  if (descriptor >= 0) ::close(descriptor);
  const int status = std::system((command + " > " + name + " 2>&1").c_str());
  std::ifstream in{name};
  Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : -1, {std::istreambuf_iterator<char>{in}, {}}};
  std::filesystem::remove(name);
  return outcome;
}

TEST(UnitFile, IsValid) {
  // The daemon itself is not installed where tests run: any program that exists takes its place.
  std::ifstream in{unit};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  const std::string program = "/usr/bin/busbar ";
  ASSERT_NE(text.find(program), std::string::npos);
  text.replace(text.find(program), program.size(), "/bin/true ");
  std::string directory = (std::filesystem::temp_directory_path() / "busbar-unit-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  const std::string copy = directory + "/busbar.service";
  std::ofstream{copy} << text;
  const Outcome outcome = run("systemd-analyze verify --man=no " + copy);
  std::filesystem::remove_all(directory);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
  EXPECT_EQ(outcome.text.find("busbar.service"), std::string::npos) << outcome.text;
}

TEST(UnitFile, ExposesLittle) {
  const Outcome outcome = run("systemd-analyze security --no-pager --offline=true --threshold=15 " + unit);
  EXPECT_EQ(outcome.status, 0) << outcome.text;
}

}  // namespace
}  // namespace busbar
