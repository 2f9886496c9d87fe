// A device server with Orion packs on its wire.
#pragma once

#include "simulate/model.hpp"
#include "simulate/orion_pack.hpp"
#include "simulate/server.hpp"

#include <memory>
#include <string>
#include <vector>

namespace busbar::simulate {

struct OrionOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  unsigned count = 1;  ///< packs, 1…255, with the addresses 1…count
  PackOptions pack{};  ///< the same for all; the address is set per pack
  unsigned baud = 9600;
  milliseconds turnaround{0};
  unsigned max_connections = 4;
  std::vector<FaultRule> faults{};
  std::uint64_t seed = 0;
};

[[nodiscard]] Result<void> check(const OrionOptions& options);
/// The packs alone.
[[nodiscard]] std::unique_ptr<Model> make_orion(unsigned count, const PackOptions& pack);

class OrionServer final : public Server {
 public:
  /// `options` must have passed check().
  OrionServer(async::TaskGroup& tasks, const OrionOptions& options);
};

}  // namespace busbar::simulate
