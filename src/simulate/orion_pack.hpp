// One simulated Orion pack: requests in, the response frames of the manufacturer's document out. Pure; time
// is passed in. Payload layouts: docs/protocols/orion.md.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>
#include <busbar/protocol/codec.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace busbar::simulate {

struct PackOptions {
  std::uint8_t address = 1;
  /// 1…255. The pack voltage of more than about 190 stops at the 655.35 V its field can hold.
  unsigned cells = 4;
  unsigned cells_per_frame = 124;  ///< 1…124; more cells than that are spread over several frames
  unsigned cell_probes = 4;        ///< 0…32
  bool mos_probe = true;
  bool ambient_probe = true;
  bool short_capacity =
      false;  ///< leave out the optional tail of the capacity response, as the captured pack does
  std::string serial_number = "BUSBAR-SIMULATOR";  ///< at most 31 characters
  double speed = 1;                                ///< simulated seconds per second
};

/// invalid_configuration names the first option out of its bounds.
[[nodiscard]] Result<void> check(const PackOptions& options);

/// What the pack is doing. Amperes, ampere hours.
struct PackState {
  double current = 0;    ///< charging +, discharging −
  double remaining = 0;  ///< 0…capacity
  bool charge_mos = true;
  bool discharge_mos = true;
  bool overcurrent = false;  ///< the discharge overcurrent protection has tripped
  bool full = false;         ///< the full-charge protection is active
};

class OrionPack {
 public:
  static constexpr double capacity = 100;  ///< Ah

  explicit OrionPack(PackOptions options);

  /// The frames that answer `request`, in order; none when it is for another address or of no known command.
  /// `elapsed` since the pack was started must not fall from call to call. Repeats an 18-minute cycle:
  /// charge, rest, discharge, a protection trip, rest; each address at another point of it.
  [[nodiscard]] std::vector<Bytes> respond(const protocol::Frame& request, std::chrono::milliseconds elapsed);
  [[nodiscard]] PackState state() const noexcept;  ///< as of the last respond()

 private:
  void advance(std::chrono::milliseconds elapsed);
  [[nodiscard]] unsigned cell_millivolts(unsigned index) const;
  [[nodiscard]] std::vector<Bytes> voltages() const;
  [[nodiscard]] Bytes status() const;
  [[nodiscard]] Bytes capacity_report() const;

  PackOptions options_;
  double seconds_ = 0;     ///< simulated time
  double remaining_ = 60;  ///< Ah
  bool allow_charge_ = true;
  bool allow_discharge_ = true;
};

}  // namespace busbar::simulate
