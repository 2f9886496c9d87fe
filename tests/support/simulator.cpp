#include "support/simulator.hpp"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace busbar::test {

Simulator::Simulator(std::string busbar, SimulatorOptions options)
    : busbar_{std::move(busbar)}, options_{std::move(options)}, port_{free_port()} {
  start();
}

void Simulator::start() {
  std::vector<std::string> command{busbar_,
                                   "simulate",
                                   options_.family,
                                   "--listen",
                                   "127.0.0.1:" + std::to_string(port_),
                                   "--count",
                                   std::to_string(options_.count),
                                   "--cells",
                                   std::to_string(options_.cells),
                                   "--baud",
                                   std::to_string(options_.baud),
                                   "--lines",
                                   std::to_string(options_.lines),
                                   "--seed",
                                   std::to_string(options_.seed)};
  if (!options_.variant.empty()) command.insert(command.end(), {"--variant", options_.variant});
  if (!options_.pty.empty()) command.insert(command.end(), {"--pty", options_.pty});
  for (const auto& fault : options_.faults) command.insert(command.end(), {"--fault", fault});
  process_ = std::make_unique<Process>(std::move(command));
  const auto listening = [this] {
    // The last line before it serves.
    return process_->err().find(" baud, seed ") != std::string::npos || !process_->running();
  };
  if (!eventually(listening) || !process_->running()) {
    throw std::runtime_error{"the simulator does not start: " + process_->err()};
  }
}

void Simulator::kill() {
  process_->signal(SIGKILL);
  static_cast<void>(process_->wait());
}

std::string Simulator::stop() {
  process_->signal(SIGTERM);
  if (process_->wait() != 0)
    throw std::runtime_error{"the simulator does not end cleanly: " + process_->err()};
  return process_->err();
}

std::string Simulator::url() const { return "tcp://127.0.0.1:" + std::to_string(port_); }

}  // namespace busbar::test
