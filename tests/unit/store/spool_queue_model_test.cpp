// The queue and a real file under thousands of random histories: connections that come and go, answers that
// come late or not at all, failing disks, ends of the process at any moment. What has to hold always: the
// account, the order within a connection, and that nothing is lost that was not counted as dropped.
#include "store/spool_file.hpp"
#include "store/spool_queue.hpp"
#include "support/process.hpp"
#include "unit/store/support.hpp"

#include <map>
#include <random>
#include <set>

namespace busbar::store {
namespace {

using namespace test;

class History {
 public:
  History(unsigned seed, std::string path, SpoolOptions options)
      : random_{seed}, path_{std::move(path)}, options_{std::move(options)} {
    options_.path = path_;
    begin();
  }

  void step() {
    now_ += std::chrono::milliseconds{pick(4000)};
    switch (pick(12)) {
      case 0:
      case 1:
      case 2:
        put();
        break;
      case 3:
      case 4:
      case 5:
        send();
        break;
      case 6:
      case 7:
        answer();
        break;
      case 8:
      case 9:
        ask();
        break;
      case 10:
        carry_out(pick(8) == 0);
        break;
      default:
        if (pick(6) == 0) disconnect();
    }
    check();
  }

  /// SIGKILL: what only memory knew is gone. An order that the file was given counts as carried out or not.
  void die() {
    if (order_ && pick(2) == 0) perform_quietly();
    file_ = nullptr;
    std::set<int> kept = delivered_;
    for (const auto& stored : SpoolFile{path_, {}}.perform({.load = 1'000'000}, noon).loaded)
      kept.insert(std::stoi(stored.record.payload));
    for (const int number : written_) EXPECT_TRUE(kept.contains(number)) << number << " was on the disk";
    accepted_ = kept;
    lost_ = 0;
    begin();
  }

  /// The output works, the disk works: everything that is left comes out.
  void drain() {
    for (int i = 0; i < 100'000 && !(queue_->empty() && queue_->saved() && !order_); ++i) {
      now_ += 100ms;
      send();
      while (!flights_.empty()) answer_first();
      ask();
      carry_out(false);
    }
    EXPECT_TRUE(queue_->empty());
    check();
    std::size_t missing = 0;
    for (const int number : accepted_) missing += delivered_.contains(number) ? 0 : 1;
    EXPECT_LE(missing, lost_ + queue_->account().dropped);
    if (queue_->account().dropped + lost_ == 0) {
      EXPECT_EQ(missing, 0U);
    }
  }

  [[nodiscard]] std::size_t delivered() const { return delivered_.size(); }

 private:
  void begin() {
    order_.reset();
    flights_.clear();
    file_ = nullptr;
    file_ = std::make_unique<SpoolFile>(path_, options_.bounds);
    queue_.emplace(options_);
    last_in_connection_ = -1;
  }
  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }
  void put() {
    for (auto count = 1 + pick(4); count > 0; --count) {
      accepted_.insert(++last_number_);
      queue_->put(record(last_number_), now_);
    }
  }
  void send() {
    for (auto count = pick(6); count > 0; --count) {
      const auto sending = queue_->next();
      if (!sending) return;
      const int number = std::stoi(sending->record->payload);
      EXPECT_EQ(*sending->record, record(number));
      EXPECT_GT(number, last_in_connection_) << "out of turn";
      last_in_connection_ = number;
      flights_[sending->id] = number;
    }
  }
  void answer_first() {
    const auto flight = flights_.begin();
    delivered_.insert(flight->second);
    queue_->acknowledge(flight->first, now_);
    flights_.erase(flight);
  }
  void answer() {
    if (flights_.empty()) return;
    auto flight = flights_.begin();
    std::advance(flight, pick(static_cast<unsigned>(flights_.size())));
    delivered_.insert(flight->second);
    queue_->acknowledge(flight->first, now_);
    flights_.erase(flight);
  }
  void disconnect() {
    queue_->fail_all();
    flights_.clear();
    last_in_connection_ = -1;
  }
  void ask() {
    if (!order_) order_ = queue_->order(now_);
  }
  void carry_out(bool fails) {
    if (!order_) return;
    if (fails) {
      queue_->failed(Error::Kind::full, now_);
    } else {
      auto outcome = file_->perform(*order_, noon);
      for (const auto& one : order_->append) written_.insert(std::stoi(one.payload));
      queue_->done(std::move(outcome), now_);
    }
    order_.reset();
  }
  void perform_quietly() { (void)file_->perform(*order_, noon); }
  void check() {
    const auto account = queue_->account();
    ASSERT_EQ(account.accepted, account.acknowledged + account.queued + account.dropped);
  }

  std::minstd_rand random_;
  std::string path_;
  SpoolOptions options_;
  std::unique_ptr<SpoolFile> file_;
  std::optional<SpoolQueue> queue_;
  std::optional<Order> order_;
  std::map<std::uint64_t, int> flights_;
  std::set<int> accepted_;
  std::set<int> delivered_;
  std::set<int> written_;
  std::uint64_t lost_ = 0;
  int last_number_ = 0;
  int last_in_connection_ = -1;
  Steady now_{1000s};
};

class SpoolHistories : public ::testing::TestWithParam<std::chrono::milliseconds> {};

TEST_P(SpoolHistories, NothingIsLostDoubledInAConnectionOrOutOfTurn) {
  const busbar::test::TemporaryDirectory directory;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history{seed, directory.path() + "/" + std::to_string(seed), {.spill_after = GetParam()}};
    for (int life = 0; life < 4; ++life) {
      for (int i = 0; i < 150 && !::testing::Test::HasFailure(); ++i) history.step();
      history.die();
    }
    history.drain();
    ASSERT_FALSE(HasFailure());
    EXPECT_GT(history.delivered(), 50U);
  }
}

TEST_P(SpoolHistories, TheAccountHoldsWhenThereIsNoRoom) {
  const busbar::test::TemporaryDirectory directory;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SpoolOptions options{.spill_after = GetParam(), .memory_count = 8, .bounds = {.count = 20}};
    History history{seed, directory.path() + "/" + std::to_string(seed), std::move(options)};
    for (int i = 0; i < 600 && !HasFailure(); ++i) history.step();
    history.drain();
    ASSERT_FALSE(HasFailure());
  }
}

INSTANTIATE_TEST_SUITE_P(SpillAfter, SpoolHistories, ::testing::Values(0ms, 2000ms, 3'600'000ms),
                         [](const auto& instance) { return std::to_string(instance.param.count()) + "ms"; });

}  // namespace
}  // namespace busbar::store
