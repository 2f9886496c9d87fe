// A damaged answer never becomes a reading: every byte of every example, changed to every other value.
#include "profile/frames.hpp"
#include "unit/profile/support.hpp"

#include <algorithm>

namespace busbar::profile::test {
namespace {

/// The question of an example, and what busbar makes of frames that come as its answer.
class Question {
 public:
  Question(const Profile& profile, const protocol::Codec& codec, const Example& example)
      : query_{*profile.find(example.query)}, codec_{codec}, request_{request_of(query_, example)} {}

  [[nodiscard]] std::optional<Bytes> carried(std::span<const Bytes> frames) const {
    auto payload = payload_of(codec_, request_, frames);
    return payload ? std::optional{std::move(*payload)} : std::nullopt;
  }
  [[nodiscard]] bool reads(const Bytes& payload) const {
    CounterMemory memory;
    const auto decoded = query_.decoder.decode(payload, memory);
    return decoded && !decoded->readings.empty();
  }
  [[nodiscard]] bool gives_reading(std::span<const Bytes> frames) const {
    const auto payload = carried(frames);
    return payload && reads(*payload);
  }

 private:
  const ProfileQuery& query_;
  const protocol::Codec& codec_;
  protocol::Query request_;
};

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
        visit(*profile, example, Question{*profile, *codec, example});
      }
    }
  }
};

TEST_F(Corruption, UndamagedExamplesGiveReadings) {
  each_example([](const Profile&, const Example& example, const Question& question) {
    EXPECT_TRUE(question.gives_reading(example.response));
  });
}

TEST_F(Corruption, OfAnySingleByteGivesNone) {
  each_example([](const Profile&, const Example& example, const Question& question) {
    std::vector<Bytes> frames = example.response;
    const auto good_payload = question.carried(frames);
    for (Bytes& frame : frames) {
      for (std::size_t at = 0; at < frame.size(); ++at) {
        const std::uint8_t good = frame[at];
        for (unsigned flip = 1; flip < 256; ++flip) {
          frame[at] = static_cast<std::uint8_t>(good ^ flip);
          const auto payload = question.carried(frames);
          // A CRC or an end of line can be written in two ways: what is carried is the same then.
          if (!payload || payload == good_payload) continue;
          ASSERT_FALSE(question.reads(*payload))
              << "byte " << at << " is " << int{frame[at]} << " instead of " << int{good};
        }
        frame[at] = good;
      }
    }
  });
}

TEST_F(Corruption, OfTheLengthByLossOrGainGivesNone) {
  each_example([](const Profile&, const Example& example, const Question& question) {
    for (std::size_t at = 0; at < example.response[0].size(); ++at) {
      std::vector<Bytes> frames = example.response;
      frames[0].erase(frames[0].begin() + static_cast<std::ptrdiff_t>(at));
      EXPECT_FALSE(question.gives_reading(frames)) << "without byte " << at;
      frames = example.response;
      frames[0].insert(frames[0].begin() + static_cast<std::ptrdiff_t>(at), 0x5A);
      EXPECT_FALSE(question.gives_reading(frames)) << "with a byte before " << at;
    }
  });
}

TEST_F(Corruption, AnswersOfAnotherQueryGiveNone) {
  each_example([](const Profile& profile, const Example& example, const Question& question) {
    if (profile.protocol == "voltronic") return;  // says nothing but how many words there are: see its codec
    for (const Example& other : profile.examples) {
      const bool both_writes =
          profile.find(other.query)->request.write && profile.find(example.query)->request.write;
      if (other.query != example.query && !both_writes) {
        EXPECT_FALSE(question.gives_reading(other.response)) << "answered by " << other.name;
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
  const Question question{profile, *codec, *split};
  EXPECT_FALSE(question.gives_reading(std::span{split->response}.first(1)));
  std::vector<Bytes> too_many = split->response;
  too_many.push_back(split->response[0]);
  EXPECT_FALSE(question.gives_reading(too_many));
}

}  // namespace
}  // namespace busbar::profile::test
