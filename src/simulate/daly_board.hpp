// Simulated Daly boards on one adapter: requests of the A5 protocol in, their frames out. Pure; time is
// passed in. Payload layouts: docs/protocols/daly.md.
#pragma once

#include "simulate/daly_boards.hpp"
#include "simulate/model.hpp"

#include <memory>
#include <vector>

namespace busbar::simulate {

struct DalyOptions {
  unsigned count = 1;   ///< boards, 1…16, with the board numbers 1…count
  unsigned cells = 16;  ///< 1…48
  unsigned probes = 2;  ///< 1…16
  bool all_frames =
      false;  ///< sends the frames of 48 cells and 16 probes, whatever is there, as older boards do
};

[[nodiscard]] Result<void> check(const DalyOptions& options);

class DalyModel final : public Model {
 public:
  /// `options` must have passed check().
  explicit DalyModel(const DalyOptions& options);

  [[nodiscard]] const protocol::Codec& requests() const override { return *codec_; }
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, milliseconds elapsed) override;
  [[nodiscard]] Forger forger() const override;

 private:
  [[nodiscard]] std::vector<Bytes> payloads(std::uint32_t command, const DalyBoard& board) const;

  DalyOptions options_;
  std::unique_ptr<protocol::Codec> codec_;
  std::vector<DalyBoard> boards_;
};

}  // namespace busbar::simulate
