// A simulated Voltronic inverter: answers the queries of PI30 in one of three firmwares, or those of PI18.
// Pure; time is passed in. Layouts: docs/protocols/voltronic.md.
#pragma once

#include "simulate/battery.hpp"
#include "simulate/model.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::simulate {

enum class VoltronicVariant {
  pi30,  ///< QPIGS with 21 words, no second PV input
  hs,    ///< the oldest firmware: QPIGS with 17 words
  max,   ///< QPIGS with 24 words, QPIGS2, energy counters
  pi18,  ///< values between commas
};

class VoltronicModel final : public Model {
 public:
  explicit VoltronicModel(VoltronicVariant variant);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  /// What is no query is refused with NAK, as is what this firmware does not know.
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  [[nodiscard]] std::string answer(std::string_view command) const;
  [[nodiscard]] std::optional<std::string> status(std::string_view command) const;
  [[nodiscard]] std::string general_status() const;
  [[nodiscard]] std::string general_status_18() const;

  VoltronicVariant variant_;
  std::unique_ptr<protocol::Codec> codec_;
  Battery battery_{1};
  double hours_ = 0;
};

}  // namespace busbar::simulate
