// A channel with a recorder, and a channel that hears the recording: both must come to the same.
#include "channel/recorder.hpp"
#include "link/replay.hpp"
#include "support/process.hpp"
#include "unit/channel/channel_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

namespace busbar::channel {
namespace {

using namespace test;
using link::capture::Capture;
using link::capture::Event;
using link::capture::Kind;
using ::testing::ElementsAre;

class ChannelRecorded : public ChannelFixture {
 protected:
  ChannelRecorded() {
    recorder_ = Recorder::create({.path = path_,
                                  .origin = std::chrono::steady_clock::now(),
                                  .header = {.version = "1", .channel = "test", .protocol = "orion"}})
                    .value();
    channel_ = std::make_unique<Channel>(io_.get_executor(), quick_options(),
                                         std::make_unique<busbar::test::ScriptedLink>(far_),
                                         orion::make_codec(orion::manufacturer), recorder_.get());
  }
  /// Ends the channel and reads what it recorded.
  Capture recorded() {
    channel_->stop();
    tasks_.cancel();
    run_until([this] { return tasks_.size() == 0; });
    channel_.reset();
    recorder_.reset();
    return link::capture::load(path_).value();
  }
  /// The same questions again, to the recording; each outcome as text.
  std::vector<std::string> replayed(const Capture& capture, std::vector<Request> requests) {
    link::Tape tape{io_.get_executor(), capture.events};
    tape.start();
    Options options = quick_options();
    options.settle = options.spacing = 0ms;
    options.replayed = true;
    options.timeout = 5000ms;
    channel_ =
        std::make_unique<Channel>(io_.get_executor(), options, std::make_unique<link::ReplayLink>(tape),
                                  orion::make_codec(orion::manufacturer));
    started_ = false;
    start();
    std::vector<std::string> outcomes;
    bool done = false;
    tasks_.spawn("asker", ask_all(tape, std::move(requests), outcomes, done));
    run_until([&] { return done; });
    TearDown();
    channel_.reset();
    return outcomes;
  }
  asio::awaitable<void> ask_all(link::Tape& tape, std::vector<Request> requests,
                                std::vector<std::string>& outcomes, bool& done) {
    for (Request& wanted : requests) {
      const bool more = co_await tape.next_request();
      if (!more) break;
      const auto outcome = co_await channel_->exchange(std::move(wanted));
      tape.concluded();
      outcomes.push_back(text(outcome));
      if (outcome) moments.push_back(outcome->utc);
    }
    done = true;
  }
  static std::string text(const Result<Reply>& outcome) {
    return outcome ? to_hex(outcome->payload) : std::string{to_string(outcome.error().code)};
  }
  static std::vector<Kind> kinds(const Capture& capture) {
    std::vector<Kind> all;
    for (const auto& event : capture.events) all.push_back(event.kind);
    return all;
  }

  busbar::test::TemporaryDirectory directory_;
  std::string path_ = directory_.path() + "/test.capture";
  std::unique_ptr<Recorder> recorder_;
  std::vector<UtcMillis> moments;
};

TEST_F(ChannelRecorded, WritesDownAnExchangeFromOpenToDone) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  const auto reply = exchange(request(orion::read_status));
  ASSERT_TRUE(reply);
  const auto capture = recorded();
  EXPECT_THAT(kinds(capture),
              ElementsAre(Kind::open, Kind::sent, Kind::received, Kind::done, Kind::closed, Kind::end));
  EXPECT_EQ(capture.events[1].device, "pack");
  EXPECT_EQ(capture.events[1].query, "q");
  EXPECT_EQ(to_hex(capture.events[1].bytes), to_hex(far_.requests.front()));
  EXPECT_EQ(capture.events[2].utc, reply->utc) << "the timestamp of the report";
  EXPECT_FALSE(capture.events[3].error);
}

TEST_F(ChannelRecorded, WritesDownSilenceRefusalsAndLosses) {
  int opens = 0;
  far_.on_open = [&]() -> std::optional<Error> {
    return ++opens == 1 ? std::optional{Error{Errc::connect_failed, "no"}} : std::nullopt;
  };
  int asked = 0;
  far_.on_request = [&](const Bytes&) {
    if (++asked == 2) far_.hang_up();
  };
  EXPECT_FALSE(exchange(request(orion::read_status)));
  run_until([this] { return channel_->health().connected; });
  EXPECT_FALSE(exchange(request(orion::read_status)));
  EXPECT_FALSE(exchange(request(orion::read_status)));
  const auto all = kinds(recorded());
  EXPECT_THAT(all, ::testing::IsSupersetOf({Kind::refused, Kind::open, Kind::expired, Kind::closed}));
  EXPECT_EQ(std::ranges::count(all, Kind::done), 3);
}

TEST_F(ChannelRecorded, ComesToTheSameWhenReplayed) {
  const auto answers = [this](const Bytes& asked, int number) {
    const Bytes good = answer_to(asked, {0x01, static_cast<std::uint8_t>(number)});
    Bytes damaged = good;
    damaged[damaged.size() - 2] ^= 1;
    switch (number) {
      case 1:
        return far_.deliver(good);
      case 2:
        return;  // silence
      case 3:
        far_.deliver(answer_to(asked, {0x09}));
        return far_.deliver(good);  // twice: the second is nobody's
      case 4:
        return far_.deliver(damaged);
      case 5:
        return far_.deliver_bytewise(glue({0x41, 0x54, 0xEA}, good));
      case 6:
        return far_.deliver(frame(orion::read_status, {0x01}, 77));
      case 7:
        return far_.deliver(Bytes{good.begin(), good.begin() + 6});
      default:
        return far_.deliver(glue(asked, good));  // echo first
    }
  };
  int number = 0;
  far_.on_request = [&](const Bytes& asked) { answers(asked, ++number); };
  std::vector<std::string> live;
  std::vector<UtcMillis> live_moments;
  for (int n = 0; n < 8; ++n) {
    const auto outcome = exchange(request(orion::read_status));
    live.push_back(text(outcome));
    if (outcome) live_moments.push_back(outcome->utc);
  }
  EXPECT_THAT(live, ElementsAre("0101", "timeout", "09", "bad_checksum", "0105", "wrong_address",
                                "truncated_frame", "0108"));
  const auto capture = recorded();
  std::vector<Request> requests;
  for (int n = 0; n < 8; ++n) requests.push_back(request(orion::read_status));
  EXPECT_EQ(replayed(capture, std::move(requests)), live);
  EXPECT_EQ(moments, live_moments);
}

TEST_F(ChannelRecorded, HearsALateAnswerAsLateWhenReplayed) {
  // The answer to the first request comes after the wait for it had ended, before the second is asked.
  int number = 0;
  far_.on_request = [&](const Bytes& asked) {
    if (++number == 2) far_.deliver(answer_to(asked, {0x02}));
  };
  EXPECT_FALSE(exchange(request(orion::read_status)));
  far_.deliver(frame(orion::read_status, {0x01}));
  run_until([this] { return channel_->health().late_frames == 1; });
  EXPECT_TRUE(exchange(request(orion::read_status)));
  const auto capture = recorded();
  std::vector<Request> requests;
  requests.push_back(request(orion::read_status));
  requests.push_back(request(orion::read_status));
  EXPECT_THAT(replayed(capture, std::move(requests)), ElementsAre("timeout", "02"));
}

TEST_F(ChannelRecorded, GoesOnAfterALostLinkWhenReplayed) {
  int number = 0;
  far_.on_request = [&](const Bytes& asked) {
    if (++number == 2) return far_.hang_up();
    far_.deliver(answer_to(asked, {static_cast<std::uint8_t>(number)}));
  };
  std::vector<std::string> live;
  live.push_back(text(exchange(request(orion::read_status))));
  live.push_back(text(exchange(request(orion::read_status))));
  EXPECT_THAT(live, ElementsAre("01", "connection_closed"));
  const auto capture = recorded();
  EXPECT_EQ(std::ranges::count(kinds(capture), Kind::closed), 1);
  std::vector<Request> requests;
  requests.push_back(request(orion::read_status));
  requests.push_back(request(orion::read_status));
  EXPECT_EQ(replayed(capture, std::move(requests)), live);
}

TEST_F(ChannelRecorded, TheMomentOfAnAnswerIsNotThatOfItsCopy) {
  far_.on_request = [this](const Bytes& asked) {
    far_.deliver_pieces({answer_to(asked), answer_to(asked), answer_to(asked)});
  };
  std::vector<UtcMillis> live;
  for (int n = 0; n < 20; ++n) {
    const auto reply = exchange(request(orion::read_status));
    ASSERT_TRUE(reply);
    live.push_back(reply->utc);
  }
  const auto capture = recorded();
  // What was recorded as the answer's own read, exchange by exchange.
  std::vector<UtcMillis> written;
  bool open_question = false;
  for (const auto& event : capture.events) {
    if (event.kind == Kind::sent) open_question = true;
    if (event.kind == Kind::received && std::exchange(open_question, false)) written.push_back(event.utc);
  }
  EXPECT_EQ(written, live);
}

TEST_F(ChannelRecorded, AnotherQuestionThanWasRecordedIsRefused) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  const auto capture = recorded();
  std::vector<Request> requests;
  requests.push_back(request(orion::read_voltages));
  const auto outcomes = replayed(capture, std::move(requests));
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes.front(), "io_error");
}

TEST_F(ChannelRecorded, AsksNoMoreThanWasRecorded) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked, {0x07})); };
  EXPECT_TRUE(exchange(request(orion::read_status)));
  const auto capture = recorded();
  std::vector<Request> requests;
  for (int n = 0; n < 3; ++n) requests.push_back(request(orion::read_status));
  EXPECT_THAT(replayed(capture, std::move(requests)), ElementsAre("07"));
}

TEST_F(ChannelRecorded, NumbersTheExchangesOfSeveralDevicesApart) {
  far_.on_request = [this](const Bytes& asked) { far_.deliver(answer_to(asked)); };
  std::vector<Request> wanted;
  wanted.push_back(request(orion::read_status, 1, "one"));
  wanted.push_back(request(orion::read_status, 2, "two"));
  wanted.push_back(request(orion::read_status, 3, "three"));
  for (const auto& outcome : exchange_all(std::move(wanted))) EXPECT_TRUE(outcome);
  const auto capture = recorded();
  std::vector<std::string> done;
  std::vector<std::uint64_t> numbers;
  for (const auto& event : capture.events) {
    if (event.kind != Kind::done) continue;
    done.push_back(event.device);
    numbers.push_back(event.exchange);
  }
  EXPECT_THAT(done, ElementsAre("one", "two", "three"));
  std::ranges::sort(numbers);
  EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end()) << "no number twice";
}

}  // namespace
}  // namespace busbar::channel
