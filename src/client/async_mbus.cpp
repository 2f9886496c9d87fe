// The exchanges of an M-Bus master, on a channel like all others.
#include "async/wakeup.hpp"
#include "channel/channel.hpp"
#include "client/mbus_line.hpp"

#include <busbar/client/async_mbus.hpp>
#include <busbar/protocol/mbus.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <utility>

namespace busbar::client {

namespace mbus = protocol::mbus;
using std::chrono::milliseconds;

struct AsyncMbus::State {
  State(const asio::any_io_executor& on, MbusOptions given)
      : executor{on}, options{std::move(given)}, news{on}, line{mbus_line(options)} {
    auto link = watched(link::make_link(line.link), [this](Result<void> outcome) {
      opened = std::move(outcome);
      news.notify();
    });
    channel = std::make_unique<channel::Channel>(on, mbus_channel(options, line), std::move(link),
                                                 mbus::make_codec().value());
  }

  asio::any_io_executor executor;
  MbusOptions options;
  std::optional<Result<void>> opened{};  ///< how the last attempt to open ended
  async::Wakeup news;
  MbusLine line;
  std::unique_ptr<channel::Channel> channel;
  asio::cancellation_signal stop;
  std::exception_ptr failure;  ///< the channel died of it

  // Coroutines own the state they use, so that the object may go while calls are under way.
  static asio::awaitable<void> serve(std::shared_ptr<State> state) { co_await state->channel->run(); }
  static asio::awaitable<Result<channel::Reply>> ask(std::shared_ptr<State> state, protocol::Query query,
                                                     milliseconds timeout);
  static asio::awaitable<Result<channel::Reply>> insist(std::shared_ptr<State> state, protocol::Query query,
                                                        milliseconds timeout);
  static asio::awaitable<Result<void>> connect(std::shared_ptr<State> state);
  static asio::awaitable<Result<void>> ping(std::shared_ptr<State> state, MeterAddress address);
  static asio::awaitable<Result<MeterInfo>> get_info(std::shared_ptr<State> state, MeterAddress address);
  static asio::awaitable<Result<MeterData>> read_data(std::shared_ptr<State> state, MeterAddress address);
  static asio::awaitable<Result<void>> send(std::shared_ptr<State> state, MeterAddress address, Bytes data);
  static asio::awaitable<Result<mbus::Heard>> hear(std::shared_ptr<State> state, mbus::Question question);
  static asio::awaitable<Result<Discovered>> discover(std::shared_ptr<State> state, DiscoverOptions options);
};

namespace {

bool of_the_link(Errc code) {
  return code == Errc::resolve_failed || code == Errc::connect_failed || code == Errc::connection_closed ||
         code == Errc::io_error || code == Errc::permission_denied;
}

Bytes reset_or_select(const MeterAddress& address) {
  if (!address.selection) return mbus::build_short(mbus::snd_nke, address.primary);
  return mbus::build_long(mbus::snd_ud | mbus::frame_count, mbus::selected_address, mbus::select_ci,
                          mbus::to_wire(*address.selection))
      .value();
}

Error nobody(Error error, const MeterAddress& address) {
  if (error.code != Errc::timeout) return error;
  return {Errc::timeout, "no meter acknowledges address " + to_string(address) + " (" + error.detail + ")",
          error.bytes};
}

}  // namespace

asio::awaitable<Result<channel::Reply>> AsyncMbus::State::ask(std::shared_ptr<State> state,
                                                              protocol::Query query, milliseconds timeout) {
  if (state->failure) std::rethrow_exception(state->failure);
  channel::Request request;
  request.device = state->options.endpoint;
  request.query = std::move(query);
  request.priority = request.query.write ? channel::Priority::write : channel::Priority::on_demand;
  request.once = request.query.write;
  request.timeout = timeout;
  co_return co_await state->channel->exchange(std::move(request));
}

/// Once more when nothing came, or something damaged.
asio::awaitable<Result<channel::Reply>> AsyncMbus::State::insist(std::shared_ptr<State> state,
                                                                 protocol::Query query,
                                                                 milliseconds timeout) {
  for (unsigned attempt = 0;; ++attempt) {
    auto reply = co_await ask(state, query, timeout);
    const bool again = !reply && error_class(reply.error().code) == ErrorClass::transient;
    if (!again || attempt >= state->options.retries) co_return reply;
  }
}

asio::awaitable<Result<void>> AsyncMbus::State::connect(std::shared_ptr<State> state) {
  while (!state->opened) co_await state->news.wait();
  co_return *state->opened;
}

asio::awaitable<Result<void>> AsyncMbus::State::ping(std::shared_ptr<State> state, MeterAddress address) {
  auto query = mbus::single_request(reset_or_select(address));
  auto reply = co_await insist(state, std::move(query), state->line.timing.acknowledgement);
  if (!reply) co_return nobody(std::move(reply).error(), address);
  co_return Result<void>{};
}

asio::awaitable<Result<MeterInfo>> AsyncMbus::State::get_info(std::shared_ptr<State> state,
                                                              MeterAddress address) {
  auto there = co_await ping(state, address);
  if (!there) co_return there.error();
  auto query = mbus::single_request(mbus::build_short(mbus::req_ud2 | mbus::frame_count, address.primary));
  auto reply = co_await insist(state, std::move(query), state->line.timing.telegram);
  if (!reply) co_return reply.error();
  const auto telegram = mbus::decode(reply->payload);
  if (!telegram) co_return telegram.error();
  if (telegram->content == mbus::Content::none)
    co_return Error{Errc::rejected, "the meter has no data to send"};
  MeterInfo info{.primary = telegram->frame.a, .more_telegrams = telegram->more_follows};
  if (telegram->has_identity) info.identity = telegram->identity;
  if (telegram->has_status) info.status = telegram->status;
  info.access = telegram->access;
  co_return info;
}

asio::awaitable<Result<MeterData>> AsyncMbus::State::read_data(std::shared_ptr<State> state,
                                                               MeterAddress address) {
  // Who is not there is told from who is slow before the long wait for several telegrams.
  auto there = co_await ping(state, address);
  if (!there) co_return there.error();
  auto query = query_to(address, mbus::read);
  auto reply = co_await insist(state, std::move(query), state->line.timing.readout);
  if (!reply) co_return reply.error();
  MeterData data;
  data.timestamp = reply->utc;
  data.bytes = std::move(reply->payload);
  ByteView rest{data.bytes};
  while (!rest.empty()) {
    const auto length = mbus::frame_length(rest);
    if (!length || *length == 0 || *length > rest.size())
      co_return Error{Errc::bad_length, "no whole M-Bus frame", rest};
    auto telegram = mbus::decode(rest.first(*length));
    if (!telegram) co_return telegram.error();
    data.telegrams.push_back(std::move(*telegram));
    rest = rest.subspan(*length);
  }
  co_return data;
}

asio::awaitable<Result<void>> AsyncMbus::State::send(std::shared_ptr<State> state, MeterAddress address,
                                                     Bytes data) {
  auto there = co_await ping(state, address);
  if (!there) co_return there.error();
  auto query = query_to(address, mbus::send, data);
  query.write = true;
  auto reply = co_await ask(state, std::move(query), 2 * state->line.timing.telegram);
  if (reply) co_return Result<void>{};
  Error error = std::move(reply).error();
  error.detail = "the meter does not acknowledge: " + error.detail;
  co_return error;
}

/// Whatever came, as a search understands it; an error is one of the link.
asio::awaitable<Result<mbus::Heard>> AsyncMbus::State::hear(std::shared_ptr<State> state,
                                                            mbus::Question question) {
  constexpr unsigned losses = 3;
  const auto& timing = state->line.timing;
  const auto timeout = question.telegram ? timing.telegram : timing.acknowledgement;
  for (unsigned attempt = 0;; ++attempt) {
    auto query = mbus::single_request(question.request);
    auto reply = co_await ask(state, std::move(query), timeout);
    if (reply) co_return mbus::classify({}, reply->payload);
    if (reply.error().code == Errc::cancelled) co_return reply.error();
    if (!of_the_link(reply.error().code)) co_return mbus::classify(question.request, reply.error().bytes);
    if (attempt + 1 >= losses || reply.error().code != Errc::connection_closed) co_return reply.error();
  }
}

asio::awaitable<Result<Discovered>> AsyncMbus::State::discover(std::shared_ptr<State> state,
                                                               DiscoverOptions options) {
  const unsigned retries = state->options.retries;
  if (!options.secondary && (options.from > options.to || options.to > mbus::max_primary_address))
    co_return Error{Errc::bad_value,
                    "primary addresses to search are 0 to 250, the first not above the last"};
  const auto search = options.secondary
                          ? make_search(mbus::SecondarySearch{options.mask, options.hexadecimal, retries})
                          : make_search(mbus::PrimarySearch{options.from, options.to, retries});
  while (auto question = search->next()) {
    if (options.progress) options.progress(*search);
    auto heard = co_await hear(state, std::move(*question));
    if (!heard) co_return heard.error();
    search->heard(*heard);
  }
  if (options.progress) options.progress(*search);
  co_return Discovered{search->meters(), search->oddities()};
}

AsyncMbus::AsyncMbus(asio::any_io_executor executor, MbusOptions options)
    : state_{std::make_shared<State>(executor, std::move(options))} {
  asio::co_spawn(
      executor, State::serve(state_),
      asio::bind_cancellation_slot(
          state_->stop.slot(), [state = state_](std::exception_ptr failure) { state->failure = failure; }));
}

AsyncMbus::AsyncMbus(AsyncMbus&&) noexcept = default;

AsyncMbus& AsyncMbus::operator=(AsyncMbus&& other) noexcept {
  AsyncMbus{std::move(other)}.state_.swap(state_);
  return *this;
}

AsyncMbus::~AsyncMbus() {
  if (!state_) return;
  state_->channel->stop();
  // On the loop: from outside, the signal would be delivered later, when the state may be gone.
  asio::post(state_->executor, [state = state_] { state->stop.emit(asio::cancellation_type::terminal); });
}

asio::awaitable<Result<void>> AsyncMbus::connect() { return State::connect(state_); }
asio::awaitable<Result<void>> AsyncMbus::ping(MeterAddress address) { return State::ping(state_, address); }
asio::awaitable<Result<MeterInfo>> AsyncMbus::get_info(MeterAddress address) {
  return State::get_info(state_, address);
}
asio::awaitable<Result<MeterData>> AsyncMbus::read_data(MeterAddress address) {
  return State::read_data(state_, address);
}
asio::awaitable<Result<Discovered>> AsyncMbus::discover(DiscoverOptions options) {
  return State::discover(state_, std::move(options));
}
asio::awaitable<Result<void>> AsyncMbus::send(MeterAddress address, Bytes data) {
  return State::send(state_, address, std::move(data));
}
AsyncMbusMonitor AsyncMbus::monitor(MeterAddress address, milliseconds every) {
  return {state_, address, every};
}

asio::awaitable<Result<MeterData>> AsyncMbusMonitor::next() {
  const auto now = std::chrono::steady_clock::now();
  if (!due_) due_ = now;
  // A reading that took longer than the period does not make two of the next.
  if (every_.count() > 0 && *due_ + every_ < now) *due_ += (now - *due_) / every_ * every_;
  co_await async::wait_until(*due_);
  *due_ += every_;
  co_return co_await AsyncMbus::State::read_data(state_, address_);
}

protocol::Description MeterData::readings() const { return mbus::readings(telegrams); }

}  // namespace busbar::client
