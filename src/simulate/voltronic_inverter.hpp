// A simulated Voltronic inverter: answers the queries of PI30 in one of three firmwares, or those of PI18,
// and does as it is told. Pure; time is passed in. Layouts: docs/protocols/voltronic.md.
#pragma once

#include "simulate/battery.hpp"
#include "simulate/model.hpp"
#include "simulate/voltronic_settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::simulate {

class VoltronicModel final : public Model {
 public:
  explicit VoltronicModel(VoltronicVariant variant);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  /// What this firmware does not know is refused with NAK, as is a value out of range.
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  [[nodiscard]] std::string answer(std::string_view command);
  [[nodiscard]] std::optional<std::string> status(std::string_view command) const;
  [[nodiscard]] std::string general_status() const;
  [[nodiscard]] std::string general_status_18() const;

  VoltronicVariant variant_;
  std::unique_ptr<protocol::Codec> codec_;
  Battery battery_{1};
  VoltronicSettings settings_{variant_};
  double hours_ = 0;
};

}  // namespace busbar::simulate
