// Channel, codec and decoder behind one awaitable call.
#include "channel/channel.hpp"
#include "link/link.hpp"
#include "profile/library.hpp"
#include "profile/totals.hpp"

#include <busbar/client/async_client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <map>
#include <stdexcept>
#include <utility>

namespace busbar::client {

struct AsyncClient::State {
  asio::any_io_executor executor;
  Options options;
  profile::Library profiles;
  const profile::Profile* profile = nullptr;
  std::unique_ptr<channel::Channel> channel;
  std::map<std::uint32_t, profile::CounterMemory> counters;
  std::map<std::uint32_t, profile::Totals> totals;
  std::map<std::uint32_t, std::uint64_t> sequences;
  asio::cancellation_signal stop;
  std::exception_ptr failure;  ///< the channel died of it; every later read throws it

  // Coroutines own the state they use, so that a client may be destroyed while reads are under way.
  static asio::awaitable<void> serve(std::shared_ptr<State> state) { co_await state->channel->run(); }
  static asio::awaitable<Result<Report>> read(std::shared_ptr<State> state, std::uint32_t address,
                                              std::string name);
};

namespace {

const profile::Profile* find_profile(const profile::Library& profiles, const yaml::Findings& findings,
                                     const std::string& name) {
  if (const auto* profile = profiles.find(name)) return profile;
  std::string known;
  for (const auto& each : profiles.names()) (known += known.empty() ? "" : ", ") += each;
  throw std::invalid_argument("no profile '" + name + "'; known: " + known +
                              (findings.empty() ? "" : "\n" + findings.text()));
}

template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::invalid_argument(to_string(result.error()));
  return std::move(*result);
}

channel::Options channel_options(const Options& options) {
  channel::Options result;
  result.id = options.endpoint;
  result.timeout = options.timeout;
  result.spacing = options.spacing;
  result.after_connect = options.after_connect;
  result.retries = options.retries;
  // The caller decides whom to ask; a breaker would answer for a device that may be back.
  result.breaker_failures = std::numeric_limits<unsigned>::max();
  return result;
}

}  // namespace

AsyncClient::AsyncClient(boost::asio::any_io_executor executor, Options options)
    : state_{std::make_shared<State>()} {
  state_->executor = executor;
  state_->options = std::move(options);
  yaml::Findings findings;
  state_->profiles = profile::Library::load(state_->options.profile_directory, findings);
  state_->profile = find_profile(state_->profiles, findings, state_->options.profile);
  state_->channel = std::make_unique<channel::Channel>(
      executor, channel_options(state_->options),
      link::make_link(value_or_throw(link::parse_endpoint(state_->options.endpoint))),
      value_or_throw(protocol::make_codec(state_->profile->protocol, state_->profile->dialect)));
  asio::co_spawn(
      executor, State::serve(state_),
      asio::bind_cancellation_slot(
          state_->stop.slot(), [state = state_](std::exception_ptr failure) { state->failure = failure; }));
}

AsyncClient::AsyncClient(AsyncClient&&) noexcept = default;

AsyncClient& AsyncClient::operator=(AsyncClient&& other) noexcept {
  AsyncClient{std::move(other)}.state_.swap(state_);
  return *this;
}

AsyncClient::~AsyncClient() {
  if (!state_) return;
  state_->channel->stop();
  // On the loop: from outside, the signal would be delivered later, when the state may be gone.
  asio::post(state_->executor, [state = state_] { state->stop.emit(asio::cancellation_type::terminal); });
}

std::vector<std::string> AsyncClient::queries() const {
  std::vector<std::string> names;
  for (const auto& query : state_->profile->queries) names.push_back(query.request.name);
  return names;
}

asio::awaitable<Result<Report>> AsyncClient::read(std::uint32_t address, std::string query) {
  return State::read(state_, address, std::move(query));
}

asio::awaitable<Result<Report>> AsyncClient::State::read(std::shared_ptr<State> state, std::uint32_t address,
                                                         std::string name) {
  if (state->failure) std::rethrow_exception(state->failure);
  const auto* query = state->profile->find(name);
  if (query == nullptr)
    co_return Error{Errc::unknown_query, "profile " + state->profile->name + " has no '" + name + "'"};
  if (query->request.write && std::ranges::count(state->options.allow_writes, name) == 0)
    co_return Error{Errc::not_allowed,
                    "'" + name + "' changes the device; name it in Options::allow_writes to allow it"};

  if (const auto* source = state->totals[address].missing(*state->profile, *query)) {
    auto known = co_await read(state, address, source->request.name);
    if (!known) co_return known;
  }
  channel::Request request;
  request.device = state->profile->name + "_" + std::to_string(address);
  request.query = query->request;
  request.listen = query->listen;
  request.query.address = address;
  state->totals[address].apply(*query, request.query);
  request.priority = query->request.write ? channel::Priority::write : channel::Priority::on_demand;
  request.deadline = std::chrono::steady_clock::now() + state->options.deadline;
  request.timeout = query->timeout;
  request.spacing = query->spacing;

  Report report;
  report.device = request.device;
  report.query = std::move(name);
  auto reply = co_await state->channel->exchange(std::move(request));
  if (!reply) co_return reply.error();
  auto decoded = query->decoder.decode(reply->payload, state->counters[address]);
  if (!decoded) co_return decoded.error();
  state->totals[address].note(*state->profile, *decoded);
  report.timestamp = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  report.received = reply->received;
  report.sequence = ++state->sequences[address];
  report.readings = std::move(decoded->readings);
  co_return report;
}

}  // namespace busbar::client
