// Giving each request to its pack.
#include "simulate/orion_server.hpp"

#include <busbar/protocol/orion.hpp>

namespace busbar::simulate {
namespace {

namespace orion = protocol::orion;

constexpr std::size_t address_at = 2;
constexpr std::size_t command_at = 4;
constexpr std::size_t data_at = 6;

Bytes other_address(ByteView frame) {
  const auto command = static_cast<std::uint16_t>(frame[command_at] << 8 | frame[command_at + 1]);
  const auto address = static_cast<std::uint8_t>(frame[address_at] + 1);
  return orion::encode(orion::manufacturer, address, command,
                       frame.subspan(data_at, frame.size() - data_at - 2))
      .value();
}

Bytes bad_checksum(ByteView frame) {
  Bytes copy{frame.begin(), frame.end()};
  copy[copy.size() - 2] ^= 0x10;
  return copy;
}

class OrionModel final : public Model {
 public:
  OrionModel(unsigned count, PackOptions pack) {
    for (unsigned address = 1; address <= count; ++address) {
      pack.address = static_cast<std::uint8_t>(address);
      packs_.emplace_back(pack);
    }
  }
  const protocol::Codec& requests() const override { return *codec_; }
  std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override {
    if (request.address < 1 || request.address > packs_.size()) return {};
    return packs_[request.address - 1].respond(request, elapsed);
  }
  Forger forger() const override { return {&other_address, &bad_checksum, orion::start_byte}; }

 private:
  std::unique_ptr<protocol::Codec> codec_ = orion::make_codec(orion::manufacturer);
  std::vector<OrionPack> packs_;
};

ServerOptions serving(const OrionOptions& options) {
  return {.host = options.host,
          .port = options.port,
          .baud = options.baud,
          .turnaround = options.turnaround,
          .max_connections = options.max_connections,
          .faults = options.faults,
          .seed = options.seed};
}

}  // namespace

Result<void> check(const OrionOptions& options) {
  if (options.count < 1 || options.count > 255)
    return Error{Errc::invalid_configuration, "count must be 1 to 255, one address each"};
  if (auto server = check(serving(options)); !server) return server;
  return check(options.pack);
}

std::unique_ptr<Model> make_orion(unsigned count, const PackOptions& pack) {
  return std::make_unique<OrionModel>(count, pack);
}

OrionServer::OrionServer(async::TaskGroup& tasks, const OrionOptions& options)
    : Server{tasks, serving(options), make_orion(options.count, options.pack)} {}

}  // namespace busbar::simulate
