#include "app/probe/plan.hpp"

#include "yaml/map_reader.hpp"

#include <algorithm>

namespace busbar::app::probe {
namespace {

using profile::Profile;

constexpr AddressRange usual_addresses{1, 16};
constexpr std::int64_t most_addresses = 256;

}  // namespace

std::string Framing::name() const { return dialect.empty() ? protocol : protocol + " (" + dialect + ")"; }

bool Framing::only_listens() const {
  return std::all_of(profiles.begin(), profiles.end(), [](const Profile* profile) {
    return std::all_of(profile->queries.begin(), profile->queries.end(),
                       [](const auto& query) { return query.listen || query.interval.count() == 0; });
  });
}

std::vector<const profile::ProfileQuery*> recognisable(const Profile& profile) {
  std::vector<const profile::ProfileQuery*> queries;
  // Products that speak by themselves are recognised by that: to ask them could disturb what they are not.
  const bool speaks = std::any_of(profile.queries.begin(), profile.queries.end(),
                                  [](const auto& query) { return query.listen; });
  for (const auto& query : profile.queries)
    if (!query.request.write && query.total.empty() && query.listen == speaks && !query.occasional)
      queries.push_back(&query);
  std::stable_partition(queries.begin(), queries.end(),
                        [](const auto* query) { return query->interval.count() > 0; });
  return queries;
}

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
  std::stable_partition(framings.begin(), framings.end(),
                        [](const Framing& framing) { return framing.only_listens(); });
  return framings;
}

std::optional<AddressRange> parse_range(const std::string& text) {
  const auto dash = text.find('-');
  const auto first = yaml::parse_integer(text.substr(0, dash));
  const auto last = dash == std::string::npos ? first : yaml::parse_integer(text.substr(dash + 1));
  if (!first || !last || *first < 0 || *last < *first || *last > 0xFFFFFFFFLL ||
      *last - *first >= most_addresses)
    return std::nullopt;
  return AddressRange{static_cast<std::uint32_t>(*first), static_cast<std::uint32_t>(*last)};
}

std::vector<std::uint32_t> addresses_of(const Framing& framing, const std::optional<AddressRange>& range) {
  std::uint32_t most = 0;
  for (const Profile* const profile : framing.profiles) most = std::max(most, profile->max_address);
  std::vector<std::uint32_t> addresses;
  const auto add = [&](std::uint32_t address) {
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(address);
  };
  if (!range || most == 0)
    for (const Profile* const profile : framing.profiles) add(profile->default_address);
  if (most == 0) return addresses;
  const auto [first, last] = range.value_or(usual_addresses);
  for (std::uint64_t address = first; address <= std::min(last, most); ++address)
    add(static_cast<std::uint32_t>(address));
  return addresses;
}

std::vector<link::Options> lines_of(std::string_view text, const link::Options& parsed) {
  const auto* const serial = std::get_if<link::SerialOptions>(&parsed);
  if (serial == nullptr || text.find("baud=") != std::string_view::npos) return {parsed};
  std::vector<link::Options> lines;
  for (const unsigned baud : {9600U, 19200U, 115200U, 2400U, 4800U, 38400U, 57600U}) {
    link::SerialOptions line = *serial;
    line.baud = baud;
    lines.emplace_back(line);
  }
  link::SerialOptions meters = *serial;  // M-Bus
  meters.baud = 2400;
  meters.parity = link::Parity::even;
  lines.emplace_back(meters);
  return lines;
}

}  // namespace busbar::app::probe
