// Packs behind a Unix socket, datagrams and a helper process, read by the daemon once. socat stands between.
#include "support/family_once.hpp"

#include <filesystem>

namespace busbar::test {
namespace {

class Links : public ::testing::Test {
 protected:
  /// Reports of one round over this link.
  std::vector<std::string> once(const std::string& link, int expected_code = 0) {
    const auto config = directory.write(
        "busbar.yaml",
        "version: 1\nchannels:\n  bus: {link: \"" + link +
            "\", spacing: 5ms, after_connect: 0, timeout: 500ms, settle: 50ms, retries: 2,"
            " retry_backoff: 10ms, write_timeout: 2s}\n"
            "devices:\n  pack: {profile: orion1000, channel: bus}\nsinks:\n  screen: {format: jsonl}\n");
    const auto result = run_to_end({BUSBAR_BINARY, "--config", config, "--once"});
    EXPECT_EQ(result.code, expected_code) << result.err;
    log = result.err;
    return lines_of(result.out);
  }
  std::string far_side() const { return "TCP:127.0.0.1:" + std::to_string(packs.port()); }

  TemporaryDirectory directory;
  Simulator packs{BUSBAR_BINARY, {.cells = 4}};
  std::string log;
};

TEST_F(Links, AHelperProcessIsALink) { EXPECT_EQ(once("exec:exec socat - " + far_side()).size(), 4U); }

TEST_F(Links, WhatTheHelperSaysIsLogged) {
  EXPECT_EQ(once("exec:echo the key is refused >&2; exec socat - " + far_side()).size(), 4U);
  EXPECT_NE(log.find("the key is refused"), std::string::npos) << log;
  EXPECT_TRUE(once("exec:echo no route to gateway >&2; exit 255", 75).empty());
  EXPECT_NE(log.find("no route to gateway"), std::string::npos) << log;
  EXPECT_NE(log.find("exit status 255"), std::string::npos) << log;
}

TEST_F(Links, AUnixSocketIsALink) {
  const std::string path = directory.path() + "/gateway.sock";
  Process bridge{{"/usr/bin/socat", "UNIX-LISTEN:" + path, far_side()}};
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(path); }));
  EXPECT_EQ(once("unix:" + path).size(), 4U);
}

TEST_F(Links, DatagramsAreALink) {
  const std::string port = std::to_string(free_port());
  Process bridge{{"/usr/bin/socat", "-d", "-d", "UDP-LISTEN:" + port + ",bind=127.0.0.1", far_side()}};
  ASSERT_TRUE(eventually([&] { return bridge.err().find("listening") != std::string::npos; }))
      << bridge.err();
  EXPECT_EQ(once("udp://127.0.0.1:" + port).size(), 4U);
}

TEST_F(Links, DoctorExaminesThemToo) {
  const auto says = [&](const std::string& link) {
    const auto config = directory.write("busbar.yaml", "version: 1\nchannels:\n  bus: {link: \"" + link +
                                                           "\"}\ndevices:\n  pack: {profile: orion1000}\n");
    return run_to_end({BUSBAR_BINARY, "doctor", "--config", config}).out;
  };
  const std::string good = says("exec:exec socat - " + far_side());
  EXPECT_NE(good.find("opens"), std::string::npos) << good;
  EXPECT_EQ(good.find("gone at once"), std::string::npos) << good;
  EXPECT_NE(says("exec:exit 1").find("ended at once"), std::string::npos);
  EXPECT_NE(says("unix:" + directory.path() + "/none").find("there is no such socket"), std::string::npos);
}

}  // namespace
}  // namespace busbar::test
