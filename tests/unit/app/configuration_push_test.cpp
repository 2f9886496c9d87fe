// The sinks that push: what their keys become, and every mistake with its remedy.
#include "app/describe_settings.hpp"
#include "unit/app/configuration_support.hpp"

#include <gmock/gmock.h>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using test::findings_of;
using test::loaded;
using test::valid;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string with(const std::string& sinks) {
  return test::file_of(test::channels, test::devices, "sinks:\n  " + sinks + "\n");
}
sink::influx::Options influx(const std::string& keys) {
  return std::get<sink::influx::Options>(valid(with("influx: {" + keys + "}")).sinks.at(0));
}
sink::prometheus::PushOptions push(const std::string& keys) {
  return std::get<sink::prometheus::PushOptions>(valid(with("pushgateway: {" + keys + "}")).sinks.at(0));
}

TEST(PushSinks, VersionOneHasADatabase) {
  const auto options = influx(
      "url: \"http://127.0.0.1:8086\", database: home, username: u, password: p, tags: {site: cellar}, "
      "interval: 1s");
  EXPECT_EQ(options.url, (sink::HttpUrl{false, "127.0.0.1", 8086, ""}));
  EXPECT_EQ(options.database, "home");
  EXPECT_EQ(options.password, "p");
  EXPECT_EQ(options.tags.at("site"), "cellar");
  EXPECT_EQ(options.interval, 1s);
}

TEST(PushSinks, VersionTwoHasABucket) {
  const auto options =
      influx("url: \"https://influx.example.com\", org: home, bucket: b, token: t, tls: {ca_file: ca.pem}");
  EXPECT_TRUE(options.url.tls);
  EXPECT_EQ(options.url.port, 443);
  EXPECT_EQ(options.token, "t");
  EXPECT_EQ(options.tls.ca_file, "ca.pem");
}

TEST(PushSinks, APushgatewayNeedsNothing) {
  EXPECT_EQ(push(""), sink::prometheus::PushOptions{});
  const auto options = push("job: site, instance: a/b, interval: 5min, delete_at_exit: false");
  EXPECT_EQ(options.job, "site");
  EXPECT_EQ(options.instance, "a/b");
  EXPECT_EQ(options.interval, 5min);
  EXPECT_FALSE(options.delete_at_exit);
}

TEST(PushSinks, SecretsAreMasked) {
  const auto result = loaded(with("influx: {url: \"https://i\", bucket: b, token: s3cret-token}"));
  ASSERT_TRUE(result.configuration) << result.findings.text();
  EXPECT_THAT(result.configuration->secrets, Contains("s3cret-token"));
  EXPECT_EQ(describe(*result.configuration, result.profiles).find("s3cret"), std::string::npos);
}

TEST(PushSinks, WrittenOutTheyReadTheSame) {
  for (const std::string sinks :
       {"influx: {database: d, retention_policy: year, measurement: m, tags: {a: b, c: \"d e\"}, batch: 10}",
        "influx: {url: \"https://[::1]:1/x\", bucket: b, org: \"o o\", max_queue: 5, tls: {verify: true, "
        "ca_file: /ca}}",
        "pushgateway: {url: \"https://gate/base\", job: j, instance: i, timeout: 1s, delete_at_exit: "
        "false}"}) {
    const auto configuration = valid(with(sinks));
    EXPECT_EQ(valid(settings_as_yaml(configuration)).sinks, configuration.sinks) << sinks;
  }
}

TEST(PushSinks, MistakesAreNamedWithTheirRemedy) {
  EXPECT_THAT(findings_of(with("influx: {}")),
              HasSubstr("needs either 'database' (InfluxDB 1) or 'bucket' (InfluxDB 2)"));
  EXPECT_THAT(findings_of(with("influx: {database: d, bucket: b}")), HasSubstr("needs either 'database'"));
  EXPECT_THAT(findings_of(with("influx: {database: d, token: t}")),
              HasSubstr("'token' has no effect with a database"));
  EXPECT_THAT(findings_of(with("influx: {bucket: d, username: t}")),
              HasSubstr("InfluxDB 2 takes 'org' and 'token'"));
  EXPECT_THAT(findings_of(with("influx: {database: d, password: p}")),
              HasSubstr("'password' without 'username'"));
  EXPECT_THAT(findings_of(with("influx: {database: d, url: \"influx:8086\"}")),
              HasSubstr("must start with http:// or https://"));
  EXPECT_THAT(findings_of(with("influx: {database: d, url: \"http://u:p@x\"}")),
              HasSubstr("must not carry a user or password"));
  EXPECT_THAT(findings_of(with("influx: {database: d, tags: {device: x}}")),
              HasSubstr("'device' cannot be a tag"));
  EXPECT_THAT(findings_of(with("influx: {database: d, tags: {site: \"\"}}")),
              HasSubstr("the tag 'site' needs a value"));
  EXPECT_THAT(findings_of(with("influx: {database: d, tls: {}}")),
              HasSubstr("'tls' has no effect with an http:// url"));
  EXPECT_THAT(findings_of(with("influx: {database: \"a\\nb\"}")), HasSubstr("without control characters"));
  EXPECT_THAT(findings_of(with("influx: {database: d, measurement: \"\"}")),
              HasSubstr("'measurement' must not be empty"));
  EXPECT_THAT(findings_of(with("pushgateway: {job: \"\"}")), HasSubstr("'job' must not be empty"));
  EXPECT_THAT(findings_of(with("pushgateway: {instanc: x}")), HasSubstr("did you mean 'instance'?"));
}

TEST(PushSinks, TwoThatUndoEachOtherAreRefused) {
  EXPECT_THAT(findings_of(with("pushgateway: {}\n  again: {type: pushgateway}")),
              HasSubstr("pushes job 'busbar' to"));
  EXPECT_EQ(findings_of(with("pushgateway: {}\n  again: {type: pushgateway, job: other}")), "");
  EXPECT_THAT(findings_of(with("influx: {database: d}\n  again: {type: influx, database: d}")),
              HasSubstr("as does sink 'influx'"));
}

TEST(PushSinks, ASecretOnTheOpenNetworkWarns) {
  EXPECT_THAT(loaded(with("influx: {url: \"http://far\", bucket: b, token: t}")).warnings,
              Contains(HasSubstr("the token for far goes over the network unencrypted")));
  EXPECT_THAT(loaded(with("influx: {url: \"https://far\", bucket: b, token: t}")).warnings, IsEmpty());
  EXPECT_THAT(loaded(with("influx: {bucket: b, token: t}")).warnings, IsEmpty()) << "the same machine";
}

}  // namespace
}  // namespace busbar::app
