// A password reaches the broker and nothing else: no log level, no dry run and no error shows it.
#include "support/finished.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* password = "kl3ine-Katze'\"$x";

class Secrets : public ::testing::Test {
 protected:
  [[nodiscard]] Finished run(std::vector<std::string> words, const std::string& mqtt) const {
    const auto config = directory.write(
        "busbar.yaml", to_yaml({.link = packs.url(),
                                .sinks = "  mqtt: {url: \"mqtt://127.0.0.1:" + std::to_string(free_port()) +
                                         "\", username: meter, " + mqtt + "}\n"}));
    words.insert(words.begin(), {BUSBAR_BINARY, "--config", config});
    return run_to_end(std::move(words),
                      {{"MQTT_PASSWORD", password}, {"CREDENTIALS_DIRECTORY", directory.path()}});
  }
  TemporaryDirectory directory;
  Simulator packs{BUSBAR_BINARY};
};

TEST_F(Secrets, StayOutOfADryRun) {
  const auto result = run({"--dry-run"}, "password: \"${MQTT_PASSWORD}\"");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("meter"));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(password)));
}

TEST_F(Secrets, StayOutOfTheMostTalkativeLog) {
  const auto result = run({"--once", "--log-level", "trace"}, "password: \"${MQTT_PASSWORD}\"");
  EXPECT_EQ(result.code, 75);
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(password)));
}

TEST_F(Secrets, StayOutOfErrorsAboutOtherKeys) {
  const auto result = run({"--check-config"}, "password: \"${MQTT_PASSWORD}\", qos: 7, retian: true");
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.err, HasSubstr("qos"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'retain'?"));
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(password)));
}

TEST_F(Secrets, StayOutOfErrorsAboutThemselves) {
  const auto result = run({"--check-config"}, "password: [\"${MQTT_PASSWORD}\"], qos: \"${MQTT_PASSWORD}\"");
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.out + result.err, Not(HasSubstr(password)));
}

TEST_F(Secrets, ComeFromFilesAndCredentialsToo) {
  directory.write("broker", std::string{password} + "\n");
  for (const auto* source : {"${file:broker}", "${credential:broker}"}) {
    const auto result = run({"--dry-run"}, std::string{"password: \""} + source + "\"");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out + result.err, Not(HasSubstr(password)));
  }
}

TEST_F(Secrets, ThatAreMissingAreNamedWithThePlace) {
  const auto result = run({"--check-config"}, "password: \"${credential:nowhere}\"");
  EXPECT_EQ(result.code, 78);
  EXPECT_THAT(result.err, HasSubstr("busbar.yaml:"));
  EXPECT_THAT(result.err, HasSubstr("nowhere"));
}

}  // namespace
}  // namespace busbar::test
