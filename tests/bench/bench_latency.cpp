// Last response byte of a device → payload at an MQTT subscriber, beside a bare Paho publish → subscribe on
// the same broker, in turn. Usage: bench_latency BUSBAR BROKER_PORT ROUNDS Prints one line: bare_p50_us
// bare_p99_us busbar_p50_us busbar_p99_us rounds
//
// Both start at the same point of a poll, when the pack has just got the request: processor and broker have
// rested since the last poll. A publish right behind another message finds everybody awake and is faster.
#include "support/process.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <mqtt/async_client.h>

#include <algorithm>
#include <arpa/inet.h>
#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// The moment the next message on a topic arrived.
class Arrival final : public virtual mqtt::callback {
 public:
  void message_arrived(mqtt::const_message_ptr message) override {
    const auto now = Clock::now();
    const std::lock_guard lock{mutex_};
    if (message->get_topic() != topic_ || arrived_) return;
    arrived_ = now;
    changed_.notify_all();
  }
  void expect(std::string topic) {
    const std::lock_guard lock{mutex_};
    topic_ = std::move(topic);
    arrived_.reset();
  }
  Clock::time_point wait() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, 20s, [&] { return arrived_.has_value(); }))
      throw std::runtime_error{"no message"};
    return *arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string topic_;
  std::optional<Clock::time_point> arrived_;
};

/// A pack that answers at once; the moment its answer was handed to the kernel is what counts.
class Pack {
 public:
  Pack() {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 1) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error{"cannot listen"};
    }
    port_ = ntohs(address.sin_port);
  }
  ~Pack() {
    ::close(connection_);
    ::close(listener_);
  }
  [[nodiscard]] unsigned short port() const { return port_; }
  void accept() {
    connection_ = ::accept(listener_, nullptr, nullptr);
    const int on = 1;
    ::setsockopt(connection_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  void await_request() {
    std::uint8_t buffer[64];
    std::size_t have = 0;
    while (have < 8) {
      const auto count = ::recv(connection_, buffer + have, sizeof buffer - have, 0);
      if (count <= 0) throw std::runtime_error{"busbar closed the connection"};
      have += static_cast<std::size_t>(count);
    }
  }
  Clock::time_point answer() {
    static const auto frame = *busbar::from_hex(
        "ead10127ff020f060f0b4e0e9c0e5f0e840ea00ea50e8f0ea00ea00e8b0eb00e920e7d0eb60e730e7338f5");
    const auto now = Clock::now();
    if (::send(connection_, frame.data(), frame.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error{"send"};
    return now;
  }

 private:
  int listener_ = -1;
  int connection_ = -1;
  unsigned short port_ = 0;
};

double microseconds(Clock::duration value) {
  return std::chrono::duration<double, std::micro>(value).count();
}

double quantile(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
}

int measure(const std::string& busbar, const std::string& broker_port, std::size_t rounds) {
  const std::string broker = "tcp://127.0.0.1:" + broker_port;
  Arrival arrival;
  mqtt::async_client subscriber{broker, "bench-subscriber"};
  subscriber.set_callback(arrival);
  subscriber.connect()->wait();
  subscriber.subscribe("bench/#", 1)->wait();
  mqtt::async_client publisher{broker, "bench-publisher"};
  publisher.connect()->wait();

  Pack pack;
  const busbar::test::TemporaryDirectory directory;
  const auto config = directory.write("busbar.yaml", R"(version: 1
channels:
  bus: {link: "tcp://127.0.0.1:)" + std::to_string(pack.port()) +
                                                         R"(", spacing: 10ms, after_connect: 0}
devices:
  pack: {channel: bus, profile: orion1000, address: 1, intervals: {voltages: 50ms, status: 0, capacity: 0, serial_number: 0}}
sinks:
  mqtt: {url: "mqtt://127.0.0.1:)" + broker_port + R"(", topic_prefix: bench}
)");
  busbar::test::Process daemon{{busbar, "--config", config, "--log-level", "warning"}};
  pack.accept();

  const std::string state = "bench/pack/state";
  std::string payload;  // as long as what busbar publishes
  std::vector<double> bare;
  std::vector<double> through;
  for (std::size_t round = 0; round < rounds + 20; ++round) {
    payload.assign(600, 'x');
    pack.await_request();
    arrival.expect("bench/bare");
    const auto start = Clock::now();
    publisher.publish("bench/bare", payload.data(), payload.size(), 1, false);
    const auto bare_time = microseconds(arrival.wait() - start);
    arrival.expect(state);
    pack.answer();
    arrival.wait();

    pack.await_request();
    arrival.expect(state);
    const auto sent = pack.answer();
    const auto through_time = microseconds(arrival.wait() - sent);
    if (round < 20) continue;  // warm-up
    through.push_back(through_time);
    bare.push_back(bare_time);
  }
  daemon.signal(15);
  static_cast<void>(daemon.wait());
  std::cout << quantile(bare, 0.5) << " " << quantile(bare, 0.99) << " " << quantile(through, 0.5) << " "
            << quantile(through, 0.99) << " " << rounds << "\n";
  subscriber.disconnect()->wait();
  publisher.disconnect()->wait();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: bench_latency BUSBAR BROKER_PORT ROUNDS\n";
    return 64;
  }
  try {
    return measure(argv[1], argv[2], std::stoul(argv[3]));
  } catch (const std::exception& error) {
    std::cerr << "bench_latency: " << error.what() << "\n";
    return 1;
  }
}
