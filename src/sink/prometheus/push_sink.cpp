#include "sink/prometheus/push_sink.hpp"

#include "async/wakeup.hpp"
#include "sink/http_client.hpp"
#include "sink/prometheus/exposition.hpp"
#include "sink/prometheus/text_format.hpp"
#include "sink/trouble.hpp"
#include "sink/utf8.hpp"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <unistd.h>
#include <utility>

namespace busbar::sink::prometheus {
namespace {

using std::chrono::steady_clock;

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

/// Base64 with the alphabet for urls, padding kept. RFC 4648, section 5.
std::string url_base64(const std::string& text) {
  if (text.empty()) return "=";
  std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(length));
  std::ranges::replace(encoded, '+', '-');
  std::ranges::replace(encoded, '/', '_');
  return encoded;
}

std::string label_path(const std::string& label, const std::string& value) {
  const bool plain = !value.empty() && value.find('/') == std::string::npos;
  return "/" + label + (plain ? "/" + url_encoded(value) : "@base64/" + url_base64(value));
}

class PushSink final : public Sink {
 public:
  PushSink(asio::any_io_executor executor, PushOptions options, HealthSource health)
      : options_{std::move(options)},
        health_{std::move(health)},
        client_{options_.url, options_.tls},
        target_{grouping_path(options_.job, options_.instance.empty() ? host_name() : options_.instance)},
        idle_{std::move(executor)},
        trouble_{options_.name} {}

  std::string_view name() const override { return options_.name; }
  void describe(const DeviceDescription& device) override { readings_.describe(device); }
  void forget(std::string_view device) override { readings_.forget(device); }
  void publish(const Report& report) override { readings_.store(report); }
  void availability(std::string_view, Availability, std::string_view) override {}  // comes with Health

  asio::awaitable<void> run() override {
    Steady next = steady_clock::now() + options_.interval;
    while (!finished_) {
      co_await async::wait_until(next);
      if (finished_) break;
      pushing_ = true;
      co_await push(steady_clock::now() + options_.timeout);
      pushing_ = false;
      idle_.notify();
      next = std::max(next + options_.interval, steady_clock::now());
    }
  }

  asio::awaitable<void> finish(Steady deadline, bool keep_state) override {
    finished_ = true;
    // A push under way that arrived after the deletion would bring everything back.
    if (pushing_) (void)co_await idle_.wait_until(deadline);
    if (keep_state || !options_.delete_at_exit) {
      co_await push(deadline);
    } else {
      HttpRequest request = request_for(HttpMethod::del);
      note(co_await client_.send(std::move(request), deadline));
    }
  }

  SinkAccount account() const override { return trouble_.told_in(readings_.account()); }

 private:
  HttpRequest request_for(HttpMethod method) const {
    HttpRequest request;
    request.method = method;
    request.target = target_;
    if (!options_.username.empty())
      request.headers.emplace_back("Authorization",
                                   basic_authorization(options_.username, options_.password));
    return request;
  }

  asio::awaitable<void> push(Steady deadline) {
    Health health = health_();
    const Steady made = health.now;
    const std::uint64_t mark = readings_.mark();
    HttpRequest request = request_for(HttpMethod::put);
    request.headers.emplace_back("Content-Type", content_type);
    request.body = co_await exposition(readings_, std::move(health), this_process(started_));
    note(co_await client_.send(std::move(request), deadline));
    if (!trouble_.failing()) readings_.acknowledge(mark, made);
  }

  void note(const Result<HttpAnswer>& answer) {
    std::string problem;
    if (!answer) {
      problem = answer.error().detail;
    } else if (!answer->good()) {
      problem = to_string(options_.url) + " answers " + std::to_string(answer->status) +
                (answer->status == 401 || answer->status == 403 ? ": check username and password"
                 : answer->status == 404                        ? ": check url, that is no Pushgateway"
                                         : ": " + printable(answer->body.substr(0, 300)));
    }
    if (problem.empty())
      trouble_.works("pushes again");
    else
      trouble_.fails(std::move(problem), options_.interval);
  }

  PushOptions options_;
  HealthSource health_;
  Readings readings_;
  HttpClient client_;
  std::string target_;
  Steady started_ = steady_clock::now();
  async::Wakeup idle_;
  bool pushing_ = false;
  bool finished_ = false;
  Trouble trouble_;
};

}  // namespace

std::string grouping_path(const std::string& job, const std::string& instance) {
  return "/metrics" + label_path("job", job) + label_path("instance", instance);
}

std::unique_ptr<Sink> make_push_sink(asio::any_io_executor executor, PushOptions options,
                                     HealthSource health) {
  return std::make_unique<PushSink>(std::move(executor), std::move(options), std::move(health));
}

}  // namespace busbar::sink::prometheus
