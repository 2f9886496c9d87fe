// A corrupt frame never becomes an answer: every other value at every position of every known response.
#include "data/orion/exchanges.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/orion.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace busbar::protocol::orion {
namespace {

namespace known = test::orion;

struct Seen {
  std::size_t frames = 0;
  std::size_t accepted = 0;
};

/// What becomes of `bytes` when silence follows them.
Seen receive(const Codec& codec, const Query& query, ByteView bytes) {
  FrameReader reader{codec};
  reader.feed(bytes);
  Seen seen;
  while (const auto frame = reader.next_after_silence()) {
    ++seen.frames;
    if (codec.answers(query, *frame)) ++seen.accepted;
  }
  EXPECT_EQ(reader.buffered(), 0U);
  return seen;
}

class Corruption : public testing::TestWithParam<known::Exchange> {
 protected:
  Query query() const {
    Query result;
    result.address = 1;
    result.command = GetParam().command;
    result.write = GetParam().write;
    return result;
  }
  Bytes response() const { return from_hex(GetParam().response).value(); }
  std::unique_ptr<Codec> codec = make_codec(manufacturer);
};

TEST_P(Corruption, OfOneByteYieldsNoAnswer) {
  const Bytes good = response();
  ASSERT_EQ(receive(*codec, query(), good).accepted, 1U);
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int flip = 1; flip < 256; ++flip) {
      Bytes bad = good;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ flip);
      const Seen seen = receive(*codec, query(), bad);
      EXPECT_EQ(seen.accepted, 0U) << "byte " << at << " flipped by " << flip;
      // The address is the one byte the checksum does not cover: a frame, but nobody's answer.
      EXPECT_EQ(seen.frames, at == 2 ? 1U : 0U) << "byte " << at << " flipped by " << flip;
    }
  }
}

TEST_P(Corruption, ByALostByteYieldsNoAnswer) {
  const Bytes good = response();
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad.erase(bad.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_EQ(receive(*codec, query(), bad).accepted, 0U) << "byte " << at;
  }
}

TEST_P(Corruption, ByATruncationYieldsNoAnswer) {
  const Bytes good = response();
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_EQ(receive(*codec, query(), ByteView{good}.first(size)).frames, 0U) << size;
}

TEST_P(Corruption, IsForgottenByTheNextGoodFrame) {
  const Bytes good = response();
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes both = good;
    both[at] = static_cast<std::uint8_t>(both[at] ^ 0xFF);
    both.insert(both.end(), good.begin(), good.end());
    EXPECT_EQ(receive(*codec, query(), both).accepted, 1U) << "byte " << at;
  }
}

INSTANTIATE_TEST_SUITE_P(Orion, Corruption, testing::ValuesIn(known::exchanges), [](const auto& parameter) {
  std::string name{parameter.param.name};
  std::erase_if(name, [](char c) { return c == ' ' || c == ','; });
  return name;
});

}  // namespace
}  // namespace busbar::protocol::orion
