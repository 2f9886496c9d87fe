// What the published answers of PI30 devices must give, reading by reading.
#include "data/voltronic/settings_exchanges.hpp"
#include "data/voltronic/state_exchanges.hpp"
#include "profile/frames.hpp"
#include "unit/profile/support.hpp"
#include "yaml/map_reader.hpp"

#include <cmath>

namespace busbar::profile::test {
namespace {

using busbar::test::voltronic::Exchange;

bool same(const Value& found, std::string_view expected) {
  if (std::holds_alternative<std::monostate>(found)) return expected == "null";
  if (const auto* const flag = std::get_if<bool>(&found)) return expected == (*flag ? "true" : "false");
  if (const auto* const number = std::get_if<double>(&found)) {
    const auto wanted = yaml::parse_number(expected);
    return wanted && std::abs(*wanted - *number) < 1e-9;
  }
  return std::get<std::string>(found) == expected;
}

class VoltronicExchanges : public testing::Test {
 protected:
  void check(const std::vector<Exchange>& exchanges) {
    for (const Exchange& one : exchanges) {
      SCOPED_TRACE(std::string{one.command} + " " + std::string{one.response});
      const bool sets = !one.command.starts_with('Q');
      if (!one.refused.empty() || one.response.empty() || sets) continue;  // the codec's tests
      unsigned understood = 0;
      for (const std::string name : {"pi30", "pi30_max"}) understood += decode(name, one) ? 1 : 0;
      EXPECT_TRUE(understood > 0 || dated(one.command)) << "no profile knows all of it";
      checked_ += understood;
    }
  }
  /// A day, month or year in the request: no poll can ask for it, see docs/protocols/voltronic.md.
  static bool dated(std::string_view command) { return command.size() > 6 && command.find("20") == 3; }

  bool decode(const std::string& profile_name, const Exchange& one) {
    const Profile& profile = *library_.find(profile_name);
    const Bytes command{one.command.begin(), one.command.end()};
    for (const ProfileQuery& query : profile.queries) {
      if (query.request.data != command) continue;
      const auto codec = protocol::make_codec("voltronic", profile.dialect).value();
      const Bytes response = bytes(one.response);
      const auto payload = payload_of(*codec, query.request, {&response, 1});
      EXPECT_TRUE(payload.has_value()) << to_string(payload.error());
      CounterMemory memory;
      const auto decoded = query.decoder.decode(*payload, memory);
      EXPECT_TRUE(decoded.has_value()) << to_string(decoded.error());
      return all_there(*decoded, profile_name, one);
    }
    return false;
  }

  /// Readings that only the other profile is sure about may be absent in one; a wrong one never may.
  static bool all_there(const Decoded& decoded, const std::string& profile, const Exchange& one) {
    bool all = true;
    for (const auto& [key, value] : one.expect) {
      const auto found = std::find_if(decoded.readings.begin(), decoded.readings.end(),
                                      [&](const auto& r) { return r.quantity->key == key; });
      if (found == decoded.readings.end()) {
        all = false;
        continue;
      }
      EXPECT_TRUE(same(found->value, value))
          << profile << ": " << key << " is " << format_value(*found->quantity, found->value) << ", not "
          << value;
    }
    return all;
  }

  yaml::Findings findings_;
  Library library_ = Library::load("", findings_);
  std::size_t checked_ = 0;
};

TEST_F(VoltronicExchanges, OfTheStateGiveWhatIsKnownOfThem) {
  check(busbar::test::voltronic::state_exchanges);
  EXPECT_GT(checked_, 15U);
}

TEST_F(VoltronicExchanges, OfSettingsAndIdentityGiveWhatIsKnownOfThem) {
  check(busbar::test::voltronic::settings_exchanges);
  EXPECT_GT(checked_, 30U);
}

}  // namespace
}  // namespace busbar::profile::test
