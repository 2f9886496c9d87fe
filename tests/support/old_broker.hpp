// A peer that knows MQTT 3.1.1 only, scripted by hand because no current broker refuses MQTT 5: it answers a
// CONNECT of level 5 in one of the ways old brokers do, accepts level 4 and acknowledges what is published.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace busbar::test {

class OldBroker {
 public:
  enum class Refusal {
    return_code,  ///< CONNACK 20 02 00 01, "unacceptable protocol level" (MQTT 3.1.1, section 3.2.2.3)
    reason_code,  ///< CONNACK 20 03 00 84 00, "unsupported protocol version" (MQTT 5.0, section 3.2.2.2)
    hang_up,      ///< closes without a word
  };

  explicit OldBroker(Refusal refusal);
  OldBroker(const OldBroker&) = delete;
  OldBroker& operator=(const OldBroker&) = delete;
  ~OldBroker();

  [[nodiscard]] std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(port_); }
  /// Protocol level of every CONNECT so far.
  [[nodiscard]] std::vector<int> levels() const;
  /// Topics published so far.
  [[nodiscard]] std::vector<std::string> topics() const;

 private:
  struct Packet {
    std::uint8_t type = 0;  ///< first byte of the fixed header
    std::vector<std::uint8_t> body;
  };
  void serve();
  void talk(int socket);
  void handle(int socket, const Packet& packet, bool& open);
  [[nodiscard]] static bool receive(int socket, Packet& packet);

  Refusal refusal_;
  int listener_ = -1;
  unsigned short port_ = 0;
  std::atomic<bool> stop_ = false;
  std::atomic<int> current_ = -1;
  mutable std::mutex mutex_;
  std::vector<int> levels_;
  std::vector<std::string> topics_;
  std::thread thread_;
};

}  // namespace busbar::test
