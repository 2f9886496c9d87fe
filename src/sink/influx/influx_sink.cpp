#include "sink/influx/influx_sink.hpp"

#include "async/wakeup.hpp"
#include "sink/http_client.hpp"
#include "sink/influx/line_protocol.hpp"
#include "sink/influx/queue.hpp"
#include "sink/influx/verdict.hpp"
#include "sink/trouble.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace busbar::sink::influx {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds first_pause = 1s;
constexpr milliseconds longest_pause = 1min;

class InfluxSink final : public Sink {
 public:
  InfluxSink(asio::any_io_executor executor, Options options)
      : options_{std::move(options)},
        target_{write_target(options_)},
        client_{options_.url, options_.tls},
        queue_{options_.max_queue, options_.max_queue_bytes},
        limit_{options_.batch},
        full_{executor},
        idle_{executor},
        trouble_{options_.name} {}

  std::string_view name() const override { return options_.name; }
  void describe(const DeviceDescription&) override {}
  /// What was measured was measured: the points of a device that is gone are still delivered.
  void forget(std::string_view device) override {
    const auto known = series_.find(device);
    if (known != series_.end()) series_.erase(known);
  }
  void publish(const Report& report) override {
    auto series = series_.find(report.device);
    if (series == series_.end())
      series = series_.emplace(report.device, series_of(options_, report.device)).first;
    write_line(line_, series->second, report);
    if (line_.empty()) return;
    queue_.put(line_);
    if (queue_.size() >= options_.batch) full_.notify();
  }
  void availability(std::string_view, Availability, std::string_view) override {}

  asio::awaitable<void> run() override {
    Steady next = steady_clock::now() + options_.interval;
    while (!finishing_) {
      const Steady until = std::max(next, pause_until_);
      // A full batch goes at once, unless the server needs its pause.
      const bool full = co_await full_.wait_until(until);
      if (full && steady_clock::now() < pause_until_) co_await async::wait_until(pause_until_);
      while (!finishing_ && queue_.size() > 0 && steady_clock::now() >= pause_until_) {
        co_await send(steady_clock::now() + options_.timeout);
      }
      next = steady_clock::now() + options_.interval;
    }
    idle_.notify();
  }

  asio::awaitable<void> finish(Steady deadline, bool) override {
    finishing_ = true;
    full_.notify();
    // A batch under way is not sent twice.
    if (sending_) (void)co_await idle_.wait_until(deadline);
    while (!sending_ && queue_.size() > 0 && steady_clock::now() < deadline) {
      co_await send(deadline);
      if (trouble_.failing()) break;  // one attempt was made, the time of others is not spent on more
    }
  }

  SinkAccount account() const override { return trouble_.told_in(queue_.account()); }

 private:
  asio::awaitable<void> send(Steady deadline) {
    HttpRequest request;
    request.target = target_;
    request.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
    if (!options_.token.empty())
      request.headers.emplace_back("Authorization", "Token " + options_.token);
    else if (!options_.username.empty())
      request.headers.emplace_back("Authorization",
                                   basic_authorization(options_.username, options_.password));
    request.body = queue_.take(limit_);
    sending_ = true;
    const auto answer = co_await client_.send(std::move(request), deadline);
    sending_ = false;
    settle(judge(answer, options_.url), answer ? answer->retry_after : std::nullopt);
    if (finishing_) idle_.notify();
  }

  void settle(Verdict verdict, std::optional<std::chrono::seconds> retry_after) {
    const std::size_t points = queue_.in_flight();
    if (verdict.kind == Verdict::Kind::split && points > 1) {
      queue_.give_back();
      limit_ = points / 2;
      return;
    }
    if (verdict.kind == Verdict::Kind::later) {
      queue_.give_back();
      pause_ = pause_.count() == 0 ? first_pause : std::min(2 * pause_, longest_pause);
      pause_until_ = steady_clock::now() + std::max<milliseconds>(pause_, retry_after.value_or(0s));
      trouble_.fails(std::move(verdict.problem), "trying again");
      return;
    }
    // The one point that the server does not take, or all but some.
    const std::uint64_t refused = verdict.kind == Verdict::Kind::split ? 1 : verdict.refused;
    queue_.settle(refused);
    limit_ = std::min(2 * limit_, options_.batch);
    pause_ = 0ms;
    if (refused == 0) return trouble_.works("writes again");
    trouble_.recovers("writes again");
    trouble_.complains(std::move(verdict.problem), std::to_string(refused) + " point(s) dropped");
  }

  Options options_;
  std::string target_;
  HttpClient client_;
  Queue queue_;
  std::size_t limit_;                                       ///< points in the next batch
  std::map<std::string, std::string, std::less<>> series_;  ///< by device
  std::string line_;                                        ///< written over by each report
  async::Wakeup full_;
  async::Wakeup idle_;
  milliseconds pause_{};
  Steady pause_until_{};
  bool sending_ = false;
  bool finishing_ = false;
  Trouble trouble_;
};

}  // namespace

std::string write_target(const Options& options) {
  if (!options.bucket.empty()) {
    return "/api/v2/write?" + (options.org.empty() ? "" : "org=" + url_encoded(options.org) + "&") +
           "bucket=" + url_encoded(options.bucket) + "&precision=ms";
  }
  return "/write?db=" + url_encoded(options.database) +
         (options.retention_policy.empty() ? "" : "&rp=" + url_encoded(options.retention_policy)) +
         "&precision=ms";
}

std::unique_ptr<Sink> make_influx_sink(asio::any_io_executor executor, Options options) {
  return std::make_unique<InfluxSink>(std::move(executor), std::move(options));
}

}  // namespace busbar::sink::influx
