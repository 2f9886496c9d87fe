// The latest readings as a .prom file for the textfile collector of node_exporter.
#include "sink/prometheus/textfile_sink.hpp"

#include "async/wakeup.hpp"
#include "async/worker.hpp"
#include "sink/prometheus/exposition.hpp"
#include "sink/prometheus/textfile_writer.hpp"
#include "sink/trouble.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace busbar::sink::prometheus {
namespace {

class TextfileSink final : public Sink {
 public:
  TextfileSink(TextfileOptions options, HealthSource health)
      : options_{std::move(options)},
        health_{std::move(health)},
        writer_{options_.path, options_.mode, options_.backups},
        trouble_{options_.name} {}

  std::string_view name() const override { return options_.name; }
  void describe(const DeviceDescription& device) override { readings_.describe(device); }
  void forget(std::string_view device) override { readings_.forget(device); }
  void publish(const Report& report) override { readings_.store(report); }
  void availability(std::string_view, Availability, std::string_view) override {}  // comes with Health

  asio::awaitable<void> run() override {
    Steady next = std::chrono::steady_clock::now();
    while (!finished_) {
      co_await write();
      next = std::max(next + options_.interval, std::chrono::steady_clock::now());
      co_await async::wait_until(next);
    }
  }

  /// One local file: nothing to wait for, so that the deadline is not looked at.
  asio::awaitable<void> finish(Steady, bool keep_state) override {
    finished_ = true;
    if (keep_state)
      co_await write();
    else
      co_await remove();
  }

  SinkAccount account() const override { return trouble_.told_in(readings_.account()); }

 private:
  asio::awaitable<void> write() {
    // The worker keeps the order, so that a write under way and the last one cannot cross.
    const bool last = finished_;
    Health health = health_();
    const Steady made = health.now;
    const std::uint64_t mark = readings_.mark();
    std::string page = co_await exposition(readings_, std::move(health), this_process(started_));
    if (finished_ != last) co_return;  // what finish() does must not be undone
    std::optional<std::string> problem;
    std::size_t leftovers = 0;
    const bool first = std::exchange(first_, false);
    co_await worker_.perform([this, first, &page, &problem, &leftovers] {
      if (first) leftovers = writer_.remove_leftovers();
      problem = writer_.write(page);
    });
    if (leftovers > 0)
      spdlog::info("sink {}: removed {} temporary files of an earlier run", options_.name, leftovers);
    note(std::move(problem));
    if (!trouble_.failing()) readings_.acknowledge(mark, made);
  }

  asio::awaitable<void> remove() {
    std::optional<std::string> problem;
    co_await worker_.perform([this, &problem] { problem = writer_.remove(); });
    note(std::move(problem));
  }

  void note(std::optional<std::string> problem) {
    if (problem)
      trouble_.fails(std::move(*problem), options_.interval);
    else
      trouble_.works(options_.path + " is written again");
  }

  TextfileOptions options_;
  HealthSource health_;
  TextfileWriter writer_;
  Readings readings_;
  Steady started_ = std::chrono::steady_clock::now();
  bool first_ = true;
  bool finished_ = false;
  Trouble trouble_;
  async::Worker worker_;  // last: its thread ends before what it uses goes
};

}  // namespace

std::unique_ptr<Sink> make_textfile_sink(asio::any_io_executor, TextfileOptions options,
                                         HealthSource health) {
  return std::make_unique<TextfileSink>(std::move(options), std::move(health));
}

}  // namespace busbar::sink::prometheus
