// The bookkeeping of a spool. Invariants: in the window, entries with a row come before those without; while
// anything is in the file only, the window holds no entry without a row and newcomers wait.
#include "store/spool_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace busbar::store {

namespace {

using namespace std::chrono_literals;

/// Read back at a time, and erased with the next read: what is repeated after a crash is about this much.
constexpr std::size_t chunk = 500;
/// Read more before the window runs dry.
constexpr std::size_t low_water = chunk / 2;
/// How long delivered rows may stay in the file when nothing else is written.
constexpr auto erase_delay = 5s;
/// Orders in a row that may fail while the output waits for the file.
constexpr unsigned patience = 6;
constexpr auto first_retry = 1s;
constexpr auto longest_retry = 60s;

}  // namespace

bool SpoolQueue::to_be_written(const Entry& entry) noexcept {
  return entry.row == 0 && entry.fate == Fate::open;
}

SpoolQueue::SpoolQueue(SpoolOptions options) : options_{std::move(options)}, adopted_{options_.path.empty()} {
  // What is written at once must fit.
  options_.memory_count =
      std::max<std::size_t>(1, std::min<std::uint64_t>(options_.memory_count, options_.bounds.count));
  options_.memory_bytes = std::min<std::uint64_t>(options_.memory_bytes, options_.bounds.bytes);
}

void SpoolQueue::put(Record record, Steady now) {
  ++account_.accepted;
  ++memory_count_;
  memory_bytes_ += size_of(record);
  newcomers_.push_back({++last_ticket_, std::move(record), now});
  make_room();
}

/// The oldest that is in memory only goes, unless it is under way to the output or to the file.
void SpoolQueue::make_room() {
  const auto is_full = [this] {
    return memory_count_ > options_.memory_count || memory_bytes_ > options_.memory_bytes;
  };
  while (is_full()) {
    const auto frozen = writing_.empty() ? 0 : writing_.back();
    const auto victim =
        std::ranges::find_if(newcomers_, [&](const Entry& entry) { return entry.ticket > frozen; });
    if (victim == newcomers_.end()) return;
    forget_memory(*victim);
    newcomers_.erase(victim);
    ++account_.dropped;
  }
}

void SpoolQueue::forget_memory(const Entry& entry) {
  --memory_count_;
  memory_bytes_ -= size_of(entry.record);
}

bool SpoolQueue::ready() const noexcept { return adopted_ || (failing() && !ordered_); }

bool SpoolQueue::writes_first() const noexcept {
  // With a broken disk a record is better sent than kept waiting for it.
  return options_.spill_after.count() == 0 && !options_.path.empty() && !failing();
}

std::optional<SpoolQueue::Sending> SpoolQueue::next() {
  if (closing_) return std::nullopt;
  flowing_ = true;
  if (!ready()) return std::nullopt;
  const auto waits = [](const Entry& entry) { return !entry.flying && entry.fate == Fate::open; };
  while (unsent_ < window_.size() && !waits(window_[unsent_])) ++unsent_;
  if (unsent_ == window_.size()) {
    if (file_only_ > 0 || newcomers_.empty() || writes_first()) return std::nullopt;
    window_.push_back(std::move(newcomers_.front()));
    newcomers_.pop_front();
  }
  Entry& entry = window_[unsent_];
  entry.flying = true;
  flights_.emplace(++last_flight_, window_start_ + unsent_);
  ++unsent_;
  return Sending{last_flight_, &entry.record};
}

SpoolQueue::Entry* SpoolQueue::land(std::uint64_t id) {
  const auto flight = flights_.find(id);
  if (flight == flights_.end()) return nullptr;  // a late answer of an earlier connection
  Entry& entry = window_[static_cast<std::size_t>(flight->second - window_start_)];
  entry.flying = false;
  flights_.erase(flight);
  return &entry;
}

void SpoolQueue::acknowledge(std::uint64_t id, Steady now) {
  if (Entry* entry = land(id)) entry->fate = Fate::delivered;
  settle(now);
}

void SpoolQueue::reject(std::uint64_t id, Steady now) {
  if (Entry* entry = land(id)) entry->fate = Fate::undeliverable;
  settle(now);
}

void SpoolQueue::fail(std::uint64_t id) {
  const Entry* entry = land(id);
  if (entry == nullptr) return;
  const auto place = std::ranges::find_if(window_, [&](const Entry& other) { return &other == entry; });
  unsent_ = std::min(unsent_, static_cast<std::size_t>(place - window_.begin()));
}

/// Lets go of what is done with at the old end of the window.
void SpoolQueue::settle(Steady now) {
  while (!window_.empty() && window_.front().fate != Fate::open) {
    const Entry& entry = window_.front();
    ++(entry.fate == Fate::delivered ? account_.acknowledged : account_.dropped);
    if (entry.row == 0) {
      forget_memory(entry);
    } else if (erasable_++ == 0) {
      erase_due_ = now + erase_delay;
    }
    window_.pop_front();
    ++window_start_;
    if (unsent_ > 0) --unsent_;
  }
}

/// The window is given up: what has a row is in the file only, the rest is new again. What was acknowledged
/// out of turn is sent twice rather than kept apart.
void SpoolQueue::fail_all() {
  flowing_ = false;
  flights_.clear();
  unsent_ = 0;
  for (; !window_.empty(); window_.pop_back()) {
    Entry& entry = window_.back();
    entry.flying = false;
    if (entry.row != 0) {
      ++file_only_;
      cursor_ = entry.row - 1;
    } else if (entry.fate == Fate::open) {
      newcomers_.push_front(std::move(entry));
    } else {
      ++(entry.fate == Fate::delivered ? account_.acknowledged : account_.dropped);
      forget_memory(entry);
    }
  }
}

bool SpoolQueue::wants_more() const noexcept {
  return flowing_ && file_only_ > 0 && window_.size() - unsent_ < low_water;
}

Steady SpoolQueue::spill_due() const noexcept {
  if (memory_count_ == 0) return Steady::max();
  const auto oldest = std::ranges::find_if(window_, to_be_written);
  if (oldest == window_.end() && newcomers_.empty()) return Steady::max();
  const bool crowded =
      memory_count_ * 2 >= options_.memory_count || memory_bytes_ * 2 >= options_.memory_bytes;
  if (closing_ || crowded) return Steady::min();
  return (oldest != window_.end() ? *oldest : newcomers_.front()).accepted + options_.spill_after;
}

Steady SpoolQueue::order_due() const {
  if (ordered_ || options_.path.empty()) return Steady::max();
  if (!adopted_) return retry_;
  auto write = spill_due();
  if (erasable_ > 0) write = std::min(write, closing_ ? Steady::min() : erase_due_);
  if (write != Steady::max()) write = std::max(write, full_until_);
  const auto due = wants_more() ? Steady::min() : write;
  return due == Steady::max() ? due : std::max(due, retry_);
}

std::optional<Order> SpoolQueue::order(Steady now) {
  if (order_due() > now) return std::nullopt;
  if (!adopted_ && !window_.empty()) {
    // What an earlier run left is older than anything here, so nothing may be half-way out.
    if (!flights_.empty()) {
      retry_ = now + first_retry;
      return std::nullopt;
    }
    const bool flowing = flowing_;
    fail_all();
    flowing_ = flowing;
  }
  Order order;
  order.after = loaded_after_ = cursor_;
  ordered_ = true;
  if (!adopted_) return order;
  loading_ = wants_more();
  if (loading_) order.load = chunk;
  if (now < full_until_) return order;
  const bool rows_in_window = !window_.empty() && window_.front().row != 0;
  if (erasable_ > 0) order.erase_up_to = rows_in_window ? window_.front().row - 1 : cursor_;
  if (spill_due() > now) return order;
  const auto write = [&](const Entry& entry) {
    if (!to_be_written(entry)) return;
    order.append.push_back(entry.record);
    writing_.push_back(entry.ticket);
  };
  std::ranges::for_each(window_, write);
  std::ranges::for_each(newcomers_, write);
  return order;
}

void SpoolQueue::failed(Error::Kind kind, Steady now) {
  ordered_ = loading_ = false;
  writing_.clear();
  ++health_.errors;
  const auto pause = std::min<Steady::duration>(longest_retry, first_retry * (1 << std::min(failures_, 10U)));
  ++failures_;
  // A full disk can still be read.
  (kind == Error::Kind::full && adopted_ ? full_until_ : retry_) = now + pause;
}

bool SpoolQueue::hopeless() const noexcept { return failures_ >= patience && flowing_ && file_only_ > 0; }

/// What is in memory as well is not lost: it will be written again.
void SpoolQueue::begin_anew(Steady now) {
  adopted_ = true;
  retry_ = full_until_ = now;
  account_.dropped += file_only_;
  file_only_ = 0;
  erasable_ = 0;
  cursor_ = 0;
  health_.disk_records = health_.disk_bytes = 0;
  health_.oldest.reset();
  for (Entry& entry : window_) {
    if (std::exchange(entry.row, 0) != 0) {
      ++memory_count_;
      memory_bytes_ += size_of(entry.record);
    }
    entry.ticket = ++last_ticket_;
  }
  for (Entry& entry : newcomers_) entry.ticket = ++last_ticket_;
}

void SpoolQueue::done(Outcome outcome, Steady now) {
  ordered_ = false;
  failures_ = 0;
  if (outcome.wrote) ++health_.writes;
  if (outcome.first_row == 0) writing_.clear();
  if (!adopted_) {
    adopt(outcome);
  } else {
    account_.dropped += outcome.dropped;
    file_only_ -= std::min(file_only_, outcome.dropped);
    // All that could be erased was, and what settled meanwhile is due with the next order.
    const auto known = file_only_ + static_cast<std::uint64_t>(std::ranges::count_if(
                                        window_, [](const Entry& entry) { return entry.row != 0; }));
    const auto present = outcome.count - writing_.size();
    erasable_ = present > known ? present - known : 0;
    const bool loading = std::exchange(loading_, false);
    place_written(outcome.first_row, loading);
    // Not when the connection, and with it the window, went meanwhile.
    if (loading && flowing_ && cursor_ == loaded_after_) place_loaded(outcome);
  }
  if (erasable_ > 0) erase_due_ = now + erase_delay;
  health_.disk_records = outcome.count;
  health_.disk_bytes = outcome.bytes;
  health_.oldest = outcome.oldest;
}

void SpoolQueue::adopt(const Outcome& outcome) {
  adopted_ = true;
  file_only_ = outcome.count;
  account_.accepted += outcome.count;
}

void SpoolQueue::place_written(std::int64_t first_row, bool loading) {
  auto waiting = window_.begin();
  std::int64_t row = first_row;
  for (const auto ticket : std::exchange(writing_, {})) {
    const std::int64_t here = row++;
    while (waiting != window_.end() && (waiting->row != 0 || waiting->ticket < ticket)) ++waiting;
    if (waiting != window_.end() && waiting->ticket == ticket) {
      waiting->row = cursor_ = here;
      forget_memory(*waiting++);
    } else if (!newcomers_.empty() && newcomers_.front().ticket == ticket) {
      Entry& entry = newcomers_.front();
      forget_memory(entry);
      if (flowing_ && !loading && file_only_ == 0 && window_.size() < chunk) {
        entry.row = cursor_ = here;
        window_.push_back(std::move(entry));
        waiting = window_.end();
      } else {
        ++file_only_;
      }
      newcomers_.pop_front();
    } else if (file_only_ == 0) {
      cursor_ = here;  // delivered while it was being written
      ++erasable_;
    } else {
      // Likewise, but out of turn and then the connection went: it comes back with those before it.
      ++account_.accepted;
      ++file_only_;
    }
  }
}

void SpoolQueue::place_loaded(Outcome& outcome) {
  if (outcome.loaded_up_to == 0) {
    // Somebody else has emptied the file.
    account_.dropped += std::exchange(file_only_, 0);
    return;
  }
  cursor_ = outcome.loaded_up_to;
  file_only_ -= std::min<std::uint64_t>(file_only_, outcome.loaded.size() + outcome.damaged);
  account_.dropped += outcome.damaged;
  erasable_ += outcome.damaged;
  health_.damaged += outcome.damaged;
  for (auto& stored : outcome.loaded)
    window_.push_back({0, std::move(stored.record), Steady{}, stored.row, false, Fate::open});
}

bool SpoolQueue::saved() const noexcept {
  return options_.path.empty() || (adopted_ && !ordered_ && memory_count_ == 0 && erasable_ == 0);
}

std::uint64_t SpoolQueue::queued() const noexcept { return window_.size() + file_only_ + newcomers_.size(); }

SinkAccount SpoolQueue::account() const {
  auto account = account_;
  account.queued = queued();
  return account;
}

SpoolHealth SpoolQueue::health() const {
  auto health = health_;
  health.memory_records = memory_count_;
  health.dropped = account_.dropped;
  std::optional<UtcMillis> oldest = health.oldest;
  if (!window_.empty()) {
    oldest = window_.front().record.timestamp;
  } else if (file_only_ == 0) {
    oldest = newcomers_.empty() ? std::nullopt : std::optional{newcomers_.front().record.timestamp};
  }
  health.oldest = oldest;
  return health;
}

}  // namespace busbar::store
