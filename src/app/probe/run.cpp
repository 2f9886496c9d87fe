// One channel per framing and line setting, asked address by address.
#include "app/probe/run.hpp"

#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "channel/channel.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace busbar::app::probe {
namespace {

using profile::Profile;
using profile::ProfileQuery;
using std::chrono::milliseconds;

/// What speaks by itself does so every second or two: who was silent so long is not there.
constexpr milliseconds time_to_speak{2500};
/// So often the line may be lost without having given a byte.
constexpr std::uint64_t most_losses = 3;

channel::Options manners(milliseconds timeout) {
  channel::Options options;
  options.id = "probe";
  options.spacing = milliseconds{100};
  // What is late must not be taken for the answer of the next address; the codec compares, silence helps.
  options.settle = milliseconds{50};
  options.timeout = timeout;
  options.retries = 0;
  options.breaker_failures = 0;
  options.silence_limit = milliseconds{0};
  options.reconnect_min = options.reconnect_max = milliseconds{500};
  return options;
}

/// The questions to one address through one framing; no question is asked twice.
class Interview {
 public:
  Interview(channel::Channel& channel, std::uint32_t address) : channel_{channel}, address_{address} {}

  /// Readings in the answer; 0: none came, or it does not fit the profile.
  asio::awaitable<std::size_t> ask(const protocol::Codec& codec, const ProfileQuery& query) {
    protocol::Query request = query.request;
    request.address = address_;
    Question question{query.listen ? request.command : 0, {}};
    if (!query.listen) {
      auto wire = codec.build(request);
      if (!wire) co_return 0;
      question.second = std::move(*wire);
    }
    auto known = answers_.find(question);
    if (known == answers_.end()) {
      channel::Request wanted{.device = "probe",
                              .query = request,
                              .listen = query.listen,
                              .priority = channel::Priority::on_demand,
                              .timeout = {},
                              .spacing = {}};
      if (query.listen) wanted.timeout = time_to_speak;
      auto reply = co_await channel_.exchange(std::move(wanted));
      error = reply ? std::nullopt : std::optional{reply.error()};
      auto payload = reply ? std::optional{std::move(reply->payload)} : std::nullopt;
      known = answers_.emplace(std::move(question), std::move(payload)).first;
    }
    if (!known->second) co_return 0;
    profile::CounterMemory memory;
    const auto decoded = query.decoder.decode(*known->second, memory);
    // A value that is not plausible speaks against a profile as much as one that is speaks for it.
    co_return decoded && decoded->readings.size() > decoded->drops.size()
        ? decoded->readings.size() - decoded->drops.size()
        : 0;
  }
  void forget() { answers_.clear(); }

  std::optional<Error> error;  ///< of the last question

 private:
  /// The bytes that are sent; the command, where one only listens.
  using Question = std::pair<std::uint32_t, Bytes>;
  channel::Channel& channel_;
  std::uint32_t address_;
  std::map<Question, std::optional<Bytes>> answers_;
};

class Probe {
 public:
  Probe(const Options& options, Outcome& outcome) : options_{options}, outcome_{outcome} {
    for (const auto& framing : options_.framings)
      steps_ += options_.lines.size() * addresses_of(framing, options_.addresses).size();
  }

  asio::awaitable<Result<void>> run() {
    for (const auto& line : options_.lines) {
      for (const auto& framing : options_.framings) {
        auto tried = co_await try_framing(line, framing);
        if (!tried) co_return tried;
        if (!outcome_.hits.empty() && !options_.all) co_return Result<void>{};
      }
    }
    co_return Result<void>{};
  }

 private:
  asio::awaitable<Result<void>> try_framing(const link::Options& line, const Framing& framing) {
    auto codec = protocol::make_codec(framing.protocol, framing.dialect);
    auto asked_with = protocol::make_codec(framing.protocol, framing.dialect);
    if (!codec || !asked_with) co_return std::move(codec).error();
    channel::Channel channel{co_await asio::this_coro::executor, manners(options_.timeout),
                             link::make_link(line), std::move(*codec)};
    Result<void> done;
    co_await async::race(channel.run(), ask_all(channel, **asked_with, framing, done));
    const auto health = channel.health();
    outcome_.traces.bytes += health.bytes_received;
    outcome_.traces.skipped += health.bytes_skipped;
    outcome_.traces.late += health.late_frames;
    co_return done;
  }

  asio::awaitable<void> ask_all(channel::Channel& channel, const protocol::Codec& codec,
                                const Framing& framing, Result<void>& done) {
    bool first = true;
    for (const auto address : addresses_of(framing, options_.addresses)) {
      const std::string endpoint = channel.health().endpoint;
      if (options_.progress) options_.progress({endpoint, framing.name(), address, ++step_, steps_});
      Interview interview{channel, address};
      co_await recognise(interview, codec, framing, endpoint, address, first);
      first = false;
      const auto health = channel.health();
      if (interview.error && health.connects == 0) {
        done = *interview.error;
        break;
      }
      if (health.connects > most_losses && health.bytes_received == 0) {
        done = Error{Errc::connection_closed,
                     endpoint +
                         " is lost again and again, and not one byte came. Most gateways take one "
                         "connection only: does the daemon, or another program, hold it?"};
        break;
      }
    }
    channel.stop();
  }

  asio::awaitable<void> recognise(Interview& interview, const protocol::Codec& codec, const Framing& framing,
                                  std::string endpoint, std::uint32_t address, bool first) {
    first = first && !framing.only_listens();
    std::map<const Profile*, std::size_t> fits;
    for (const Profile* const profile : framing.profiles) {
      if (address > profile->max_address) continue;
      const auto queries = recognisable(*profile);
      if (queries.empty()) continue;
      std::size_t readings = co_await interview.ask(codec, *queries.front());
      // Some device servers lose what comes right after a connect.
      if (readings == 0 && std::exchange(first, false) && interview.error) {
        interview.forget();
        readings = co_await interview.ask(codec, *queries.front());
      }
      if (readings > 0) fits[profile] = readings;
    }
    if (fits.size() > 1) {
      // The first answer fits several: the others will tell them apart.
      for (auto& [profile, readings] : fits) {
        const auto queries = recognisable(*profile);
        for (std::size_t n = 1; n < queries.size(); ++n)
          readings += co_await interview.ask(codec, *queries[n]);
      }
    }
    note(fits, framing, std::move(endpoint), address);
  }

  void note(const std::map<const Profile*, std::size_t>& fits, const Framing& framing, std::string endpoint,
            std::uint32_t address) {
    Hit hit{.endpoint = std::move(endpoint), .protocol = framing.protocol, .address = address};
    for (const Profile* const profile : framing.profiles) {  // equals stay in the order of their names
      const auto found = fits.find(profile);
      if (found == fits.end()) continue;
      if (hit.profile == nullptr || found->second > hit.readings) {
        hit.alternatives.clear();
        hit.profile = profile;
        hit.readings = found->second;
      } else if (found->second == hit.readings) {
        hit.alternatives.push_back(profile->name);
      }
    }
    if (hit.profile != nullptr) outcome_.hits.push_back(std::move(hit));
  }

  const Options& options_;
  Outcome& outcome_;
  std::size_t step_ = 0;
  std::size_t steps_ = 0;  ///< when nothing answers
};

}  // namespace

asio::awaitable<Result<void>> run(Options options, Outcome& outcome) {
  Probe probe{options, outcome};
  co_return co_await probe.run();
}

}  // namespace busbar::app::probe
