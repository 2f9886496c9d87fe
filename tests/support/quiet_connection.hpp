// A broker connection on which nothing happens by itself; a test overrides what it is about.
#pragma once

#include "sink/mqtt/connection.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace busbar::test {

class QuietConnection : public sink::mqtt::Connection {
 public:
  void open(int) override {}
  void publish(Publication) override {}
  void subscribe(std::vector<std::string>) override {}
  void subscribe_live(std::vector<std::string>) override {}
  void unsubscribe(std::vector<std::string>) override {}
  void probe() override {}
  void close(std::chrono::milliseconds) override {}
  void abandon() override {}
};

}  // namespace busbar::test
