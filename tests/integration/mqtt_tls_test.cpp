// The MQTT sink over TLS: who is trusted, and what a person is told when somebody is not.
#include "support/mosquitto.hpp"
#include "support/mqtt_sink_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class MqttTls : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory = std::make_unique<TemporaryDirectory>();
    certificates = make_certificates(*directory);
  }
  static void TearDownTestSuite() { directory.reset(); }

  [[nodiscard]] static sink::mqtt::Options options_for(const std::string& url) {
    sink::mqtt::Options options;
    options.url = url;
    options.client_id = "busbar-test";
    options.tls.emplace();
    options.tls->ca_file = certificates.ca;
    return options;
  }
  /// What the sink says about a connection that must not come about.
  [[nodiscard]] static std::string refusal(const sink::mqtt::Options& options) {
    MqttSinkRunner runner{options};
    EXPECT_TRUE(runner.until([&] { return !runner.last_error().empty(); }));
    EXPECT_FALSE(runner.sink().account().healthy);
    return runner.last_error();
  }

  static std::unique_ptr<TemporaryDirectory> directory;
  static Certificates certificates;
};

std::unique_ptr<TemporaryDirectory> MqttTls::directory;
Certificates MqttTls::certificates;

TEST_F(MqttTls, ConnectsByNameAndByAddress) {
  const Mosquitto broker{{.tls = certificates}};
  for (const char* host : {"localhost", "127.0.0.1"}) {
    MqttSinkRunner runner{options_for(broker.url(host))};
    EXPECT_TRUE(runner.until_delivered()) << runner.last_error();
  }
}

TEST_F(MqttTls, RefusesACertificateForAnotherName) {
  const TemporaryDirectory elsewhere;
  const auto foreign = make_certificates(elsewhere, "DNS:broker.example,IP:192.0.2.7");
  const Mosquitto broker{{.tls = foreign}};
  auto options = options_for(broker.url());
  options.tls->ca_file = foreign.ca;
  EXPECT_THAT(refusal(options),
              AllOf(HasSubstr("'localhost'"), HasSubstr("broker.example"), HasSubstr("192.0.2.7")));
}

TEST_F(MqttTls, RefusesACertificateOfAnUnknownAuthority) {
  const TemporaryDirectory elsewhere;
  const auto foreign = make_certificates(elsewhere);
  const Mosquitto broker{{.tls = foreign}};
  EXPECT_THAT(refusal(options_for(broker.url())), AllOf(HasSubstr("not trusted"), HasSubstr("tls.ca_file")));
}

TEST_F(MqttTls, RefusesAPrivateAuthorityWhenNoneIsNamed) {
  const Mosquitto broker{{.tls = certificates}};
  auto options = options_for(broker.url());
  options.tls.reset();
  EXPECT_THAT(refusal(options), HasSubstr("not trusted"));
}

TEST_F(MqttTls, ShowsItsCertificateWhenTheBrokerWantsOne) {
  const Mosquitto broker{{.tls = certificates, .client_certificate = true}};
  auto options = options_for(broker.url());
  options.tls->certificate_file = certificates.client;
  options.tls->key_file = certificates.client_key;
  MqttSinkRunner runner{options};
  EXPECT_TRUE(runner.until_delivered()) << runner.last_error();
}

TEST_F(MqttTls, SaysThatTheBrokerWantsACertificate) {
  const Mosquitto broker{{.tls = certificates, .client_certificate = true}};
  EXPECT_THAT(refusal(options_for(broker.url())),
              AllOf(HasSubstr("client certificate"), HasSubstr("tls.certificate_file")));
}

TEST_F(MqttTls, SaysThatThePortDoesNotSpeakTls) {
  const Mosquitto broker;
  auto options = options_for("mqtts://localhost:" + std::to_string(broker.port()));
  EXPECT_THAT(refusal(options), HasSubstr("TLS"));
}

TEST_F(MqttTls, NamesTheFileThatCannotBeUsed) {
  const Mosquitto broker{{.tls = certificates}};
  auto missing = options_for(broker.url());
  missing.tls->ca_file = directory->path() + "/nowhere.crt";
  EXPECT_THAT(refusal(missing),
              AllOf(HasSubstr("tls.ca_file"), HasSubstr("nowhere.crt"), HasSubstr("No such file")));
  auto nonsense = options_for(broker.url());
  nonsense.tls->ca_file = directory->write("nonsense.crt", "this is no certificate\n");
  EXPECT_THAT(refusal(nonsense), AllOf(HasSubstr("nonsense.crt"), HasSubstr("PEM")));
}

TEST_F(MqttTls, WithoutVerificationItConnectsAndWarns) {
  const TemporaryDirectory elsewhere;
  const auto foreign = make_certificates(elsewhere, "DNS:broker.example");
  const Mosquitto broker{{.tls = foreign}};
  auto options = options_for(broker.url());
  options.tls.emplace();
  options.tls->verify = false;
  const sink::test::CapturedLog log;
  MqttSinkRunner runner{options};
  EXPECT_TRUE(runner.until_delivered()) << runner.last_error();
  EXPECT_THAT(log.text(), HasSubstr("tls.verify is off"));
}

TEST_F(MqttTls, BrokerThatTurnsAwayTls12IsSpokenToInTls13) {
  const Mosquitto broker{{.tls = certificates, .extra = "tls_version tlsv1.3\n"}};
  MqttSinkRunner runner{options_for(broker.url())};
  EXPECT_TRUE(runner.until_delivered()) << runner.last_error();
}

}  // namespace
}  // namespace busbar::test
