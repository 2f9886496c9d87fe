// A simulated Victron product: blocks of VE.Direct text every second, unasked. Pure; time is passed in.
#pragma once

#include "simulate/battery.hpp"
#include "simulate/model.hpp"

#include <memory>
#include <string>
#include <vector>

namespace busbar::simulate {

enum class VeDirectProduct { bmv, mppt, phoenix };

class VeDirectModel final : public Model {
 public:
  explicit VeDirectModel(VeDirectProduct product);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame&, milliseconds) override { return {}; }
  [[nodiscard]] milliseconds period() const override { return milliseconds{1000}; }
  [[nodiscard]] std::vector<Bytes> announce(milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  VeDirectProduct product_;
  std::unique_ptr<protocol::Codec> codec_;
  Battery battery_{1};
};

}  // namespace busbar::simulate
