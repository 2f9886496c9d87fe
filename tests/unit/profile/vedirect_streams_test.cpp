// What the captured streams of Victron products must give, block by block, merged as a sink would.
#include "data/vedirect/streams.hpp"
#include "unit/profile/support.hpp"
#include "yaml/map_reader.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <map>

namespace busbar::profile::test {
namespace {

std::string as_text(const Reading& reading) {
  if (std::holds_alternative<std::monostate>(reading.value)) return "null";
  return format_value(*reading.quantity, reading.value);
}

bool same(const std::string& found, std::string_view expected) {
  if (found == expected) return true;
  const auto number = [](std::string_view text) { return yaml::parse_number(text); };
  const auto a = number(found);
  const auto b = number(expected);
  return a && b && std::abs(*a - *b) < 1e-9;
}

TEST(VeDirectStreams, GiveWhatTheirDisplaysShowed) {
  yaml::Findings findings;
  const Library library = Library::load("", findings);
  for (const auto& stream : busbar::test::vedirect::streams) {
    const Profile& profile = *library.find(stream.profile);
    const auto codec = protocol::make_codec("vedirect").value();
    protocol::FrameReader reader{*codec};
    std::map<std::string, std::string> merged;
    reader.feed(from_hex(stream.hex).value());
    CounterMemory memory;
    while (const auto frame = reader.next()) {
      for (const ProfileQuery& query : profile.queries) {
        if (!codec->answers(query.request, *frame)) continue;
        const Bytes payload{frame->payload.begin(), frame->payload.end()};
        const auto decoded =
            query.decoder.decode(*codec->assemble(query.request, {&payload, 1}).value(), memory);
        ASSERT_TRUE(decoded.has_value()) << stream.what << to_string(decoded.error());
        EXPECT_TRUE(decoded->drops.empty()) << stream.what << ": " << decoded->drops.front().reason;
        for (const Reading& reading : decoded->readings) merged[reading.quantity->key] = as_text(reading);
      }
    }
    for (const auto& [key, value] : stream.expect) {
      const auto found = merged.find(std::string{key});
      ASSERT_NE(found, merged.end()) << stream.what << ": " << key << " is missing";
      EXPECT_TRUE(same(found->second, value))
          << stream.what << ": " << key << " is " << found->second << ", expected " << value;
    }
    EXPECT_EQ(merged.empty(), stream.expect.empty()) << stream.what;
  }
}

}  // namespace
}  // namespace busbar::profile::test
