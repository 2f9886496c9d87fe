// One channel per framing and line setting, asked address by address.
#include "app/probe.hpp"

#include "app/describe_settings.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "channel/channel.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace busbar::app {
namespace {

using profile::Profile;
using profile::ProfileQuery;
using std::chrono::milliseconds;

/// What a profile can be recognised by: reads that need no other answer first, those that are polled before
/// others.
std::vector<const ProfileQuery*> recognisable(const Profile& profile) {
  std::vector<const ProfileQuery*> queries;
  for (const auto& query : profile.queries)
    if (!query.request.write && query.total.empty()) queries.push_back(&query);
  std::stable_partition(queries.begin(), queries.end(),
                        [](const auto* query) { return query->interval.count() > 0; });
  return queries;
}

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
    const auto wire = codec.build(request);
    if (!wire) co_return 0;
    auto known = answers_.find(*wire);
    if (known == answers_.end()) {
      channel::Request wanted{.device = "probe",
                              .query = request,
                              .priority = channel::Priority::on_demand,
                              .timeout = {},
                              .spacing = {}};
      auto reply = co_await channel_.exchange(std::move(wanted));
      error = reply ? std::nullopt : std::optional{reply.error()};
      auto payload = reply ? std::optional{std::move(reply->payload)} : std::nullopt;
      known = answers_.emplace(*wire, std::move(payload)).first;
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
  channel::Channel& channel_;
  std::uint32_t address_;
  std::map<Bytes, std::optional<Bytes>> answers_;
};

class Probe {
 public:
  Probe(const ProbeOptions& options, ProbeResult& result) : options_{options}, result_{result} {}

  asio::awaitable<Result<void>> run() {
    for (const auto& line : options_.lines) {
      for (const auto& framing : options_.framings) {
        auto tried = co_await try_framing(line, framing);
        if (!tried) co_return tried;
        if (!result_.hits.empty() && !options_.all) co_return Result<void>{};
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
    Result<void> outcome;
    co_await async::race(channel.run(), ask_all(channel, **asked_with, framing, outcome));
    const auto health = channel.health();
    result_.traces.bytes += health.bytes_received;
    result_.traces.skipped += health.bytes_skipped;
    result_.traces.late += health.late_frames;
    co_return outcome;
  }

  asio::awaitable<void> ask_all(channel::Channel& channel, const protocol::Codec& codec,
                                const Framing& framing, Result<void>& outcome) {
    bool first = true;
    for (const auto address : addresses_of(framing, options_.first, options_.last)) {
      if (options_.progress) options_.progress(channel.health().endpoint, framing, address);
      Interview interview{channel, address};
      co_await recognise(interview, codec, framing, channel.health().endpoint, address, first);
      first = false;
      if (interview.error && !channel.health().connected && channel.health().connects == 0) {
        outcome = *interview.error;
        break;
      }
    }
    channel.stop();
  }

  asio::awaitable<void> recognise(Interview& interview, const protocol::Codec& codec, const Framing& framing,
                                  std::string endpoint, std::uint32_t address, bool first) {
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
    if (hit.profile != nullptr) result_.hits.push_back(std::move(hit));
  }

  const ProbeOptions& options_;
  ProbeResult& result_;
};

}  // namespace

std::string Framing::name() const { return dialect.empty() ? protocol : protocol + " (" + dialect + ")"; }

std::vector<Framing> framings_of(const profile::Library& profiles, const std::vector<std::string>& only) {
  std::vector<Framing> framings;
  for (const auto protocol : protocol::protocols()) {
    if (!only.empty() && std::find(only.begin(), only.end(), protocol) == only.end()) continue;
    for (const Profile* const profile : profiles.all()) {
      if (profile->protocol != protocol) continue;
      const auto same = std::find_if(framings.begin(), framings.end(), [&](const Framing& framing) {
        return framing.protocol == profile->protocol && framing.dialect == profile->dialect;
      });
      if (same != framings.end()) {
        same->profiles.push_back(profile);
      } else {
        framings.push_back({profile->protocol, profile->dialect, {profile}});
      }
    }
  }
  return framings;
}

std::vector<std::uint32_t> addresses_of(const Framing& framing, std::uint32_t first, std::uint32_t last) {
  std::uint32_t most = 0;
  for (const Profile* const profile : framing.profiles) most = std::max(most, profile->max_address);
  std::vector<std::uint32_t> addresses;
  for (std::uint64_t address = first; address <= std::min(last, most); ++address)
    addresses.push_back(static_cast<std::uint32_t>(address));
  if (addresses.empty() && !framing.profiles.empty())
    addresses.push_back(framing.profiles.front()->default_address);
  return addresses;
}

asio::awaitable<Result<void>> probe(ProbeOptions options, ProbeResult& result) {
  Probe run{options, result};
  co_return co_await run.run();
}

std::string site_file_of(const std::vector<Hit>& hits) {
  // A channel speaks one protocol.
  std::vector<std::pair<std::string, std::string>> channels;
  std::string devices;
  for (const Hit& hit : hits) {
    const std::pair wanted{hit.protocol, hit.endpoint};
    const auto known = std::find(channels.begin(), channels.end(), wanted);
    const auto number = static_cast<std::size_t>(known - channels.begin()) + 1;
    if (known == channels.end()) channels.push_back(wanted);
    devices += "  " + hit.profile->name + "_" + std::to_string(hit.address) +
               (number == 1 ? "" : "_" + std::to_string(number)) + ": {channel: bus" +
               std::to_string(number) + ", profile: " + hit.profile->name +
               ", address: " + std::to_string(hit.address) + "}";
    for (std::size_t n = 0; n < hit.alternatives.size(); ++n)
      devices += (n == 0 ? "   # fits as well: " : ", ") + hit.alternatives[n];
    devices += "\n";
  }
  std::string text = "version: 1\nchannels:\n";
  for (std::size_t n = 0; n < channels.size(); ++n)
    text += "  bus" + std::to_string(n + 1) + ": {link: " + yaml_scalar(channels[n].second) + "}\n";
  return text + "devices:\n" + devices;
}

}  // namespace busbar::app
