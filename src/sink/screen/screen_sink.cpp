// Results on standard output: a table for people, JSON for scripts.
#include "sink/screen/screen_sink.hpp"

#include "async/wakeup.hpp"
#include "async/worker.hpp"
#include "sink/screen/board.hpp"
#include "sink/screen/json.hpp"
#include "sink/screen/output.hpp"
#include "sink/screen/table.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

namespace busbar::sink::screen {
namespace {

constexpr std::size_t max_queue = 4096;
constexpr std::size_t max_queue_bytes = 4 * 1024 * 1024;

bool wants_colour(Colour colour, const Output& output) {
  return colour == Colour::automatic ? output.wants_colour() : colour == Colour::always;
}

class ScreenSink final : public Sink {
 public:
  ScreenSink(asio::any_io_executor executor, Options options, int descriptor)
      : options_{std::move(options)},
        output_{descriptor},
        colour_{wants_colour(options_.colour, output_)},
        filled_{std::move(executor)} {}

  ~ScreenSink() override { output_.give_up_at(Output::Time::min()); }

  std::string_view name() const override { return options_.name; }
  void describe(const DeviceDescription& device) override { board_.describe(device); }
  void forget(std::string_view device) override { board_.forget(device); }
  void availability(std::string_view device, Availability state, std::string_view reason) override {
    board_.availability(device, state, reason);
  }

  void publish(const Report& report) override {
    ++account_.accepted;
    Block block = block_of(report);
    if (options_.format == Format::jsonl) return put({json_line(report.device, block), 1});
    if (options_.once) {
      const bool first = board_.store(report.device, std::move(block));
      ++(first ? collected_ : account_.coalesced);
      return;
    }
    DeviceView view = board_.heading(report.device);
    view.blocks.push_back(std::move(block));
    put({options_.format == Format::table ? table(view, colour_) + "\n" : json_document({view}), 1});
  }

  asio::awaitable<void> run() override {
    while (true) {
      co_await filled_.wait();
      co_await drain();
    }
  }

  asio::awaitable<void> finish(Steady deadline, bool) override {
    output_.give_up_at(deadline);
    if (options_.once && options_.format != Format::jsonl) put({whole(), std::exchange(collected_, 0)});
    co_await drain();
  }

  SinkAccount account() const override {
    SinkAccount account = account_;
    account.name = options_.name;
    account.queued = account.accepted - account.acknowledged - account.dropped - account.coalesced;
    return account;
  }

 private:
  struct Item {
    std::string text;
    std::uint64_t reports;
  };

  std::string whole() const {
    if (options_.format == Format::json) return json_document(board_.devices());
    std::string text;
    for (const DeviceView& device : board_.devices())
      text += (text.empty() ? "" : "\n") + table(device, colour_);
    return text;
  }

  void put(Item item) {
    bytes_ += item.text.size();
    queue_.push_back(std::move(item));
    while (queue_.size() > max_queue || (bytes_ > max_queue_bytes && queue_.size() > 1)) drop_oldest();
    filled_.notify();
  }

  void drop_oldest() {
    account_.dropped += queue_.front().reports;
    bytes_ -= queue_.front().text.size();
    queue_.pop_front();
    fail("the reader of standard output is too slow, results are dropped");
  }

  asio::awaitable<void> drain() {
    while (!queue_.empty()) {
      Item item = std::move(queue_.front());
      queue_.pop_front();
      bytes_ -= item.text.size();
      int error = EPIPE;
      if (!closed_) co_await worker_.perform([this, &item, &error] { error = output_.write(item.text); });
      if (error == 0) {
        account_.acknowledged += item.reports;
        account_.healthy = true;
        continue;
      }
      account_.dropped += item.reports;
      closed_ = closed_ || error == EPIPE;
      fail(std::string{"standard output: "} + std::strerror(error) + ", results are dropped");
    }
  }

  void fail(std::string message) {
    ++account_.errors;
    account_.healthy = false;
    if (message != account_.last_error) spdlog::warn("sink {}: {}", options_.name, message);
    account_.last_error = std::move(message);
  }

  Options options_;
  Output output_;
  bool colour_;
  Board board_;
  std::deque<Item> queue_;
  std::size_t bytes_ = 0;
  std::uint64_t collected_ = 0;  ///< reports that wait on the board
  SinkAccount account_;
  bool closed_ = false;
  async::Wakeup filled_;
  async::Worker worker_;  // last: its thread ends before what it uses goes
};

}  // namespace

std::unique_ptr<Sink> make_screen_sink(asio::any_io_executor executor, Options options, int descriptor) {
  return std::make_unique<ScreenSink>(std::move(executor), std::move(options), descriptor);
}

}  // namespace busbar::sink::screen
