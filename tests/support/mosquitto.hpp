// A real Mosquitto broker on a free loopback port, for tests: it can be killed, frozen, restarted on its port
// with or without what it had retained, and made to speak TLS or to ask for a password.
#pragma once

#include "support/process.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace busbar::test {

/// A private certificate authority with a server and a client certificate, made by openssl in a directory.
struct Certificates {
  std::string ca;
  std::string server, server_key;
  std::string client, client_key;
};
/// `server_names` as openssl spells them: "DNS:localhost,IP:127.0.0.1".
[[nodiscard]] Certificates make_certificates(const TemporaryDirectory& directory,
                                             const std::string& server_names = "DNS:localhost,IP:127.0.0.1");

struct MosquittoOptions {
  bool persistence = false;                        ///< retained messages survive restart()
  std::map<std::string, std::string> passwords{};  ///< user → password; empty: anonymous login allowed
  std::optional<Certificates> tls{};
  bool client_certificate = false;  ///< TLS: the client must show one
  std::string extra{};              ///< further lines of mosquitto.conf
};

class Mosquitto {
 public:
  /// Starts it and waits until it takes connections.
  explicit Mosquitto(MosquittoOptions options = {});
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;
  ~Mosquitto();

  void start();
  void stop();    ///< SIGTERM: saves what is retained when it is persistent
  void kill();    ///< SIGKILL
  void freeze();  ///< SIGSTOP: connections stay open, nothing answers
  void thaw();    ///< SIGCONT

  [[nodiscard]] unsigned short port() const noexcept { return port_; }
  /// "mqtt://localhost:PORT", or mqtts with TLS.
  [[nodiscard]] std::string url(const std::string& host = "localhost") const;
  [[nodiscard]] std::string log() const;

 private:
  MosquittoOptions options_;
  TemporaryDirectory directory_;
  unsigned short port_;
  std::string config_;
  std::unique_ptr<Process> process_;
};

}  // namespace busbar::test
