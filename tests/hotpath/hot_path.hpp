// The way of every reading without any I/O: the bytes of an answer through frame reader, router and decoder
// into a report, and the report into an output. What the daemon does in between is asking and waiting.
#pragma once

#include "channel/router.hpp"
#include "profile/profile.hpp"
#include "sink/mqtt/mqtt_sink.hpp"
#include "sink/prometheus/readings.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::test {

/// A built-in profile, from its file.
[[nodiscard]] const profile::Profile& profile_of(std::string_view name);

/// Answers to the query for cell voltages, all valid and no two alike.
[[nodiscard]] std::vector<Bytes> voltages(std::size_t cells, std::size_t count = 8);

/// A device of a built-in profile with its default intervals, as the daemon describes it to its sinks.
[[nodiscard]] sink::DeviceDescription described(const profile::Profile& profile);

/// All families with a sample, without the daemon's own.
void append_page(std::string& out, const sink::prometheus::Readings& readings, Steady now);

/// Bytes → frame → payload → report, as channel and poller do it.
class Decoding {
 public:
  Decoding(const profile::Profile& profile, std::string_view query);
  /// An answer that gives no report ends the program: that is not what is measured.
  const Report& take(ByteView answer);
  /// From the payload on.
  const Report& decode(ByteView payload);
  [[nodiscard]] const profile::Decoded& decoded() const noexcept { return decoded_; }

 private:
  const profile::Profile& profile_;
  const profile::ProfileQuery& query_;
  std::unique_ptr<protocol::Codec> codec_;
  protocol::FrameReader reader_;
  channel::Router router_;
  profile::CounterMemory memory_;
  profile::Decoded decoded_;
  Report report_;
};

/// The MQTT sink at a broker that acknowledges when it is told to.
class MqttOutput {
 public:
  explicit MqttOutput(const sink::DeviceDescription& device, sink::mqtt::Options options = {});
  void publish(const Report& report) { sink_.publish(report); }
  /// Acknowledges everything, and what is sent then.
  void acknowledge();
  [[nodiscard]] SinkAccount account() const { return sink_.account(); }

 private:
  class Broker;

  asio::io_context loop_{1};
  sink::mqtt::ConnectionEvents* events_ = nullptr;
  std::vector<std::uint64_t> sent_;  ///< and not acknowledged yet
  sink::mqtt::MqttSink sink_;
};

}  // namespace busbar::test
