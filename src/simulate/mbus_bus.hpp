// Simulated M-Bus slaves on one bus: primary and secondary addresses, frame count bits, telegrams that follow
// one another, and answers that collide. Pure; time is passed in. The protocol: docs/protocols/mbus.md.
#pragma once

#include "simulate/model.hpp"

#include <busbar/protocol/mbus.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace busbar::simulate {

struct MbusOptions {
  unsigned count = 1;          ///< 1…250, with the primary addresses 1…count
  bool two_telegrams = false;  ///< every meter needs two telegrams for its records
};

[[nodiscard]] Result<void> check(const MbusOptions& options);

class MbusModel final : public Model {
 public:
  /// `options` must have passed check(). Meter n has the id 12345000 + n.
  explicit MbusModel(const MbusOptions& options);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  /// One for each address a slave can be asked by: its own, and that of the selected one.
  struct Memory {
    bool count_bit = false;             ///< of the last request; a reset clears it
    std::optional<std::size_t> sent{};  ///< the telegram that answered it
  };
  struct Slave {
    protocol::mbus::Identity identity{};
    std::uint8_t primary = 0;
    std::uint8_t access = 0;
    bool selected = false;
    Memory by_primary{};
    Memory by_selection{};
  };

  [[nodiscard]] std::vector<Slave*> addressed(std::uint8_t address);
  [[nodiscard]] Bytes answer(Slave& slave, const protocol::mbus::LinkFrame& request, milliseconds elapsed);
  [[nodiscard]] Bytes telegram(Slave& slave, std::size_t number, milliseconds elapsed) const;
  [[nodiscard]] std::vector<Bytes> select(ByteView mask);

  MbusOptions options_;
  std::unique_ptr<protocol::Codec> codec_;
  std::vector<Slave> slaves_;
};

}  // namespace busbar::simulate
