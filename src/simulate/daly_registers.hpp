// Simulated Daly boards of the register protocol on one adapter: reads and writes of registers in, their
// frames out. Pure; time is passed in. Register maps: docs/protocols/daly.md.
#pragma once

#include "simulate/daly_boards.hpp"
#include "simulate/model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace busbar::simulate {

struct DalyRegisterOptions {
  unsigned count = 1;   ///< boards, 1…16; the first also answers as D2
  unsigned cells = 16;  ///< 1…32
};

[[nodiscard]] Result<void> check(const DalyRegisterOptions& options);

class DalyRegisterModel final : public Model {
 public:
  /// `options` must have passed check().
  explicit DalyRegisterModel(const DalyRegisterOptions& options);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  using Registers = std::map<std::uint16_t, std::uint16_t>;
  [[nodiscard]] Registers numbered(const DalyBoard& board) const;
  [[nodiscard]] Registers alone(const DalyBoard& board) const;
  void common(Registers& all, const DalyBoard& board) const;

  DalyRegisterOptions options_;
  std::unique_ptr<protocol::Codec> codec_;
  std::vector<DalyBoard> boards_;
};

}  // namespace busbar::simulate
