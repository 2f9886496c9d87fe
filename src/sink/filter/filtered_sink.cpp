#include "sink/filter/filtered_sink.hpp"

#include "async/race.hpp"
#include "async/wakeup.hpp"
#include "sink/filter/aggregator.hpp"
#include "sink/filter/selection.hpp"

#include <set>
#include <string>
#include <utility>

namespace busbar::sink::filter {
namespace {

class FilteredSink final : public Sink {
 public:
  FilteredSink(std::unique_ptr<Sink> inner, Options options)
      : inner_{std::move(inner)},
        options_{std::move(options)},
        aggregator_{options_.aggregate.value_or(Aggregation{}).function} {}

  std::string_view name() const override { return inner_->name(); }

  void describe(const DeviceDescription& device) override {
    if (const auto left = selected(options_, device)) {
      described_.insert(device.id);
      inner_->describe(*left);
    } else {
      forget(device.id);
    }
  }

  void forget(std::string_view device) override {
    dropped_ += aggregator_.forget(device);
    const auto known = described_.find(device);
    if (known == described_.end()) return;
    described_.erase(known);
    inner_->forget(device);
  }

  void publish(const Report& report) override {
    if (!select(options_, report, left_)) return;
    if (options_.aggregate)
      aggregator_.add(left_);
    else
      inner_->publish(left_);
  }

  void availability(std::string_view device, Availability state, std::string_view reason) override {
    if (described_.contains(device)) inner_->availability(device, state, reason);
  }

  asio::awaitable<void> run() override {
    if (!options_.aggregate) {
      co_await inner_->run();
      co_return;
    }
    // An inner sink that ends because it has nothing to do leaves the periods going; one that fails does not.
    co_await async::race(inner_and_rest(), end_periods());
  }

  asio::awaitable<void> finish(Steady deadline, bool keep_state) override {
    end_period();
    co_await inner_->finish(deadline, keep_state);
  }

  SinkAccount account() const override {
    SinkAccount account = inner_->account();
    account.queued += aggregator_.pending();
    account.coalesced += aggregator_.merged();
    account.dropped += dropped_;
    account.accepted += aggregator_.pending() + aggregator_.merged() + dropped_;
    return account;
  }

 private:
  asio::awaitable<void> inner_and_rest() {
    co_await inner_->run();
    co_await async::wait_until(Steady::max());
  }

  asio::awaitable<void> end_periods() {
    const auto every = options_.aggregate->every;
    Steady next = std::chrono::steady_clock::now() + every;
    for (;;) {
      co_await async::wait_until(next);
      end_period();
      // At a fixed rate; after a standstill of the machine not all missed periods at once.
      next = std::max(next + every, std::chrono::steady_clock::now());
    }
  }

  void end_period() {
    for (const Report& report : aggregator_.take()) inner_->publish(report);
  }

  std::unique_ptr<Sink> inner_;
  Options options_;
  Aggregator aggregator_;
  Report left_;  ///< of the report that is published
  std::set<std::string, std::less<>> described_;
  std::uint64_t dropped_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_filtered_sink(std::unique_ptr<Sink> inner, Options options) {
  return std::make_unique<FilteredSink>(std::move(inner), std::move(options));
}

}  // namespace busbar::sink::filter
