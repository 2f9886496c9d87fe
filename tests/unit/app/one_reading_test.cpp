// The walk of docs/one-reading.md as a test: captured bytes go through codec, decoder and MQTT sink, files 3
// to 5 of one reading, without any I/O.
#include "profile/library.hpp"
#include "sink/mqtt/mqtt_sink.hpp"
#include "support/quiet_connection.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

namespace busbar {
namespace {

using namespace std::chrono_literals;

// The answer of a real Orion 1000 to the request for its cell voltages.
constexpr std::string_view captured = "ea d1 01 0f ff 02 04 06 04 0c ef 0c f1 0c f0 0c f2 e8 f5";

/// A broker connection that keeps what is published.
class Broker final : public test::QuietConnection {
 public:
  explicit Broker(std::map<std::string, std::string>& topics) : topics_{topics} {}
  void publish(Publication publication) override { topics_[publication.topic] = publication.payload; }

 private:
  std::map<std::string, std::string>& topics_;
};

class OneReading : public testing::Test {
 protected:
  OneReading() : profiles{profile::Library::load("", findings)} {}

  const profile::Profile& orion() const { return *profiles.find("orion1000"); }

  /// File 3: bytes → frame → payload, as channel.cpp does it.
  static Result<std::optional<Bytes>> payload_of(const profile::ProfileQuery& query, ByteView bytes) {
    const auto codec = protocol::make_codec("orion").value();
    protocol::FrameReader reader{*codec};
    for (const std::uint8_t byte : bytes) reader.feed(ByteView{&byte, 1});
    const auto frame = reader.next();
    if (!frame) return reader.last_fault() ? Error{*reader.last_fault()} : Error{Errc::truncated_frame};
    protocol::Query asked = query.request;
    asked.address = 1;
    if (!codec->answers(asked, *frame)) return Error{Errc::wrong_address};
    return codec->assemble(asked, std::vector<Bytes>{{frame->payload.begin(), frame->payload.end()}});
  }

  yaml::Findings findings;
  profile::Library profiles;
  profile::CounterMemory memory;
};

TEST_F(OneReading, ReachesMqttFromCapturedBytes) {
  ASSERT_TRUE(findings.empty()) << findings.text();
  const profile::ProfileQuery& query = *orion().find("voltages");

  const auto payload = payload_of(query, from_hex(captured).value());
  ASSERT_TRUE(payload.has_value()) << to_string(payload.error());
  ASSERT_TRUE(payload->has_value()) << "one frame carries all four cells";
  EXPECT_EQ(to_hex(**payload, ' '), "04 06 04 0c ef 0c f1 0c f0 0c f2");

  // File 4: payload → readings.
  auto decoded = query.decoder.decode(**payload, memory);
  ASSERT_TRUE(decoded.has_value()) << to_string(decoded.error());
  EXPECT_TRUE(decoded->drops.empty());
  EXPECT_TRUE(decoded->anomalies.empty());
  const auto third = std::ranges::find_if(
      decoded->readings, [](const Reading& reading) { return reading.quantity->key == "cell_03_voltage"; });
  ASSERT_NE(third, decoded->readings.end());
  EXPECT_EQ(format_value(*third->quantity, third->value), "3.312");
  EXPECT_EQ(third->quantity->unit, "V");

  Report report;
  report.device = "pack1";
  report.query = "voltages";
  report.timestamp = UtcMillis{1763712952123ms};
  report.sequence = 1;
  report.readings = decoded->readings;

  // File 5: report → topic and payload → publish.
  asio::io_context loop;
  std::map<std::string, std::string> topics;
  sink::mqtt::ConnectionEvents* events = nullptr;
  sink::mqtt::Environment environment;
  environment.now = [] { return Steady{} + 1h; };
  environment.random = [] { return 0.5; };
  environment.connect = [&](const sink::mqtt::Options&, sink::mqtt::ConnectionEvents& to) {
    events = &to;
    return std::make_unique<Broker>(topics);
  };
  sink::mqtt::MqttSink sink{loop.get_executor(), {}, "0.0.0", environment};
  sink::DeviceDescription device;
  device.id = "pack1";
  device.name = "House battery";
  device.queries.push_back({"voltages", 30s, query.decoder.quantities(), {}});
  sink.describe(device);
  sink.publish(report);
  EXPECT_TRUE(topics.empty()) << "there is no broker yet";

  sink.step();
  events->on_connected(5, 0);
  events->on_message("busbar/status", "online", false, {});
  sink.step();

  ASSERT_TRUE(topics.contains("busbar/pack1/state/voltages")) << testing::PrintToString(topics);
  const auto state = nlohmann::json::parse(topics["busbar/pack1/state/voltages"]);
  EXPECT_EQ(state["cell_01_voltage"], 3.311);
  EXPECT_EQ(state["cell_02_voltage"], 3.313);
  EXPECT_EQ(state["cell_03_voltage"], 3.312);
  EXPECT_EQ(state["cell_04_voltage"], 3.314);
  EXPECT_EQ(state["cell_voltage_delta"], 0.003);
  std::ifstream file{BUSBAR_SOURCE_DIR "/docs/one-reading.md"};
  const std::string page{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_THAT(page, testing::HasSubstr(topics["busbar/pack1/state/voltages"]))
      << "the page shows what is sent";
  EXPECT_FALSE(state.contains("cell_05_voltage")) << "missing is not zero, it is not there";
}

TEST_F(OneReading, EndsAtTheCodecWhenAnyByteIsWrong) {
  const profile::ProfileQuery& query = *orion().find("voltages");
  const Bytes good = from_hex(captured).value();
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ (1U << bit));
      EXPECT_FALSE(payload_of(query, bad).has_value()) << "byte " << at << ", bit " << bit;
    }
  }
}

}  // namespace
}  // namespace busbar
