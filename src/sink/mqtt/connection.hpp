// The seam between the MQTT sink and the MQTT library: what the sink asks of a broker connection, and what it
// hears.
#pragma once

#include "sink/mqtt/options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace busbar::sink::mqtt {

struct Refusal {
  std::string reason;                ///< for a person, with a hint how to mend it; no secrets
  bool unsupported_version = false;  ///< the broker does not speak the MQTT version that was tried
  /// The peer hung up before it answered; some brokers do that when they do not know MQTT 5.
  bool hung_up = false;
  bool rejected = false;  ///< the broker answered, and said no
  bool passing = false;   ///< rejected for now only: it is busy, or starts
};

/// Where the sender of a message wants its answer (MQTT 5, section 4.10); topic "" when he asks for none.
struct ReplyTo {
  std::string topic{};
  std::string correlation{};  ///< any bytes; go back as they came
};

/// Called on the loop thread only, never from inside a call to Connection.
class ConnectionEvents {
 public:
  virtual ~ConnectionEvents() = default;
  /// `max_packet`: largest packet the broker takes, 0 = it sets no limit.
  virtual void on_connected(int version, std::size_t max_packet) = 0;
  virtual void on_refused(Refusal refusal) = 0;
  virtual void on_lost(std::string reason) = 0;
  virtual void on_published(std::uint64_t id, bool delivered) = 0;
  virtual void on_message(std::string topic, std::string payload, bool retained, ReplyTo reply_to) = 0;
  /// The broker answered probe().
  virtual void on_alive() = 0;
  /// The clean disconnect asked for by close() is done, or could not be done.
  virtual void on_closed() = 0;
};

/// One connection at a time; every call returns at once and is carried out in order elsewhere.
class Connection {
 public:
  struct Publication {
    std::uint64_t id = 0;
    std::string topic;
    std::string payload;
    int qos = 1;
    bool retain = true;
    std::string correlation{};  ///< correlation data of an answer, where the connection speaks MQTT 5
  };

  virtual ~Connection() = default;
  /// Drops what there is and connects anew. Answered by on_connected or on_refused.
  virtual void open(int version) = 0;
  /// Answered by on_published, unless the connection is lost first.
  virtual void publish(Publication publication) = 0;
  virtual void subscribe(std::vector<std::string> filters) = 0;
  /// At least once, and where the broker can (MQTT 5), nothing that is retained.
  virtual void subscribe_live(std::vector<std::string> filters) = 0;
  virtual void unsubscribe(std::vector<std::string> filters) = 0;
  /// Asks the broker for a sign of life that costs nobody else anything. Answered by on_alive.
  virtual void probe() = 0;
  /// Disconnects cleanly: the last will is not sent. Answered by on_closed.
  virtual void close(std::chrono::milliseconds patience) = 0;
  /// Drops the connection without a word: the peer is taken for dead. Not answered.
  virtual void abandon() = 0;
};

}  // namespace busbar::sink::mqtt
