// Requests to a server that answers, refuses, is silent, is not there, or cannot be trusted.
#include "sink/http_client.hpp"

#include "support/mosquitto.hpp"
#include "unit/sink/http_stub.hpp"

#include <gmock/gmock.h>

namespace busbar::sink {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using ::testing::HasSubstr;

struct HttpClientTest : testing::Test {
  void TearDown() override { loop.stop(); }
  Result<HttpAnswer> send(HttpUrl url, TlsOptions tls = {}, HttpRequest request = {.target = "/write?db=x"},
                          std::chrono::milliseconds patience = 5s) {
    HttpClient client{std::move(url), std::move(tls)};
    std::optional<Result<HttpAnswer>> answer;
    EXPECT_TRUE(loop.run(keep(client, std::move(request), steady_clock::now() + patience, answer)));
    return answer.value_or(Error{Errc::cancelled, "the test ended"});
  }
  static asio::awaitable<void> keep(HttpClient& client, HttpRequest request, Steady deadline,
                                    std::optional<Result<HttpAnswer>>& answer) {
    answer = co_await client.send(std::move(request), deadline);
  }
  HttpUrl plain() const { return {false, "127.0.0.1", stub.port(), ""}; }

  test::Loop loop;
  test::HttpStub stub{loop};
};

TEST_F(HttpClientTest, ARequestArrivesAsItIs) {
  HttpUrl url = plain();
  url.path = "/base";
  const auto answer = send(url, {}, {HttpMethod::put, "/metrics/job/x", {{"X-Test", "yes"}}, "body text"});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 204U);
  ASSERT_EQ(stub.requests.size(), 1U);
  const auto& request = stub.requests[0];
  EXPECT_EQ(request.method_string(), "PUT");
  EXPECT_EQ(request.target(), "/base/metrics/job/x");
  EXPECT_EQ(request["X-Test"], "yes");
  EXPECT_EQ(request["Host"], "127.0.0.1:" + std::to_string(stub.port()));
  EXPECT_TRUE(request["User-Agent"].starts_with("busbar/"));
  EXPECT_EQ(request.body(), "body text");
}

TEST_F(HttpClientTest, AnyStatusIsAnAnswer) {
  stub.usual = {503, "busy", "7"};
  const auto answer = send(plain());
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->good());
  EXPECT_EQ(answer->status, 503U);
  EXPECT_EQ(answer->body, "busy");
  EXPECT_EQ(answer->retry_after, 7s);
}

TEST_F(HttpClientTest, OnlyTheBeginningOfALongAnswerIsKept) {
  stub.usual = {400, std::string(100'000, 'x')};
  EXPECT_EQ(send(plain())->body.size(), 4096U);
  stub.usual = {400, std::string(3'000'000, 'x')};
  EXPECT_EQ(send(plain())->status, 400U);
}

TEST_F(HttpClientTest, ASilentServerCostsTheDeadline) {
  stub.usual.silent = true;
  const auto answer = send(plain(), {}, {.target = "/"}, 100ms);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::timeout);
  EXPECT_THAT(answer.error().detail, HasSubstr("did not answer in time"));
}

TEST_F(HttpClientTest, NobodyThereIsToldWithTheAddress) {
  const auto answer = send({false, "127.0.0.1", busbar::test::free_port(), ""});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::connect_failed);
  EXPECT_THAT(answer.error().detail, HasSubstr("cannot connect to http://127.0.0.1:"));
  EXPECT_THAT(answer.error().detail, HasSubstr("Connection refused"));
}

TEST_F(HttpClientTest, ANameThatIsNoneIsTold) {
  const auto answer = send({false, "no-such-host.invalid", 80, ""});
  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().detail, HasSubstr("no-such-host.invalid"));
}

struct TlsTest : HttpClientTest {
  TlsTest() {
    context.use_certificate_chain_file(certificates.server);
    context.use_private_key_file(certificates.server_key, asio::ssl::context::pem);
  }
  HttpUrl url(std::string host = "127.0.0.1") const { return {true, std::move(host), secure.port(), ""}; }
  TlsOptions trusting() const {
    TlsOptions tls;
    tls.ca_file = certificates.ca;
    return tls;
  }
  busbar::test::TemporaryDirectory directory;
  busbar::test::Certificates certificates =
      busbar::test::make_certificates(directory, "DNS:localhost,IP:127.0.0.1");
  asio::ssl::context context{asio::ssl::context::tls_server};
  test::HttpStub secure{loop, &context};
};

TEST_F(TlsTest, AServerThatIsTrustedGetsTheRequest) {
  EXPECT_EQ(send(url(), trusting())->status, 204U);
  EXPECT_EQ(send(url("localhost"), trusting())->status, 204U);
  EXPECT_EQ(secure.requests.size(), 2U);
}

TEST_F(TlsTest, AServerThatIsNotTrustedGetsNothing) {
  const auto answer = send(url());
  ASSERT_FALSE(answer.has_value());
  EXPECT_THAT(answer.error().detail, HasSubstr("check tls.ca_file"));
  EXPECT_TRUE(secure.requests.empty());
}

TEST_F(TlsTest, AnotherNameIsNotTrusted) {
  busbar::test::TemporaryDirectory other;
  const auto issued = busbar::test::make_certificates(other, "DNS:elsewhere.example");
  asio::ssl::context elsewhere{asio::ssl::context::tls_server};
  elsewhere.use_certificate_chain_file(issued.server);
  elsewhere.use_private_key_file(issued.server_key, asio::ssl::context::pem);
  test::HttpStub impostor{loop, &elsewhere};
  TlsOptions tls;
  tls.ca_file = issued.ca;
  for (const char* host : {"127.0.0.1", "localhost"}) {
    const auto answer = send({true, host, impostor.port(), ""}, tls);
    ASSERT_FALSE(answer.has_value());
    EXPECT_THAT(answer.error().detail, HasSubstr("use the name of the certificate in url"));
  }
  EXPECT_TRUE(impostor.requests.empty());
  loop.stop();
}

TEST_F(TlsTest, VerificationCanBeSwitchedOff) {
  TlsOptions anybody;
  anybody.verify = false;
  EXPECT_EQ(send(url(), anybody)->status, 204U);
}

TEST_F(TlsTest, AClientCertificateIsShown) {
  context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  context.load_verify_file(certificates.ca);
  EXPECT_FALSE(send(url(), trusting()).has_value());
  TlsOptions tls = trusting();
  tls.certificate_file = certificates.client;
  tls.key_file = certificates.client_key;
  const auto answer = send(url(), tls);
  ASSERT_TRUE(answer.has_value()) << answer.error().detail;
}

TEST_F(TlsTest, FilesThatCannotBeReadAreNamed) {
  TlsOptions tls;
  tls.ca_file = "/nowhere/ca.pem";
  EXPECT_THAT(send(url(), tls).error().detail, HasSubstr("tls.ca_file '/nowhere/ca.pem' cannot be used"));
  tls = trusting();
  tls.certificate_file = "/nowhere/client.pem";
  EXPECT_THAT(send(url(), tls).error().detail, HasSubstr("tls.certificate_file"));
}

TEST_F(TlsTest, APortWithoutTlsIsTold) {
  HttpUrl wrong = plain();
  wrong.tls = true;
  EXPECT_FALSE(send(wrong, trusting(), {.target = "/"}, 2s).has_value());
}

TEST(BasicAuthorization, IsThatOfTheStandard) {
  // The example of RFC 7617, section 2.
  EXPECT_EQ(basic_authorization("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
}

}  // namespace
}  // namespace busbar::sink
