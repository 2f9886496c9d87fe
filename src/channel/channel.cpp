// The I/O shell of a channel: reads always, writes when the policy says so, tells the policy what happened.
#include "channel/channel.hpp"

#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "channel/desk.hpp"
#include "channel/failure.hpp"
#include "channel/journal.hpp"
#include "channel/mailbox.hpp"
#include "channel/policy.hpp"
#include "channel/router.hpp"

#include <array>
#include <utility>

namespace busbar::channel {
using Clock = std::chrono::steady_clock;

struct Channel::State {
  State(const asio::any_io_executor& executor, Options options_, std::unique_ptr<link::Link> link_,
        std::unique_ptr<protocol::Codec> codec_, Recorder* recorder)
      : options{std::move(options_)},
        link{std::move(link_)},
        codec{std::move(codec_)},
        reader{*codec},
        router{*codec},
        policy{options, jitter()},
        journal{options.id, link->endpoint(), recorder},
        desk{executor},
        mailbox{executor},
        open_wanted{executor} {
    health.id = options.id;
    health.endpoint = link->endpoint();
  }

  // The writing side: performs what the policy decides.
  asio::awaitable<void> drive();
  asio::awaitable<Event> send(JobId job);
  Event conclude(JobId job);
  void finish(const Action& action);
  asio::awaitable<Result<Reply>> hear(Request request);
  // The reading side: opens, reads, and routes every frame.
  asio::awaitable<void> read_forever();
  asio::awaitable<Error> read_until_closed(link::ByteStream& open_stream);
  std::optional<Event> take(const protocol::Frame& frame, Steady now);
  void shut(const std::string& why);
  Options options;
  std::unique_ptr<link::Link> link;
  std::unique_ptr<protocol::Codec> codec;
  protocol::FrameReader reader;
  Router router;
  Policy policy;
  Journal journal;
  Desk desk;
  Mailbox mailbox;
  async::Wakeup open_wanted;
  // Shared because a write may still be under way when the reader finds the stream closed.
  std::shared_ptr<link::ByteStream> stream;
  JobId current = 0;
  Steady sent{};
  Steady received{};  // the last bytes, whatever they were
  UtcMillis received_utc{};
  Reply reply{};                 // the last answer; more may come before its caller gets it
  Error link_error{};            // the last trouble of the link
  std::optional<Error> fault{};  // why we close the stream ourselves
  std::uint64_t stale = 0;       // bytes dropped before a request, and echoes
  ChannelHealth health;
  bool stopped = false;
};

asio::awaitable<void> Channel::State::drive() {
  Event event = event::Tick{};
  while (!stopped) {
    const Action action = policy.step(Clock::now(), event);
    switch (action.kind) {
      case Action::Kind::open:
        open_wanted.notify();
        event = desk.take();
        break;
      case Action::Kind::reconnect:
        if (!fault) fault = silence(options);
        if (stream) stream->close();
        event = desk.take();
        break;
      case Action::Kind::send:
        event = co_await send(action.job);
        break;
      case Action::Kind::conclude:
        event = conclude(action.job);
        break;
      case Action::Kind::finish:
        finish(action);
        event = desk.take();
        break;
      case Action::Kind::wait:
        event = co_await desk.next(action.until);
        break;
    }
  }
}

asio::awaitable<Event> Channel::State::send(JobId job) {
  const Order* const order = desk.serve(job);
  const auto open_stream = stream;
  if (order == nullptr) co_return event::Failed{Errc::cancelled};
  if (!open_stream) co_return event::Failed{Errc::connection_closed};
  if (!codec->speaks_unasked()) {  // what lies here incomplete belongs to nobody
    stale += reader.buffered();
    reader.clear();
  }
  reader.clear_fault();
  current = job;
  router.ask(order->request.query, order->wire);
  const Bytes wire = order->wire;  // the caller may leave while we write
  journal.sent(job, order->request, wire);
  sent = Clock::now();
  const auto written = co_await open_stream->write(wire);
  if (written) {
    health.bytes_sent += wire.size();
    co_return event::Sent{};
  }
  router.forget();
  fault = written.error();
  if (Order* const still = desk.find(job)) still->error = written.error();
  co_return event::Failed{Errc::connection_closed};
}

Event Channel::State::conclude(JobId job) {
  if (!router.waiting()) return event::Tick{};  // what ended it waits on the desk
  journal.expired(job);
  const auto damage = reader.last_fault();
  const std::size_t unfinished = reader.buffered();
  // A true answer may stand behind a false start that still waits for its end.
  while (const auto frame = codec->speaks_unasked() ? std::nullopt : reader.next_after_silence()) {
    if (const auto event = take(*frame, received); event && !router.waiting()) return *event;
  }
  ++health.timeouts;
  Error error = router.give_up(damage, unfinished);
  if (Order* const order = desk.find(job)) {
    error.detail += " within " + std::to_string(order->request.timeout->count()) + " ms";
    order->error = error;
  }
  return event::Failed{error.code};
}

void Channel::State::finish(const Action& action) {
  const Order* const order = desk.find(action.job);
  if (action.job == current) health.busy += Clock::now() - sent;
  if (order == nullptr) return;
  journal.done(action, order->request);
  const auto* const breaker = policy.breaker(order->request.device);
  if (action.error)
    return desk.complete(action.job, failure(action, *order, options, breaker, link_error, Clock::now()));
  reply.attempts = action.attempts;
  desk.complete(action.job, std::move(reply));
}

asio::awaitable<Result<Reply>> Channel::State::hear(Request request) {
  const Request asked = request;
  auto heard = co_await mailbox.take(std::move(request));
  if (!heard && (stopped || !asked.wait)) co_return stopped ? over(options) : unheard(asked);
  const bool deaf = !health.connected && !link_error.detail.empty();
  if (!heard && !deaf) {
    ++health.timeouts;
    desk.post(event::Unheard{});
  }
  const auto outcome = heard ? Result<Reply>{std::move(*heard)} : deaf ? link_error : unheard(asked);
  journal.heard(asked, outcome);
  co_return outcome;
}

asio::awaitable<void> Channel::State::read_forever() {
  for (;;) {
    co_await open_wanted.wait();
    auto opened = co_await link->open();
    if (!opened) {
      ++health.connect_failures;
      link_error = opened.error();
      journal.refused(link_error);
      desk.post(event::OpenFailed{});
      continue;
    }
    stream = std::move(*opened);
    reader.clear();
    health.connected = true;
    ++health.connects;
    journal.opened();
    desk.post(event::Opened{});
    link_error = co_await read_until_closed(*stream);
    if (fault) link_error = *std::exchange(fault, std::nullopt);
    // Closed at once: a dead serial descriptor that is held keeps its name from coming back.
    stream->close();
    stream.reset();
    router.forget();
    health.connected = false;
    journal.closed(link_error, stopped);
    desk.post(event::Lost{});
  }
}

asio::awaitable<Error> Channel::State::read_until_closed(link::ByteStream& open_stream) {
  std::array<std::uint8_t, 1024> buffer{};
  for (;;) {
    const auto count = co_await open_stream.read_some(buffer);
    if (!count && count.error().code != Errc::timeout) co_return count.error();
    if (!count) desk.post(event::Expired{});
    if (!count) continue;
    received = Clock::now();
    received_utc = open_stream.moment();
    const ByteView bytes{buffer.data(), *count};
    journal.received(bytes, received_utc);
    health.bytes_received += *count;
    policy.heard(received);
    router.heard(bytes);
    reader.feed(bytes);
    while (const auto frame = reader.next()) {
      if (auto event = take(*frame, received)) desk.post(std::move(*event));
      const Bytes more = router.take_follow_up();
      if (more.empty()) continue;
      if (const Order* const order = desk.find(current)) journal.sent(current, order->request, more);
      const auto written = co_await open_stream.write(more);
      if (written) health.bytes_sent += more.size();  // otherwise the next read fails, too
    }
  }
}

std::optional<Event> Channel::State::take(const protocol::Frame& frame, Steady now) {
  ++health.frames;
  journal.useful();
  switch (router.route(frame)) {
    case Route::answer:
      reply = {router.take_payload(), sent, now, received_utc};
      return event::Answered{now};
    case Route::invalid:
      if (Order* const order = desk.find(current)) order->error = router.fault();
      return event::Failed{router.fault().code};
    case Route::late:
      ++health.late_frames;
      return event::Late{frame.address};
    case Route::part:
      break;
    case Route::echo:
      stale += frame.bytes.size();
      break;
    case Route::unasked:
      if (!mailbox.put(*codec, frame, now, received_utc)) ++health.foreign_frames;
  }
  return std::nullopt;
}

void Channel::State::shut(const std::string& why) {
  stopped = true;
  if (stream) stream->close();
  desk.close(why);
  mailbox.close();
  desk.post(event::Tick{});
}

Channel::Channel(asio::any_io_executor executor, Options options, std::unique_ptr<link::Link> link,
                 std::unique_ptr<protocol::Codec> codec, Recorder* recorder)
    : state_{std::make_unique<State>(executor, std::move(options), std::move(link), std::move(codec),
                                     recorder)} {}

Channel::~Channel() = default;

asio::awaitable<void> Channel::run() {
  const auto shut = [](State* state) { state->shut("the channel has ended"); };
  const std::unique_ptr<State, decltype(shut)> at_end{state_.get(), shut};
  co_await async::race(state_->drive(), state_->read_forever());
}

asio::awaitable<Result<Reply>> Channel::exchange(Request request) {
  if (state_->stopped) co_return over(state_->options);
  if (!request.timeout) request.timeout = state_->options.timeout;
  if (request.listen) co_return co_await state_->hear(std::move(request));
  auto wire = state_->codec->build(request.query);
  if (!wire) co_return std::move(wire).error();
  if (!request.spacing) request.spacing = state_->options.spacing;
  if (request.deadline == Steady{}) request.deadline = Steady::max();
  Desk::Ticket ticket{state_->desk, {std::move(request), std::move(*wire)}};
  co_return co_await ticket.outcome();
}

void Channel::stop() { state_->shut("the channel was stopped"); }
const Options& Channel::options() const noexcept { return state_->options; }

ChannelHealth Channel::health() const {
  ChannelHealth health = state_->health;
  health.bytes_skipped = state_->reader.bytes_skipped() + state_->stale;
  health.retries = state_->policy.retries();
  health.queue_depth = state_->policy.queued();
  return health;
}

Breaker Channel::breaker(const std::string& device) const {
  const CircuitBreaker* const known = state_->policy.breaker(device);
  return known == nullptr ? Breaker::closed : known->state();
}

}  // namespace busbar::channel
