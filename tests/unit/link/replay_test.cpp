// The tape: what was recorded comes back in its order, and only as far as the questions are asked again.
#include "link/replay.hpp"

#include "unit/link/link_fixture.hpp"

#include <gmock/gmock.h>

namespace busbar::link {
namespace {

using namespace std::chrono_literals;
using capture::Event;
using capture::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcMillis noon = std::chrono::sys_days{std::chrono::year{2020} / 2 / 29} + 12h;

Event event(Kind kind, Bytes bytes = {}, UtcMillis utc = noon) {
  return {.kind = kind, .utc = utc, .offset = 0us, .exchange = 1, .bytes = std::move(bytes)};
}

class Replayed : public test::LinkFixture {
 protected:
  void tape(std::vector<Event> events, double speed = 0) {
    events_ = std::move(events);
    tape_.emplace(io_.get_executor(), events_, speed);
    tape_->start();
    link_.emplace(*tape_);
  }
  std::unique_ptr<ByteStream> opened() {
    auto stream = open(*link_);
    EXPECT_TRUE(stream);
    return stream ? std::move(*stream) : nullptr;
  }
  Bytes bytes_read(ByteStream& stream) {
    const auto count = read(stream);
    EXPECT_TRUE(count) << to_string(count.error());
    return count ? Bytes{buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(*count)} : Bytes{};
  }
  /// What a read gives when nothing is to be had now: it waits.
  bool waits(ByteStream& stream, std::optional<Result<std::size_t>>& result) {
    begin_read(stream, result);
    return !result.has_value();
  }
  static asio::awaitable<void> note(asio::awaitable<bool> task, std::optional<bool>& result) {
    result = co_await std::move(task);
  }
  void begin_next_request() {
    asked_.reset();
    tasks_.spawn("asker", note(tape_->next_request(), asked_));
    io_.restart();
    io_.poll();
  }

  std::vector<Event> events_;
  std::optional<Tape> tape_;
  std::optional<ReplayLink> link_;
  std::optional<bool> asked_;
};

TEST_F(Replayed, GivesEveryChunkAsItCame) {
  tape({event(Kind::open), event(Kind::received, {1, 2}), event(Kind::received, {3}), event(Kind::closed)});
  const auto stream = opened();
  EXPECT_THAT(bytes_read(*stream), ElementsAre(1, 2));
  EXPECT_THAT(bytes_read(*stream), ElementsAre(3));
  EXPECT_EQ(read(*stream).error().code, Errc::connection_closed);
}

TEST_F(Replayed, SaysWhenTheBytesCameThen) {
  tape({event(Kind::open), event(Kind::received, {1}, noon + 7ms)});
  const auto stream = opened();
  (void)bytes_read(*stream);
  EXPECT_EQ(stream->moment(), noon + 7ms);
}

TEST_F(Replayed, CutsAChunkForASmallReader) {
  tape({event(Kind::open), event(Kind::received, Bytes(300, 9)), event(Kind::received, {1})});
  const auto stream = opened();
  EXPECT_EQ(bytes_read(*stream).size(), 256u);
  EXPECT_EQ(bytes_read(*stream).size(), 44u);
  EXPECT_THAT(bytes_read(*stream), ElementsAre(1));
}

TEST_F(Replayed, HoldsTheAnswerBackUntilTheQuestionIsAsked) {
  tape({event(Kind::open), event(Kind::sent, {7}), event(Kind::received, {8})});
  const auto stream = opened();
  std::optional<Result<std::size_t>> answer;
  EXPECT_TRUE(waits(*stream, answer));
  EXPECT_TRUE(write(*stream, {7}));
  wait_for([&] { return answer.has_value(); });
  EXPECT_EQ(answer->value(), 1u);
}

TEST_F(Replayed, TakesNoOtherQuestion) {
  tape({event(Kind::open), event(Kind::sent, {7})});
  const auto stream = opened();
  const auto written = write(*stream, {6});
  ASSERT_FALSE(written);
  EXPECT_THAT(written.error().detail, HasSubstr("asked 06, recorded is 07"));
  EXPECT_THAT(tape_->deviation(), HasSubstr("asked 06"));
}

TEST_F(Replayed, TakesNoQuestionWhereNoneWasRecorded) {
  tape({event(Kind::open), event(Kind::received, {1})});
  const auto stream = opened();
  EXPECT_FALSE(write(*stream, {6}));
}

TEST_F(Replayed, SaysWhereTheWaitEndedAndStopsThere) {
  tape({event(Kind::open), event(Kind::sent, {7}), event(Kind::expired), event(Kind::received, {8})});
  const auto stream = opened();
  EXPECT_TRUE(write(*stream, {7}));
  EXPECT_EQ(read(*stream).error().code, Errc::timeout);
  std::optional<Result<std::size_t>> late;
  EXPECT_TRUE(waits(*stream, late)) << "the late answer must not overtake the end of the wait";
  tape_->concluded();
  wait_for([&] { return late.has_value(); });
  EXPECT_EQ(late->value(), 1u);
}

TEST_F(Replayed, EndsTheWaitWhenItHearsLessThanTheRecordingDid) {
  tape({event(Kind::open), event(Kind::sent, {7}), event(Kind::received, {8}), event(Kind::sent, {9})});
  const auto stream = opened();
  EXPECT_TRUE(write(*stream, {7}));
  (void)bytes_read(*stream);
  EXPECT_EQ(read(*stream).error().code, Errc::timeout) << "the next question was recorded here";
}

TEST_F(Replayed, EndsTheWaitAtItsEnd) {
  tape({event(Kind::open), event(Kind::sent, {7})});
  const auto stream = opened();
  EXPECT_TRUE(write(*stream, {7}));
  EXPECT_EQ(read(*stream).error().code, Errc::timeout);
}

TEST_F(Replayed, LetsTheAskerWaitUntilAllBeforeItIsRead) {
  tape({event(Kind::open), event(Kind::received, {1}), event(Kind::sent, {7})});
  begin_next_request();
  EXPECT_FALSE(asked_);
  const auto stream = opened();
  EXPECT_FALSE(asked_);
  (void)bytes_read(*stream);
  std::optional<Result<std::size_t>> more;
  EXPECT_TRUE(waits(*stream, more)) << "what was read has been looked at once the reader asks for more";
  wait_for([this] { return asked_.has_value(); });
  EXPECT_TRUE(*asked_);
}

TEST_F(Replayed, HoldsStillWhereSomethingWasHeardUntilItIsTaken) {
  tape({event(Kind::open), event(Kind::received, {1}), event(Kind::heard), event(Kind::received, {2})});
  const auto stream = opened();
  asked_.reset();
  tasks_.spawn("listener", note(tape_->next_heard(), asked_));
  EXPECT_EQ(bytes_read(*stream), Bytes{1});
  EXPECT_FALSE(asked_) << "what was read is not looked at yet";
  std::optional<Result<std::size_t>> next;
  EXPECT_TRUE(waits(*stream, next));
  EXPECT_EQ(asked_, true);
  tape_->passed();
  io_.restart();
  io_.poll();
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(buffer_[0], 2);
}

TEST_F(Replayed, DoesNotOpenBeforeItIsStarted) {
  const std::vector<Event> events{event(Kind::open)};
  Tape held{io_.get_executor(), events};
  ReplayLink link{held};
  std::optional<Result<std::unique_ptr<ByteStream>>> stream;
  tasks_.spawn("opener", [](ReplayLink& from, auto& into) -> asio::awaitable<void> {
    into = co_await from.open();
  }(link, stream));
  io_.restart();
  io_.poll();
  EXPECT_FALSE(stream);
  held.start();
  io_.restart();
  io_.poll();
  EXPECT_TRUE(stream);
}

TEST_F(Replayed, TellsTheAskerThatThereIsNoFurtherQuestion) {
  tape({event(Kind::open), event(Kind::received, {1})});
  const auto stream = opened();
  (void)bytes_read(*stream);
  begin_next_request();
  wait_for([this] { return asked_.has_value(); });
  EXPECT_FALSE(*asked_);
}

TEST_F(Replayed, IsRefusedAndOpensAgainAsRecorded) {
  Event refused = event(Kind::refused);
  refused.error = Errc::resolve_failed;
  tape({refused, event(Kind::open), event(Kind::closed), event(Kind::open), event(Kind::received, {5})});
  EXPECT_EQ(open(*link_).error().code, Errc::resolve_failed);
  auto stream = opened();
  EXPECT_EQ(read(*stream).error().code, Errc::connection_closed);
  stream = opened();
  EXPECT_THAT(bytes_read(*stream), ElementsAre(5));
}

TEST_F(Replayed, EndsAReadWhenItIsClosed) {
  tape({event(Kind::open)});
  const auto stream = opened();
  std::optional<Result<std::size_t>> pending;
  EXPECT_TRUE(waits(*stream, pending));
  stream->close();
  wait_for([&] { return pending.has_value(); });
  EXPECT_EQ(pending->error().code, Errc::connection_closed);
}

TEST_F(Replayed, KeepsTheRecordedPaceWhenAskedTo) {
  Event first = event(Kind::open);
  Event late = event(Kind::received, {1});
  late.offset = 40ms;
  tape({first, late}, 2);
  const auto begin = std::chrono::steady_clock::now();
  const auto stream = opened();
  (void)bytes_read(*stream);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 19ms)
      << "never early; how late is the machine's affair";
}

}  // namespace
}  // namespace busbar::link
