// A damaged answer never becomes a reading: every byte of every example, changed to every other value.
#include "profile/frames.hpp"
#include "unit/profile/support.hpp"

#include <algorithm>

namespace busbar::profile::test {
namespace {

/// What the frames carry, where they are an answer to the example's query.
std::optional<Bytes> carried(const Profile& profile, const protocol::Codec& codec, const Example& example,
                             std::span<const Bytes> frames) {
  auto payload = payload_of(codec, request_of(*profile.find(example.query), example), frames);
  return payload ? std::optional{std::move(*payload)} : std::nullopt;
}

/// True when the frames, taken for the answer to the example's query, give at least one reading.
bool gives_reading(const Profile& profile, const protocol::Codec& codec, const Example& example,
                   std::span<const Bytes> frames) {
  const ProfileQuery& query = *profile.find(example.query);
  const protocol::Query request = request_of(query, example);
  const auto payload = payload_of(codec, request, frames);
  CounterMemory memory;
  const auto decoded = payload ? query.decoder.decode(*payload, memory) : Result<Decoded>{payload.error()};
  return decoded && !decoded->readings.empty();
}

class Corruption : public testing::Test {
 protected:
  yaml::Findings findings_;
  Library library_ = Library::load("", findings_);

  template <class Visit>
  void each_example(Visit visit) {
    for (const Profile* const profile : library_.all()) {
      const auto codec = protocol::make_codec(profile->protocol, profile->dialect).value();
      for (const Example& example : profile->examples) {
        SCOPED_TRACE(profile->name + ": " + example.name);
        visit(*profile, *codec, example);
      }
    }
  }
};

TEST_F(Corruption, UndamagedExamplesGiveReadings) {
  each_example([](const Profile& profile, const protocol::Codec& codec, const Example& example) {
    EXPECT_TRUE(gives_reading(profile, codec, example, example.response));
  });
}

TEST_F(Corruption, OfAnySingleByteGivesNone) {
  each_example([](const Profile& profile, const protocol::Codec& codec, const Example& example) {
    std::vector<Bytes> frames = example.response;
    const auto good_payload = carried(profile, codec, example, frames);
    for (Bytes& frame : frames) {
      for (std::size_t at = 0; at < frame.size(); ++at) {
        const std::uint8_t good = frame[at];
        for (unsigned flip = 1; flip < 256; ++flip) {
          frame[at] = static_cast<std::uint8_t>(good ^ flip);
          // A CRC or an end of line can be written in two ways: what is carried is the same then.
          if (carried(profile, codec, example, frames) == good_payload) continue;
          ASSERT_FALSE(gives_reading(profile, codec, example, frames))
              << "byte " << at << " is " << int{frame[at]} << " instead of " << int{good};
        }
        frame[at] = good;
      }
    }
  });
}

TEST_F(Corruption, OfTheLengthByLossOrGainGivesNone) {
  each_example([](const Profile& profile, const protocol::Codec& codec, const Example& example) {
    for (std::size_t at = 0; at < example.response[0].size(); ++at) {
      std::vector<Bytes> frames = example.response;
      frames[0].erase(frames[0].begin() + static_cast<std::ptrdiff_t>(at));
      EXPECT_FALSE(gives_reading(profile, codec, example, frames)) << "without byte " << at;
      frames = example.response;
      frames[0].insert(frames[0].begin() + static_cast<std::ptrdiff_t>(at), 0x5A);
      EXPECT_FALSE(gives_reading(profile, codec, example, frames)) << "with a byte before " << at;
    }
  });
}

TEST_F(Corruption, AnswersOfAnotherQueryGiveNone) {
  each_example([](const Profile& profile, const protocol::Codec& codec, const Example& example) {
    if (profile.protocol == "voltronic") return;  // says nothing but how many words there are: see its codec
    for (const Example& other : profile.examples) {
      const bool both_writes =
          profile.find(other.query)->request.write && profile.find(example.query)->request.write;
      if (other.query != example.query && !both_writes) {
        EXPECT_FALSE(gives_reading(profile, codec, example, other.response)) << "answered by " << other.name;
      }
    }
  });
}

TEST_F(Corruption, FramesOfOneAnswerInDoubtGiveNone) {
  const Profile& profile = *library_.find("orion1000");
  const auto codec = protocol::make_codec(profile.protocol, profile.dialect).value();
  const auto split = std::find_if(profile.examples.begin(), profile.examples.end(),
                                  [](const Example& example) { return example.response.size() > 1; });
  ASSERT_NE(split, profile.examples.end());
  EXPECT_FALSE(gives_reading(profile, *codec, *split, std::span{split->response}.first(1)));
  std::vector<Bytes> too_many = split->response;
  too_many.push_back(split->response[0]);
  EXPECT_FALSE(gives_reading(profile, *codec, *split, too_many));
}

}  // namespace
}  // namespace busbar::profile::test
