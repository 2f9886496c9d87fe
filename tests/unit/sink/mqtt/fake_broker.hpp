// A broker in memory, and the connection to it: keeps what is retained, answers one event at a time when the
// test says so, and can be down, mute, old or small.
#pragma once

#include "sink/mqtt/connection.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::mqtt::test {

class FakeBroker {
 public:
  bool up = true;
  bool answers = true;     ///< false: takes everything in and stays silent
  int newest_version = 5;  ///< it refuses newer ones
  int refusals = 0;        ///< so many publications are refused next
  std::string forbidden;   ///< topics that begin so are refused, unless empty
  std::size_t max_packet = 0;
  std::map<std::string, std::string> retained;
  std::vector<Connection::Publication> log;
  std::vector<int> opened;  ///< versions asked for, in order
  std::vector<std::string> subscribed;
  int refused = 0;  ///< publications so far
  int closed = 0;
  int abandoned = 0;

  [[nodiscard]] std::unique_ptr<Connection> connect(ConnectionEvents& events) {
    events_ = &events;
    return std::make_unique<Client>(*this);
  }
  [[nodiscard]] bool connected() const noexcept { return connected_; }
  /// Lets the sink hear one thing. False when there is nothing to hear.
  bool deliver() {
    if (queue_.empty()) return false;
    const auto event = std::move(queue_.front());
    queue_.pop_front();
    event(*events_);
    return true;
  }
  /// Lets the sink hear it soon.
  void say(std::string topic, std::string payload, bool is_retained = false) {
    queue_.push_back([=](ConnectionEvents& events) { events.on_message(topic, payload, is_retained, {}); });
  }
  /// The connection breaks.
  void cut() {
    if (!connected_) return;
    drop();
    queue_.push_back([](ConnectionEvents& events) { events.on_lost("the cable is out"); });
  }
  /// "topic=payload" of what came since the last call.
  [[nodiscard]] std::vector<std::string> heard() {
    std::vector<std::string> all;
    for (; read_ < log.size(); ++read_) all.push_back(log[read_].topic + "=" + log[read_].payload);
    return all;
  }

 private:
  class Client final : public Connection {
   public:
    explicit Client(FakeBroker& broker) : broker_{broker} {}
    void open(int version) override { broker_.open(version); }
    void publish(Publication publication) override { broker_.take(std::move(publication)); }
    void subscribe(std::vector<std::string> filters) override {
      for (auto& filter : filters) broker_.subscribe(std::move(filter));
    }
    void subscribe_live(std::vector<std::string> filters) override {
      for (auto& filter : filters) broker_.subscribed.push_back(std::move(filter));
    }
    void unsubscribe(std::vector<std::string> filters) override {
      for (const auto& filter : filters) std::erase(broker_.subscribed, filter);
    }
    void probe() override {
      if (!broker_.answers) return;
      broker_.queue_.push_back([](ConnectionEvents& events) { events.on_alive(); });
    }
    void close(std::chrono::milliseconds) override {
      ++broker_.closed;
      broker_.drop();
      broker_.queue_.push_back([](ConnectionEvents& events) { events.on_closed(); });
    }
    void abandon() override {
      ++broker_.abandoned;
      broker_.drop();
    }

   private:
    FakeBroker& broker_;
  };

  void drop() {
    connected_ = false;
    queue_.clear();
    subscribed.clear();
  }

  void open(int version) {
    drop();
    opened.push_back(version);
    queue_.push_back([this, version](ConnectionEvents& events) {
      if (!up) return events.on_refused({.reason = "Connection refused"});
      if (version > newest_version)
        return events.on_refused({.reason = "version", .unsupported_version = true});
      connected_ = true;
      events.on_connected(version, max_packet);
    });
  }

  void take(Connection::Publication publication) {
    if (!connected_) return;
    const bool no =
        (refusals > 0 && refusals-- > 0) || (!forbidden.empty() && publication.topic.starts_with(forbidden));
    if (answers) {
      queue_.push_back([id = publication.id, no](ConnectionEvents& events) { events.on_published(id, !no); });
    }
    refused += no ? 1 : 0;
    if (no) return;
    for (const auto& filter : subscribed) {
      if (matches(filter, publication.topic)) say(publication.topic, publication.payload);
    }
    if (publication.retain) {
      if (publication.payload.empty()) {
        retained.erase(publication.topic);
      } else {
        retained[publication.topic] = publication.payload;
      }
    }
    log.push_back(std::move(publication));
  }

  void subscribe(std::string filter) {
    for (const auto& [topic, payload] : retained) {
      if (matches(filter, topic)) say(topic, payload, true);
    }
    subscribed.push_back(std::move(filter));
  }

  /// Level by level; '+' stands for one level, as far as busbar's filters go.
  static bool matches(std::string_view filter, std::string_view topic) {
    while (true) {
      const auto level = filter.substr(0, filter.find('/'));
      const auto name = topic.substr(0, topic.find('/'));
      if (level != "+" && level != name) return false;
      if (level.size() == filter.size() || name.size() == topic.size())
        return level.size() == filter.size() && name.size() == topic.size();
      filter.remove_prefix(level.size() + 1);
      topic.remove_prefix(name.size() + 1);
    }
  }

  ConnectionEvents* events_ = nullptr;
  std::deque<std::function<void(ConnectionEvents&)>> queue_;
  bool connected_ = false;
  std::size_t read_ = 0;
};

}  // namespace busbar::sink::mqtt::test
