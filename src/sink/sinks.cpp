// The fan-out: every sink gets every call; one that throws costs only itself.
#include "sink/sink.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace busbar::sink {

/// Runs `call` for one sink. The same message is logged once in a row, every throw is counted.
template <class Call>
void Sinks::guarded(std::size_t index, std::string_view what, Call&& call) {
  std::string message;
  try {
    call(*sinks_[index]);
    return;
  } catch (const std::exception& error) {
    message = error.what();
  } catch (...) {
    message = "an exception of unknown type";
  }
  Failures& failures = failures_[index];
  ++failures.count;
  if (failures.last == message) return;
  failures.last = message;
  spdlog::error("sink {}: {} failed: {}; the other sinks are not affected", sinks_[index]->name(), what,
                message);
}

void Sinks::add(std::unique_ptr<Sink> sink) {
  sinks_.push_back(std::move(sink));
  failures_.emplace_back();
}

void Sinks::remove(const Sink& sink) {
  const auto place = std::ranges::find_if(sinks_, [&](const auto& held) { return held.get() == &sink; });
  if (place == sinks_.end()) return;
  failures_.erase(failures_.begin() + (place - sinks_.begin()));
  sinks_.erase(place);
}

void Sinks::describe(const DeviceDescription& device) {
  for (std::size_t i = 0; i < sinks_.size(); ++i)
    guarded(i, "describing a device", [&](Sink& sink) { sink.describe(device); });
}

void Sinks::forget(std::string_view device) {
  for (std::size_t i = 0; i < sinks_.size(); ++i)
    guarded(i, "forgetting a device", [&](Sink& sink) { sink.forget(device); });
  if (follower_ != nullptr) follower_->forgotten(device, *this);
}

void Sinks::publish(const Report& report) {
  for (std::size_t i = 0; i < sinks_.size(); ++i)
    guarded(i, "publishing", [&](Sink& sink) { sink.publish(report); });
  if (follower_ != nullptr) follower_->published(report, *this);
}

void Sinks::availability(std::string_view device, Availability state, std::string_view reason) {
  for (std::size_t i = 0; i < sinks_.size(); ++i)
    guarded(i, "availability", [&](Sink& sink) { sink.availability(device, state, reason); });
  if (follower_ != nullptr) follower_->availability_changed(device, state, *this);
}

std::vector<SinkAccount> Sinks::accounts() const {
  std::vector<SinkAccount> accounts;
  accounts.reserve(sinks_.size());
  for (std::size_t i = 0; i < sinks_.size(); ++i) {
    SinkAccount account = sinks_[i]->account();
    if (failures_[i].count > 0) {
      account.healthy = false;
      account.errors += failures_[i].count;
      account.last_error = failures_[i].last;
    }
    accounts.push_back(std::move(account));
  }
  return accounts;
}

}  // namespace busbar::sink
