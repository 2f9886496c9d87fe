// ${…}: where values come from, what happens when they cannot be had, and that secrets stay secret.
#include "app/substitution.hpp"

#include "unit/app/configuration_support.hpp"

#include <sys/stat.h>

namespace busbar::app {
namespace {

using test::environment_of;

struct Substituted {
  std::string value;
  std::string findings;
  std::vector<std::string> secrets;
  bool secret = false;
};

Substituted substituted(std::string_view text, const Environment& environment = {},
                        std::string file = "x.yaml", std::string_view key = "a") {
  yaml::Findings findings;
  yaml::Document document =
      yaml::parse(std::string(key) + ": " + std::string(text) + "\n", std::move(file), findings);
  Substituted result;
  result.secrets = substitute(document, environment, findings);
  result.findings = findings.text();
  if (!document.root.entries.empty()) {
    result.value = document.root.entries[0].value.scalar;
    result.secret = document.root.entries[0].value.secret;
  }
  return result;
}

TEST(Substitution, takes_environment_variables) {
  const auto environment = environment_of({{"HOST", "gw"}, {"PORT", "26"}, {"EMPTY", ""}});
  EXPECT_EQ(substituted("tcp://${HOST}:${PORT}", environment).value, "tcp://gw:26");
  EXPECT_EQ(substituted("x${EMPTY}y", environment).value, "xy");
  EXPECT_EQ(substituted("${HOST:-other}", environment).value, "gw");
  EXPECT_EQ(substituted("${EMPTY:-other}", environment).value, "other");
  EXPECT_EQ(substituted("${NONE:-tcp://x:1}", environment).value, "tcp://x:1");
  EXPECT_EQ(substituted("${NONE:-}", environment).value, "");
}

TEST(Substitution, a_dollar_can_be_written) {
  EXPECT_EQ(substituted("a$b").value, "a$b");
  EXPECT_EQ(substituted("a$$b").value, "a$b");
  EXPECT_EQ(substituted("$${HOST}").value, "${HOST}");
  EXPECT_EQ(substituted("cost$").value, "cost$");
}

TEST(Substitution, a_value_is_not_substituted_again) {
  EXPECT_EQ(substituted("${A}", environment_of({{"A", "${B} $$"}, {"B", "b"}})).value, "${B} $$");
}

TEST(Substitution, a_quoted_variable_can_be_a_number) {
  const auto text = test::file_of(test::channels, test::devices, "sinks: {http: {port: \"${PORT}\"}}\n");
  const auto configuration = test::valid(text, environment_of({{"PORT", "1234"}}));
  EXPECT_EQ(std::get<sink::prometheus::HttpOptions>(configuration.sinks.at(0)).port, 1234);
}

TEST(Substitution, what_cannot_be_had_is_a_finding_at_its_place) {
  EXPECT_EQ(
      substituted("${NOPE}").findings,
      "x.yaml:1:4: the environment variable NOPE is not set (set it, or give a default: ${NOPE:-default})\n");
  EXPECT_EQ(substituted("${OPEN").findings,
            "x.yaml:1:4: '${' without a closing '}' (write $$ for a plain $)\n");
  const std::string forms =
      "(write ${NAME}, ${NAME:-default}, ${file:PATH} or ${credential:NAME}; $$ for a plain $)\n";
  EXPECT_EQ(substituted("${}").findings, "x.yaml:1:4: ${} is not understood " + forms);
  EXPECT_EQ(substituted("${1A}").findings, "x.yaml:1:4: ${1A} is not understood " + forms);
  EXPECT_EQ(substituted("${fiel:/x}").findings, "x.yaml:1:4: ${fiel:/x} is not understood " + forms);
}

TEST(Substitution, reads_files_without_their_last_line_end) {
  const test::TemporaryDirectory directory;
  const auto value = [&](std::string_view content) {
    return substituted("${file:" + directory.write("secret", content) + "}").value;
  };
  EXPECT_EQ(value("hunter2\n"), "hunter2");
  EXPECT_EQ(value("hunter2\r\n"), "hunter2");
  EXPECT_EQ(value("hunter2\n\n"), "hunter2\n");
  EXPECT_EQ(value("$$ ${X}"), "$$ ${X}");
  EXPECT_EQ(value(""), "");
  EXPECT_EQ(substituted("${file:secret}", {}, directory.path("busbar.yaml")).findings, "");
}

TEST(Substitution, refuses_files_that_are_none_or_too_large) {
  const test::TemporaryDirectory directory;
  const auto findings = [&](const std::string& path) { return substituted("${file:" + path + "}").findings; };
  EXPECT_EQ(findings("/nonexistent/file"), "x.yaml:1:4: '/nonexistent/file' does not exist\n");
  EXPECT_EQ(findings("/tmp"), "x.yaml:1:4: '/tmp' is not a regular file\n");
  EXPECT_EQ(findings("/dev/zero"), "x.yaml:1:4: '/dev/zero' is not a regular file\n");
  const auto fifo = directory.path("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(findings(fifo), "x.yaml:1:4: '" + fifo + "' is not a regular file\n");
  EXPECT_EQ(findings(directory.write("big", std::string(64 * 1024 + 2, 'x'))),
            "x.yaml:1:4: the substituted values are too large (at most 64 KiB each and 4 MiB together)\n");
  const auto latin = directory.write("latin", "caf\xE9");
  EXPECT_EQ(findings(latin), "x.yaml:1:4: '" + latin + "' does not hold plain UTF-8 text\n");
  const auto binary = directory.write("binary", std::string_view("a\0b", 3));
  EXPECT_EQ(findings(binary), "x.yaml:1:4: '" + binary + "' does not hold plain UTF-8 text\n");
}

TEST(Substitution, an_unreadable_file_is_a_finding) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("locked", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  if (std::ifstream(path)) {
    GTEST_SKIP() << "this user may read every file";
  }
  EXPECT_EQ(substituted("${file:" + path + "}").findings,
            "x.yaml:1:4: '" + path + "' cannot be read (check its owner and mode)\n");
}

TEST(Substitution, the_sum_of_all_values_is_limited) {
  const test::TemporaryDirectory directory;
  const auto path = directory.write("big", std::string(60 * 1024, 'x'));
  std::string list = "[";
  for (int i = 0; i < 100; ++i) {
    list += "\"${file:" + path + "}\", ";
  }
  EXPECT_NE(substituted(list + "]").findings.find("too large"), std::string::npos);
}

TEST(Substitution, takes_credentials_of_the_service_manager) {
  const test::TemporaryDirectory directory;
  directory.write("mqtt", "hunter2\n");
  const auto environment = environment_of({{"CREDENTIALS_DIRECTORY", directory.path()}});
  const auto result = substituted("${credential:mqtt}", environment);
  EXPECT_EQ(result.value, "hunter2");
  EXPECT_TRUE(result.secret);
  EXPECT_EQ(result.secrets, std::vector<std::string>{"hunter2"});
  EXPECT_EQ(substituted("${credential:mqtt}").findings,
            "x.yaml:1:4: there is no credential 'mqtt': $CREDENTIALS_DIRECTORY is not set (add "
            "LoadCredential=mqtt:/path to the systemd unit)\n");
  EXPECT_EQ(substituted("${credential:../mqtt}", environment).findings,
            "x.yaml:1:4: ${credential:../mqtt}: a credential has a plain name, not a path\n");
  EXPECT_NE(substituted("${credential:other}", environment).findings.find("does not exist"),
            std::string::npos);
}

TEST(Substitution, values_of_password_keys_are_secrets) {
  const auto environment = environment_of({{"P", "hunter2"}});
  EXPECT_TRUE(substituted("hunter2", {}, "x.yaml", "password").secret);
  EXPECT_EQ(substituted("x-${P}", environment, "x.yaml", "key_password").secrets,
            std::vector<std::string>{"x-hunter2"});
  EXPECT_FALSE(substituted("${P}", environment, "x.yaml", "username").secret);
  EXPECT_TRUE(substituted("", {}, "x.yaml", "password").secrets.empty());
}

TEST(Substitution, one_failure_is_one_finding) {
  const auto text = test::file_of(test::channels, test::devices, "sinks: {http: {port: \"${PORT}\"}}\n");
  EXPECT_EQ(test::findings_of(text),
            "busbar.yaml:4:22: the environment variable PORT is not set (set it, or give a default: "
            "${PORT:-default})\n");
}

TEST(MaskSecrets, covers_every_occurrence) {
  const std::vector<std::string> secrets{"hunter2", "hunter2-long", ""};
  EXPECT_EQ(mask_secrets("a hunter2 b xhunter2x hunter2-long", secrets), "a ******** b x********x ********");
  EXPECT_EQ(mask_secrets("nothing here", secrets), "nothing here");
}

TEST(MaskSecrets, a_short_secret_does_not_blot_out_other_words) {
  const std::vector<std::string> secrets{"1"};
  EXPECT_EQ(mask_secrets("line 12: '1' in a1", secrets), "line 12: '********' in a1");
}

TEST(Secrets, appear_in_no_finding_warning_or_description) {
  const test::TemporaryDirectory directory;
  const auto secret = directory.write("secret", "hunter2\n");
  const std::string use = "\"${file:" + secret + "}\"";
  // In every place where a value is quoted back: number, choice, profile, channel, write, link, url, topic,
  // mode.
  for (const std::string& text : {
           test::file_of(test::channels, test::devices, "sinks: {http: {port: " + use + "}}\n"),
           test::file_of(test::channels, test::devices, "sinks: {http: {address: " + use + "}}\n"),
           test::file_of(test::channels, test::devices, "sinks: {screen: {format: " + use + "}}\n"),
           test::file_of(test::channels, test::devices, "sinks: {mqtt: {url: " + use + "}}\n"),
           test::file_of(test::channels, test::devices,
                         "sinks: {mqtt: {url: \"mqtt://u:hunter2@h\", password: hunter2}}\n"),
           test::file_of(test::channels, test::devices,
                         "sinks: {mqtt: {topic_prefix: \"#${file:" + secret + "}\"}}\n"),
           test::file_of(test::channels, test::devices,
                         "sinks: {textfile: {path: a.prom, mode: " + use + "}}\n"),
           test::file_of(test::channels, test::devices, "sinks: {x: {type: " + use + "}}\n"),
           test::file_of(test::channels, "devices: {p: {profile: " + use + "}}\n", test::sinks),
           test::file_of(test::channels, "devices: {p: {profile: orion1000, channel: " + use + "}}\n",
                         test::sinks),
           test::file_of(test::channels, "devices: {p: {profile: orion1000, allow_writes: [" + use + "]}}\n",
                         test::sinks),
           test::file_of(test::channels,
                         "devices: {p: {profile: orion1000, intervals: {status: " + use + "}}}\n",
                         test::sinks),
           test::file_of("channels: {a: {link: " + use + "}}\n", test::devices, test::sinks),
           test::file_of("defaults: " + use + "\n", test::channels, test::devices),
       }) {
    const std::string findings = test::findings_of(text);
    EXPECT_NE(findings, "") << text;
    EXPECT_EQ(findings.find("hunter"), std::string::npos) << findings;
  }
}

TEST(Secrets, of_a_valid_file_are_recorded_and_not_described) {
  const test::TemporaryDirectory directory;
  const auto secret = directory.write("secret", "hunter2\n");
  const Loaded result = test::loaded(test::file_of(
      test::channels, "devices: {p: {profile: orion1000, name: \"pack ${file:" + secret + "}\"}}\n",
      "sinks: {mqtt: {url: \"mqtts://b\", username: u, password: pa$$word, tls: {certificate_file: c, "
      "key_file: k, key_password: \"k\\\"ey\"}}}\n"));
  ASSERT_TRUE(result.configuration) << result.findings.text();
  EXPECT_EQ(result.configuration->secrets, (std::vector<std::string>{"k\"ey", "pa$word", "pack hunter2"}));
  const std::string text = describe(*result.configuration, result.profiles);
  for (const std::string_view shown : {"hunter2", "pa$word", "pa$$word", "k\"ey", "ey\""}) {
    EXPECT_EQ(text.find(shown), std::string::npos) << shown;
  }
  EXPECT_NE(text.find("password: \"********\""), std::string::npos);
}

}  // namespace
}  // namespace busbar::app
