// A simulated Victron product: blocks of VE.Direct text every second, unasked, and answers to HEX frames on
// the same line. Pure; time is passed in.
#pragma once

#include "simulate/battery.hpp"
#include "simulate/model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

namespace busbar::simulate {

enum class VeDirectProduct { bmv, mppt, phoenix };

class VeDirectModel final : public Model {
 public:
  explicit VeDirectModel(VeDirectProduct product);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] milliseconds period() const override { return milliseconds{1000}; }
  [[nodiscard]] std::vector<Bytes> announce(milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  /// What registers hold that can be asked for, little-endian.
  [[nodiscard]] std::map<std::uint16_t, Bytes> registers() const;
  [[nodiscard]] Bytes get(std::uint16_t id) const;
  [[nodiscard]] Bytes set(std::uint16_t id, ByteView value);

  VeDirectProduct product_;
  std::unique_ptr<protocol::Codec> codec_;
  Battery battery_{1};
  std::uint16_t capacity_ = 100;  ///< Ah; the one register that can be set
  std::uint32_t uptime_ = 0;      ///< s
};

}  // namespace busbar::simulate
