// Model of a pack and the encoding of its answers. Source of the layouts: JGDY/C-RE&RD-PK20 R1.2, section 5.
#include "simulate/orion_pack.hpp"

#include <busbar/protocol/orion.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace busbar::simulate {
namespace {

namespace orion = protocol::orion;

// One cycle in simulated seconds. What goes in comes out again: 30 A × 480 s = 48 A × 300 s.
constexpr double cycle = 1080;
constexpr double charge_end = 480;
constexpr double rest_end = 600;
constexpr double discharge_end = 900;
constexpr double trip_end = 930;
constexpr double charge_current = 30;
constexpr double discharge_current = -48;
constexpr double phase_per_address = 97;

double cycle_time(double seconds) { return std::fmod(seconds, cycle); }

/// Where the pack would be in its cycle if both MOS were on.
double wanted_current(double at) {
  if (at < charge_end) return charge_current;
  if (at >= rest_end && at < discharge_end) return discharge_current;
  return 0;
}

bool tripped(double at) { return at >= discharge_end && at < trip_end; }

/// Charge in ampere seconds that `current` moved over [0, seconds), for the span of each cycle where it
/// flows.
double moved(double seconds, double from, double to, double current) {
  const double whole = std::floor(seconds / cycle);
  return current * (whole * (to - from) + std::clamp(cycle_time(seconds) - from, 0.0, to - from));
}

/// Resting voltage of one LiFePO4 cell in mV over the state of charge 0…1.
double open_circuit(double soc) {
  struct Point {
    double soc, millivolts;
  };
  constexpr Point curve[] = {{0.0, 2900}, {0.1, 3190}, {0.3, 3270}, {0.6, 3300}, {0.9, 3335}, {1.0, 3450}};
  const Point* low = curve;
  while (low + 2 < std::end(curve) && soc > low[1].soc) ++low;
  const double share = (soc - low[0].soc) / (low[1].soc - low[0].soc);
  return low[0].millivolts + share * (low[1].millivolts - low[0].millivolts);
}

/// Appends big-endian fields; values beyond the field are cut to its ends, as a gauge at its stop.
class Fields {
 public:
  Fields& u8(double value) { return put(value, 0xFF, 1); }
  Fields& u16(double value) { return put(value, 0xFFFF, 2); }
  Fields& zeros(std::size_t count) {
    bytes_.insert(bytes_.end(), count, 0);
    return *this;
  }
  Fields& text(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  /// 32 bits as two tagged words, the tags counting on.
  Fields& tagged_words(std::uint8_t tag, std::uint32_t value) {
    return u8(tag).u16(value >> 16).u8(tag + 1).u16(value & 0xFFFF);
  }
  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  Fields& put(double value, double most, int size) {
    const auto number = static_cast<std::uint32_t>(std::clamp(std::round(value), 0.0, most));
    if (size == 2) bytes_.push_back(static_cast<std::uint8_t>(number >> 8));
    bytes_.push_back(static_cast<std::uint8_t>(number));
    return *this;
  }
  Bytes bytes_;
};

constexpr std::uint8_t bit(unsigned number, bool set) {
  return static_cast<std::uint8_t>(set ? 1U << number : 0U);
}

constexpr double not_available = 0xFFFF;

unsigned probes(const PackOptions& options) {
  return options.cell_probes + (options.mos_probe ? 1 : 0) + (options.ambient_probe ? 1 : 0);
}

Error outside(std::string_view what, std::string_view bounds) {
  return {Errc::invalid_configuration, std::string{what}.append(" must be ").append(bounds)};
}

}  // namespace

Result<void> check(const PackOptions& options) {
  if (options.cells < 1 || options.cells > 255) return outside("cells", "1 to 255");
  if (options.cells_per_frame < 1 || options.cells_per_frame > 124)
    return outside("cells per frame", "1 to 124");
  if (options.cell_probes > 32) return outside("cell probes", "0 to 32");
  if (options.serial_number.size() > 31) return outside("serial number", "at most 31 characters");
  if (!(options.speed > 0 && options.speed <= 10000)) return outside("speed", "above 0, at most 10000");
  return {};
}

OrionPack::OrionPack(PackOptions options)
    : options_{std::move(options)}, seconds_{options_.address * phase_per_address} {}

/// At this moment of the cycle: 480 s of charge, rest, 300 s of discharge, 30 s tripped by overcurrent, rest.
PackState OrionPack::state() const noexcept {
  const double at = cycle_time(seconds_);
  PackState state{.remaining = remaining_, .overcurrent = tripped(at), .full = remaining_ >= capacity};
  state.charge_mos = allow_charge_ && !state.full;
  state.discharge_mos = allow_discharge_ && !state.overcurrent && remaining_ > 0;
  const double wanted = wanted_current(at);
  const bool flows = wanted > 0 ? state.charge_mos : state.discharge_mos;
  // A ripple of 2 %, so that two readings of a moving value differ.
  state.current = flows ? wanted * (1 + 0.02 * std::sin(seconds_ / 3)) : 0;
  return state;
}

/// Adds up exactly what flowed since, however long that is: time may be compressed.
void OrionPack::advance(std::chrono::milliseconds elapsed) {
  const double now =
      options_.address * phase_per_address + std::chrono::duration<double>(elapsed).count() * options_.speed;
  const auto since = [&](double from, double to, double current) {
    return moved(now, from, to, current) - moved(seconds_, from, to, current);
  };
  double ampere_seconds = 0;
  if (allow_charge_) ampere_seconds += since(0, charge_end, charge_current);
  if (allow_discharge_) ampere_seconds += since(rest_end, discharge_end, discharge_current);
  remaining_ = std::clamp(remaining_ + ampere_seconds / 3600, 0.0, capacity);
  seconds_ = now;
}

std::vector<Bytes> OrionPack::respond(const protocol::Frame& request, std::chrono::milliseconds elapsed) {
  if (request.address != options_.address || !request.payload.empty()) return {};
  advance(elapsed);
  const auto frame = [&](std::uint32_t command, ByteView data) {
    return orion::encode(orion::manufacturer, options_.address, static_cast<std::uint16_t>(command), data)
        .value();
  };
  const auto switched = [&](bool& which, bool on) -> std::vector<Bytes> {
    which = on;
    return {frame(orion::acknowledgement, {})};
  };
  switch (request.command) {
    case orion::read_voltages: {
      std::vector<Bytes> frames;
      for (const Bytes& data : voltages()) frames.push_back(frame(request.command, data));
      return frames;
    }
    case orion::read_status:
      return {frame(request.command, status())};
    case orion::read_capacity:
      return {frame(request.command, capacity_report())};
    case orion::read_serial_number:
      return {frame(request.command,
                    Fields{}.u8(options_.serial_number.size()).text(options_.serial_number).take())};
    case orion::allow_discharge:
      return switched(allow_discharge_, true);
    case orion::forbid_discharge:
      return switched(allow_discharge_, false);
    case orion::allow_charge:
      return switched(allow_charge_, true);
    case orion::forbid_charge:
      return switched(allow_charge_, false);
    default:
      return {};
  }
}

unsigned OrionPack::cell_millivolts(unsigned index) const {
  // Cells differ by up to 6 mV, each in its own way, and bend with the current (0.4 mΩ).
  const unsigned spread = (index * 5 + options_.address * 3U) % 7;
  return static_cast<unsigned>(
      std::lround(open_circuit(remaining_ / capacity) + 0.4 * state().current + spread));
}

/// Section 5.1: cells in this frame, probes, cells of the system, and u16 mV each; as many frames as it
/// takes.
std::vector<Bytes> OrionPack::voltages() const {
  std::vector<Bytes> parts;
  for (unsigned from = 0; from < options_.cells; from += options_.cells_per_frame) {
    const unsigned count = std::min(options_.cells_per_frame, options_.cells - from);
    Fields fields;
    fields.u8(count).u8(probes(options_)).u8(options_.cells);
    for (unsigned i = 0; i < count; ++i) fields.u16(cell_millivolts(from + i));
    parts.push_back(fields.take());
  }
  return parts;
}

/// Section 5.2: flags, |current| in 10 mA, four bytes of protections, probes in °C + 40, versions and
/// switches.
Bytes OrionPack::status() const {
  const PackState now = state();
  const double ambient = 21 + 3 * std::sin(seconds_ / 4000 + options_.address);
  const double warm = ambient + std::abs(now.current) / 10;
  Fields fields;
  fields.u8(bit(0, now.current < 0) | bit(1, now.current > 0) | bit(4, options_.mos_probe) |
            bit(5, options_.ambient_probe));
  fields.u16(std::abs(now.current) * 100);
  fields.u8(bit(4, now.full)).u8(0).u8(0).u8(bit(1, now.overcurrent));
  fields.u8(probes(options_));
  for (unsigned i = 0; i < options_.cell_probes; ++i) fields.u8(40 + warm + i % 3);
  if (options_.mos_probe) fields.u8(40 + warm + 4);
  if (options_.ambient_probe) fields.u8(40 + ambient);
  constexpr double software_version = 23;
  fields.zeros(5).u8(software_version).u8(bit(1, now.discharge_mos) | bit(2, now.charge_mos)).u8(0).zeros(2);
  return fields.take();
}

/// Section 5.3: values behind tags of one byte; a captured pack leaves out the last four bytes
/// (short_capacity).
Bytes OrionPack::capacity_report() const {
  const PackState now = state();
  unsigned pack = 0, highest = 0, lowest = 0xFFFF;
  for (unsigned i = 0; i < options_.cells; ++i) {
    const unsigned cell = cell_millivolts(i);
    pack += cell;
    highest = std::max(highest, cell);
    lowest = std::min(lowest, cell);
  }
  const auto milliampere_hours = [](double ampere_hours) {
    return static_cast<std::uint32_t>(std::lround(ampere_hours * 1000));
  };
  const auto minutes = [&](double ampere_hours) { return 60 * ampere_hours / std::abs(now.current); };
  Fields fields;
  fields.u8(1).u8(100 * remaining_ / capacity);
  fields.u8(2).u16(12 + std::floor(seconds_ / (25 * cycle)));  // 25 cycles of 4 Ah make one of the capacity
  fields.tagged_words(3, milliampere_hours(capacity)).tagged_words(5, milliampere_hours(capacity));
  fields.tagged_words(7, milliampere_hours(remaining_));
  fields.u8(9).u16(now.current < 0 ? minutes(remaining_) : not_available);
  fields.u8(10).u16(now.current > 0 ? minutes(capacity - remaining_) : not_available);
  fields.u8(11).u16(0).u16(24).zeros(7);
  fields.u16(pack / 10.0).u16(highest).u16(lowest);
  constexpr double hardware_version = 11, scheme_ti = 0x40;
  fields.u8(13).u8(hardware_version);
  if (!options_.short_capacity) fields.u8(scheme_ti).zeros(3);
  return fields.take();
}

}  // namespace busbar::simulate
