// `busbar simulate` as a child process: a device server with devices that can be killed and restarted on
// its port. Programs that use it define BUSBAR_BINARY.
#pragma once

#include "support/process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace busbar::test {

struct SimulatorOptions {
  std::string family = "orion";
  unsigned count = 1;
  unsigned cells = 4;
  unsigned baud = 0;
  unsigned lines = 1;
  std::vector<std::string> faults{};
  unsigned seed = 1;
  std::string pty{};  ///< also serve a pseudo terminal, with a link at this path
  std::string variant{};
};

class Simulator {
 public:
  /// Starts it and waits until it listens.
  explicit Simulator(std::string busbar, SimulatorOptions options = {});

  void start();
  void kill();  ///< SIGKILL, and waits for its end
  /// SIGTERM, and waits for its end; what it then says about its faults and requests.
  std::string stop();
  [[nodiscard]] unsigned short port() const noexcept { return port_; }
  /// "tcp://127.0.0.1:PORT"
  [[nodiscard]] std::string url() const;

 private:
  std::string busbar_;
  SimulatorOptions options_;
  unsigned short port_;
  std::unique_ptr<Process> process_;
};

}  // namespace busbar::test
