#include "hotpath/hot_path.hpp"

#include "support/quiet_connection.hpp"

#include <busbar/protocol/orion.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace busbar::test {

using namespace std::chrono_literals;

namespace {

[[noreturn]] void give_up(std::string_view why) {
  std::fprintf(stderr, "hot path: %.*s\n", static_cast<int>(why.size()), why.data());
  std::abort();
}

}  // namespace

const profile::Profile& profile_of(std::string_view name) {
  static std::map<std::string, std::unique_ptr<profile::Profile>, std::less<>> loaded;
  auto& profile = loaded[std::string{name}];
  if (profile) return *profile;
  const std::string path = BUSBAR_SOURCE_DIR "/config/profiles/" + std::string{name} + ".yaml";
  std::ifstream file{path};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  yaml::Findings findings;
  profile = profile::load_profile(text, path, findings);
  if (!profile) give_up(findings.text());
  return *profile;
}

std::vector<Bytes> voltages(std::size_t cells, std::size_t count) {
  std::vector<Bytes> frames;
  for (std::size_t n = 0; n < count; ++n) {
    const auto number = static_cast<std::uint8_t>(cells);
    Bytes data{number, 6, number};
    for (std::size_t cell = 0; cell < cells; ++cell) {
      const std::size_t millivolts = 3200 + (cell * 37 + n * 101) % 300;
      data.push_back(static_cast<std::uint8_t>(millivolts >> 8));
      data.push_back(static_cast<std::uint8_t>(millivolts));
    }
    frames.push_back(protocol::orion::encode(protocol::orion::manufacturer, 1, 0xFF02, data).value());
  }
  return frames;
}

sink::DeviceDescription described(const profile::Profile& profile) {
  sink::DeviceDescription device{.id = "pack",
                                 .name = "Pack",
                                 .manufacturer = profile.manufacturer,
                                 .model = profile.model,
                                 .profile = profile.name,
                                 .channel = "bus",
                                 .endpoint = "tcp://gateway:26",
                                 .queries = {}};
  for (const auto& query : profile.queries) {
    if (query.request.write) continue;
    sink::QueryDescription given{query.request.name, query.interval, query.decoder.quantities(), {}};
    for (const Quantity* quantity : given.quantities)
      if (query.decoder.guaranteed(*quantity)) given.guaranteed.push_back(quantity);
    device.queries.push_back(std::move(given));
  }
  return device;
}

void append_page(std::string& out, const sink::prometheus::Readings& readings, Steady now) {
  sink::prometheus::Readings::Page page;
  while (readings.collect(page, now)) continue;
  sink::prometheus::Pieces pieces;
  readings.append(pieces, std::move(page));
  while (pieces.move_to(out)) continue;
}

Decoding::Decoding(const profile::Profile& profile, std::string_view query)
    : profile_{profile},
      query_{*profile_.find(query)},
      codec_{protocol::make_codec(profile_.protocol, profile_.dialect).value()},
      reader_{*codec_},
      router_{*codec_} {
  report_.device = "pack";
  report_.query = query_.request.name;
  report_.timestamp = UtcMillis{1795245352123ms};
  report_.received = Steady{1h};
}

const Report& Decoding::take(ByteView answer) {
  protocol::Query asked = query_.request;
  asked.address = profile_.default_address;
  router_.ask(std::move(asked), {});
  router_.heard(answer);
  reader_.feed(answer);
  while (const auto frame = reader_.next()) {
    if (router_.route(*frame) == channel::Route::answer) return decode(router_.take_payload());
  }
  give_up("the bytes are no answer");
}

const Report& Decoding::decode(ByteView payload) {
  decoded_.readings.swap(report_.readings);
  if (!query_.decoder.decode_into(payload, memory_, decoded_)) give_up("the payload does not decode");
  decoded_.readings.swap(report_.readings);
  report_.timestamp += 1s;
  report_.received += 1s;
  ++report_.sequence;
  return report_;
}

class MqttOutput::Broker final : public QuietConnection {
 public:
  explicit Broker(std::vector<std::uint64_t>& sent) : sent_{sent} {}
  void publish(Publication publication) override { sent_.push_back(publication.id); }

 private:
  std::vector<std::uint64_t>& sent_;
};

MqttOutput::MqttOutput(const sink::DeviceDescription& device, sink::mqtt::Options options)
    : sink_{loop_.get_executor(), std::move(options), "0.0.0",
            sink::mqtt::Environment{.now = [] { return Steady{1h}; },
                                    .random = [] { return 0.5; },
                                    .connect =
                                        [this](const auto&, sink::mqtt::ConnectionEvents& events) {
                                          events_ = &events;
                                          return std::make_unique<Broker>(sent_);
                                        }}} {
  sent_.reserve(100);
  sink_.describe(device);
  sink_.step();
  events_->on_connected(5, 0);
  events_->on_message("busbar/status", "online", false, {});
  sink_.step();
  acknowledge();
}

void MqttOutput::acknowledge() {
  while (!sent_.empty()) {
    const auto id = sent_.back();
    sent_.pop_back();
    events_->on_published(id, true);
  }
}

}  // namespace busbar::test
