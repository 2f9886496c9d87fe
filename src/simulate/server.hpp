// A simulated device server: TCP in front, the devices of a model on one simulated wire behind it.
#pragma once

#include "async/asio.hpp"
#include "async/task_group.hpp"
#include "simulate/faults.hpp"
#include "simulate/model.hpp"

#include <busbar/model/error.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace busbar::simulate {

struct ServerOptions {
  std::string host = "127.0.0.1";  ///< address or name to listen on
  std::uint16_t port = 0;          ///< 0: any free one, see Server::port()
  unsigned baud = 9600;            ///< of the simulated wire, 10 bits a byte; 0 = as fast as it goes
  milliseconds turnaround{0};      ///< end of a request to the start of its response
  unsigned max_connections = 4;    ///< further ones are closed at once, as device servers do
  std::vector<FaultRule> faults{};
  std::uint64_t seed = 0;  ///< of the faults; 0: a random one, see Server::seed()
};

[[nodiscard]] Result<void> check(const ServerOptions& options);

struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t refused = 0;  ///< beyond max_connections
  std::uint64_t requests = 0;
  std::uint64_t responses = 0;  ///< transmissions completed
  std::uint64_t overlaps = 0;   ///< requests that came while a prompt response was due or under way
  std::map<std::uint32_t, std::uint64_t> requests_by_address;
  std::map<Fault, std::uint64_t> faults;
};

/// Lives on one io_context thread. Must outlive the tasks it spawns: end them with stop() or the group's
/// cancel(), then join the group, then destroy.
class Server {
 public:
  /// `options` must have passed check().
  Server(async::TaskGroup& tasks, ServerOptions options, std::unique_ptr<Model> model);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  virtual ~Server();

  /// Listens and spawns what serves. resolve_failed or io_error ("address in use") otherwise. May follow a
  /// stop().
  [[nodiscard]] Result<void> start();
  /// Serves one more peer on a descriptor that is open already (a pty); takes ownership of it.
  [[nodiscard]] Result<void> attach(int descriptor);
  /// Closes listener and connections; what was to be sent is dropped. The tasks end by themselves.
  void stop();

  [[nodiscard]] std::uint16_t port() const noexcept;  ///< of the listener; kept over a stop()
  [[nodiscard]] std::uint64_t seed() const noexcept;
  [[nodiscard]] std::size_t connections() const noexcept;  ///< open now
  [[nodiscard]] Counters counters() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace busbar::simulate
