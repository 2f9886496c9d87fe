// The machine as the doctor sees it: clock, user, site file, directories.
#include "app/doctor/checks.hpp"
#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

namespace busbar::app::doctor {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using test::file_of;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Identity stranger{70001, 70002, {}};

// --- clock
Finding clock_finding(UtcMillis now, std::optional<bool> synchronised) {
  Findings findings;
  check_clock({now, synchronised}, findings);
  EXPECT_THAT(findings, SizeIs(1));
  return findings.empty() ? Finding{} : findings.front();
}
constexpr UtcMillis recent = sys_days{year{2026} / 5 / 4} + std::chrono::hours{12};

TEST(CheckClock, IsContentWithASynchronisedOne) {
  const auto finding = clock_finding(recent, true);
  EXPECT_EQ(finding.verdict, Verdict::ok);
  EXPECT_EQ(finding.text, "2026-05-04T12:00:00.000Z, synchronised");
}

TEST(CheckClock, WarnsOfOneThatRunsFree) {
  const auto finding = clock_finding(recent, false);
  EXPECT_EQ(finding.verdict, Verdict::warn);
  EXPECT_THAT(finding.mend, HasSubstr("timedatectl set-ntp true"));
}

TEST(CheckClock, FailsWithOneThatWasNeverSet) {
  const auto finding = clock_finding(sys_days{year{1970} / 1 / 1}, true);
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.text, AllOf(HasSubstr("1970-01-01"), HasSubstr("never set")));
  EXPECT_NE(finding.mend, "");
}

TEST(CheckClock, ClaimsNothingThatItCannotSee) {
  const auto finding = clock_finding(recent, std::nullopt);
  EXPECT_EQ(finding.verdict, Verdict::ok);
  EXPECT_THAT(finding.text, HasSubstr("cannot be seen"));
}

TEST(CheckClock, ReadsTheOneOfTheSystem) {
  const auto before = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  EXPECT_GE(ClockState::of_system().now, before);
}

// --- user
TEST(CheckUser, NamesUserAndGroups) {
  Findings findings;
  check_user({70001, 70002, {0}}, findings);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].verdict, Verdict::ok);
  EXPECT_EQ(findings[0].text, "70001, in the groups 70002, root (0)");
}

TEST(CheckUser, WarnsRootWhoseRightsSayNothing) {
  Findings findings;
  check_user({0, 0, {}}, findings);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].verdict, Verdict::warn);
  EXPECT_THAT(findings[0].mend, HasSubstr("sudo -u busbar busbar doctor"));
}

// --- site file
class CheckConfiguration : public ::testing::Test {
 protected:
  Loaded check(const std::string& text, mode_t mode = 0644) {
    const auto path = directory.write("busbar.yaml", text);
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return check_configuration(path, Identity::of_process(), findings);
  }
  test::TemporaryDirectory directory;
  Findings findings;
};

TEST_F(CheckConfiguration, SaysWhatAValidOneHas) {
  const auto loaded = check(file_of(test::channels, test::devices, test::sinks));
  ASSERT_TRUE(loaded.configuration);
  EXPECT_NE(loaded.profiles.find("orion1000"), nullptr);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].verdict, Verdict::ok);
  EXPECT_EQ(findings[0].text,
            directory.path("busbar.yaml") + ": valid; 1 channel(s), 1 device(s), 1 sink(s)");
}

TEST_F(CheckConfiguration, PassesOnEveryErrorWithItsPlaceAndHint) {
  const auto loaded =
      check("version: 1\nchannels: {a: {lnik: \"tcp://gw:26\"}}\ndevices: {p: {profil: x}}\n");
  EXPECT_FALSE(loaded.configuration);
  EXPECT_THAT(findings, Each(Field(&Finding::verdict, Verdict::fail)));
  ASSERT_GE(findings.size(), 2U);
  EXPECT_THAT(findings[1].text, HasSubstr("busbar.yaml:2:16: unknown key 'lnik'"));
  EXPECT_THAT(findings[1].mend, HasSubstr("did you mean 'link'?"));
}

TEST_F(CheckConfiguration, PassesOnWarnings) {
  const auto loaded = check(file_of(test::channels, test::devices));
  EXPECT_TRUE(loaded.configuration);
  EXPECT_EQ(worst(findings), Verdict::warn) << "no sinks";
}

TEST_F(CheckConfiguration, WarnsOfWiresThatCannotCarryThePolls) {
  check(file_of(test::channels,
                "devices: {pack1: {profile: orion1000, address: 1, intervals: {voltages: 10ms}}}\n",
                test::sinks));
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[1].verdict, Verdict::warn);
  EXPECT_THAT(findings[1].text, HasSubstr("% of the wire"));
}

TEST_F(CheckConfiguration, WarnsOfAPasswordThatEverybodyMayRead) {
  const auto text =
      file_of(test::channels, test::devices,
              "sinks: {mqtt: {url: \"mqtt://localhost:1\", username: u, password: kl3ineKatze}}\n");
  check(text, 0644);
  EXPECT_EQ(worst(findings), Verdict::warn);
  EXPECT_THAT(findings.back().mend, HasSubstr("chmod o-rwx " + directory.path("busbar.yaml")));
  findings.clear();
  check(text, 0640);
  EXPECT_EQ(worst(findings), Verdict::ok);
}

TEST_F(CheckConfiguration, DoesNotMindASecretFromAFileOfItsOwn) {
  directory.write("password", "kl3ineKatze\n");
  check(
      file_of(test::channels, test::devices,
              "sinks: {mqtt: {url: \"mqtt://localhost:1\", username: u, password: \"${file:password}\"}}\n"));
  EXPECT_EQ(worst(findings), Verdict::ok);
}

TEST_F(CheckConfiguration, SaysThatThereIsNone) {
  const auto loaded = check_configuration(directory.path("no.yaml"), Identity::of_process(), findings);
  EXPECT_FALSE(loaded.configuration);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].text, "there is no " + directory.path("no.yaml"));
  EXPECT_THAT(findings[0].mend, HasSubstr("--config"));
}

TEST_F(CheckConfiguration, SaysWhoseTheFileIsThatMayNotBeRead) {
  const auto path = directory.write("busbar.yaml", "");
  ASSERT_EQ(::chmod(path.c_str(), 0600), 0);
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  (void)check_configuration(path, stranger, findings);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].verdict, Verdict::fail);
  EXPECT_THAT(findings[0].text, AllOf(HasSubstr(path + " may not be read: it belongs to user "),
                                      HasSubstr("mode 0600; this is user 70001")));
  EXPECT_THAT(findings[0].mend, HasSubstr("sudo chgrp 70002 " + path));
}

TEST_F(CheckConfiguration, NamesTheDirectoryInTheWay) {
  std::filesystem::create_directory(directory.path("closed"));
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(directory.path("closed").c_str(), 0700), 0);
  (void)check_configuration(directory.path("closed/busbar.yaml"), stranger, findings);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_THAT(findings[0].text, HasSubstr(directory.path("closed") + " may not be entered"));
}

// --- directories
class CheckDirectory : public ::testing::Test {
 protected:
  CheckDirectory() { EXPECT_EQ(::chmod(directory.path().c_str(), 0755), 0); }
  Finding check(const std::string& path, const Identity& who = Identity::of_process()) {
    Findings findings;
    check_directory("state", path, who, findings);
    EXPECT_THAT(findings, SizeIs(1));
    return findings.empty() ? Finding{} : findings.front();
  }
  test::TemporaryDirectory directory;
};

TEST_F(CheckDirectory, IsContentWithOneItMayWriteTo) {
  const auto finding = check(directory.path());
  EXPECT_EQ(finding.verdict, Verdict::ok);
  EXPECT_EQ(finding.subject, "state");
}

TEST_F(CheckDirectory, FailsWhereThereIsNone) {
  const auto finding = check(directory.path("missing"));
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.mend, HasSubstr("install -d"));
}

TEST_F(CheckDirectory, DoesNotTakeAFileForOne) {
  const auto finding = check(directory.write("file", ""));
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.text, HasSubstr("is no directory"));
}

TEST_F(CheckDirectory, FailsWhereItMayNotWrite) {
  const auto finding = check(directory.path(), stranger);
  EXPECT_EQ(finding.verdict, Verdict::fail);
  EXPECT_THAT(finding.text, HasSubstr("may not be written: it belongs to user"));
  EXPECT_THAT(finding.mend, HasSubstr("g+rwx"));
}

TEST_F(CheckDirectory, DoesNotCallAbsentWhatItMayNotSee) {
  std::filesystem::create_directories(directory.path("closed/inner"));
  ASSERT_EQ(::chmod(directory.path("closed").c_str(), 0700), 0);
  const auto finding = check(directory.path("closed/inner"), stranger);
  EXPECT_THAT(finding.text, AllOf(HasSubstr("may not be entered"), Not(HasSubstr("there is no"))));
}

// --- all paths of a site
TEST(CheckPaths, AreStateAndTextfiles) {
  const test::TemporaryDirectory directory;
  auto configuration = test::valid(file_of(
      test::channels, test::devices,
      "sinks: {node: {type: textfile, path: " + directory.path("metrics/busbar.prom") + "}, screen: {}}\n"));
  configuration.state_directory = directory.path();
  Findings findings;
  check_paths(configuration, Identity::of_process(), findings);
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].subject, "state");
  EXPECT_EQ(findings[0].verdict, Verdict::ok);
  EXPECT_EQ(findings[1].subject, "sink node");
  EXPECT_THAT(findings[1].text, HasSubstr("there is no directory " + directory.path("metrics")));
}

TEST(CheckPaths, MayHaveNoStateDirectory) {
  Findings findings;
  check_paths(test::valid(file_of(test::channels, test::devices, test::sinks)), Identity::of_process(),
              findings);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].verdict, Verdict::ok);
}

TEST(CheckPaths, NamesWhatStandsInTheWay) {
  const test::TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path("closed/state"));
  ASSERT_EQ(::chmod(directory.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(directory.path("closed").c_str(), 0700), 0);
  auto configuration = test::valid(file_of(test::channels, test::devices, test::sinks));
  configuration.state_directory = directory.path("closed/state");
  Findings findings;
  check_paths(configuration, stranger, findings);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].verdict, Verdict::fail);
  EXPECT_THAT(findings[0].text,
              HasSubstr(directory.path("closed") + " may not be entered: it belongs to user"));
  EXPECT_THAT(findings[0].mend, HasSubstr("g+x " + directory.path("closed")));
}

// --- which channels are only listened to
class OnlyListens : public ::testing::Test {
 protected:
  static bool of(const std::string& devices, const std::string& channel = "a") {
    const auto result =
        test::loaded(file_of("channels: {a: {link: \"tcp://g:1\"}, b: {link: \"tcp://g:2\"}}\n",
                             "devices: {" + devices + "}\n", test::sinks));
    EXPECT_EQ(result.findings.text(), "");
    return result.configuration && only_listens(*result.configuration, result.profiles, channel);
  }
};

TEST_F(OnlyListens, IsTrueForProductsThatSpeakByThemselves) {
  EXPECT_TRUE(of("m: {profile: victron_mppt, channel: a}, p: {profile: orion1000, channel: b}"));
}

TEST_F(OnlyListens, IsFalseWhereSomethingIsAsked) {
  EXPECT_FALSE(of("m: {profile: victron_mppt, channel: b}, p: {profile: orion1000, channel: a}"));
}

TEST_F(OnlyListens, IsFalseWhereTheSiteWantsRegistersToo) {
  EXPECT_FALSE(
      of("m: {profile: victron_mppt, channel: a, intervals: {absorption: 1h}}, p: {profile: orion1000, "
         "channel: b}"));
}

TEST_F(OnlyListens, IsFalseForAnUnusedChannel) {
  EXPECT_FALSE(of("p: {profile: orion1000, channel: b}"));
  EXPECT_FALSE(of("p: {profile: orion1000, channel: b}", "unheard_of"));
}

}  // namespace
}  // namespace busbar::app::doctor
