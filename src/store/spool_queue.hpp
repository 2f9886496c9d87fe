// What a spool does with its records: which are sent from memory, which have to go to the file, what is read
// back, erased and dropped. A plain state machine with the time passed in: no file, no thread.
//
// A record is in one of three places, in this order of age: the window (in memory, being sent), the file
// only, and the newcomers (in memory, not in the file). While the output answers, newcomers go straight to
// the window and the file is never touched. What is not acknowledged within `spill_after` is written; what
// lies in the file is sent before anything newer.
#pragma once

#include "model/health.hpp"
#include "store/record.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>

namespace busbar::store {

struct SpoolOptions {
  std::string path{};  ///< "" = memory only
  /// How long a record may be in memory only; 0 = each is written before it is sent.
  std::chrono::milliseconds spill_after{30'000};
  std::size_t memory_count = 10'000;              ///< that are not in the file; written at half of it
  std::size_t memory_bytes = 4ULL * 1024 * 1024;  ///< likewise
  Bounds bounds{};                                ///< of the file
  bool operator==(const SpoolOptions&) const = default;
};

class SpoolQueue {
 public:
  /// A record handed out; `id` is given back with acknowledge(), fail() or reject().
  struct Sending {
    std::uint64_t id = 0;
    const Record* record = nullptr;  ///< valid until the next call of a non-const member
  };

  explicit SpoolQueue(SpoolOptions options);

  void put(Record record, Steady now);

  // The output. All calls belong to one connection of it; fail_all() ends that.
  [[nodiscard]] std::optional<Sending> next();
  void acknowledge(std::uint64_t id, Steady now);
  void fail(std::uint64_t id);                ///< refused now: it will be handed out again
  void reject(std::uint64_t id, Steady now);  ///< can never be delivered: dropped
  void fail_all();

  // The file. Between order() and the answer to it there is no second order.
  /// What the file has to do now, if anything. The first one asks what an earlier run left.
  [[nodiscard]] std::optional<Order> order(Steady now);
  void done(Outcome outcome, Steady now);
  /// Nothing was written or read.
  void failed(Error::Kind kind, Steady now);
  /// The output waits for a file that cannot be read: better set aside.
  [[nodiscard]] bool hopeless() const noexcept;
  /// The file was set aside, and what was only there is gone.
  void begin_anew(Steady now);
  /// When order() may have something to say; Steady::max() = only after another call.
  [[nodiscard]] Steady order_due() const;
  /// From now on everything goes to the file as soon as possible.
  void close() {
    fail_all();
    closing_ = true;
    retry_ = full_until_ = Steady::min();
  }
  /// Nothing is left that the file does not know.
  [[nodiscard]] bool saved() const noexcept;
  [[nodiscard]] bool failing() const noexcept { return failures_ > 0; }

  [[nodiscard]] std::size_t in_flight() const noexcept { return flights_.size(); }
  [[nodiscard]] bool empty() const noexcept { return queued() == 0; }
  /// accepted, acknowledged, queued and dropped; what an earlier run left was accepted when it was found.
  [[nodiscard]] SinkAccount account() const;
  [[nodiscard]] SpoolHealth health() const;

 private:
  enum class Fate { open, delivered, undeliverable };
  struct Entry {
    std::uint64_t ticket = 0;  ///< order of acceptance, for records that are in no file yet
    Record record{};
    Steady accepted{};
    std::int64_t row = 0;  ///< in the file; 0 = in memory only
    bool flying = false;
    Fate fate = Fate::open;
  };

  [[nodiscard]] static bool to_be_written(const Entry& entry) noexcept;
  [[nodiscard]] std::uint64_t queued() const noexcept;
  [[nodiscard]] bool ready() const noexcept;
  [[nodiscard]] bool writes_first() const noexcept;
  [[nodiscard]] bool wants_more() const noexcept;
  [[nodiscard]] Steady spill_due() const noexcept;
  Entry* land(std::uint64_t id);
  void settle(Steady now);
  void make_room();
  void forget_memory(const Entry& entry);
  void place_written(std::int64_t first_row, bool loading);
  void place_loaded(Outcome& outcome);
  void adopt(const Outcome& outcome);

  SpoolOptions options_;
  std::deque<Entry> window_;
  std::uint64_t window_start_ = 0;  ///< place of the first entry; places are never used twice
  std::size_t unsent_ = 0;          ///< no entry of the window before it waits to be handed out
  std::deque<Entry> newcomers_;
  std::uint64_t file_only_ = 0;
  std::int64_t cursor_ = 0;                         ///< rows up to it are in the window, or done with
  std::uint64_t erasable_ = 0;                      ///< rows that are done with and still in the file
  std::map<std::uint64_t, std::uint64_t> flights_;  ///< id → place
  std::uint64_t last_flight_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::size_t memory_count_ = 0;  ///< records that are in memory only
  std::size_t memory_bytes_ = 0;
  bool adopted_ = false;  ///< what an earlier run left is known
  bool flowing_ = false;  ///< the output takes records
  bool closing_ = false;
  bool ordered_ = false;                  ///< an order is being carried out
  bool loading_ = false;                  ///< it reads back
  std::vector<std::uint64_t> writing_{};  ///< tickets of what it writes
  std::int64_t loaded_after_ = 0;         ///< `cursor_` when it was given
  Steady retry_ = Steady::min();
  Steady full_until_ = Steady::min();  ///< no room: only read
  Steady erase_due_ = Steady::max();
  unsigned failures_ = 0;  ///< orders in a row that were not carried out
  SinkAccount account_;
  SpoolHealth health_;
};

}  // namespace busbar::store
