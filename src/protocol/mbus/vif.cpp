// EN 13757-3:2018, tables 10 (primary), 12 (FB), 14 (FD) and 15 (FD FD), as rows of codes.
#include "protocol/mbus/vif.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace busbar::protocol::mbus {
namespace {

/// What the next code of a row changes.
enum class Steps : std::uint8_t {
  decades,  ///< ten times the value
  times,    ///< s, min, h, d
  ages,     ///< h, d, month, year
  none,
};

struct Row {
  std::uint8_t first;
  std::uint8_t count;
  Measure measure;
  std::string_view unit{};
  std::int8_t exponent = 0;
  Coding coding = Coding::number;
  Steps steps = Steps::decades;
  bool old = false;
  std::int32_t multiplier = 1;
};

using Table = std::array<Vif, 128>;
using enum Measure;
using enum Coding;

constexpr Row times(std::uint8_t first, Measure measure) {
  return {first, 4, measure, {}, 0, number, Steps::times};
}
constexpr Row ages(std::uint8_t first, Measure measure) {
  return {first, 4, measure, {}, 0, number, Steps::ages};
}
constexpr Row one(std::uint8_t code, Measure measure, std::string_view unit = {}, Coding coding = number) {
  return {code, 1, measure, unit, 0, coding};
}
constexpr Row old(Row row) {
  row.old = true;
  return row;
}
/// 2^-12 is 244140625 × 10^-12.
constexpr Row fraction(std::uint8_t first, std::uint8_t count) {
  return {first, count, rating_factor, {}, -12, number, Steps::none, false, 244140625};
}

constexpr std::array primary_rows{
    Row{0x00, 8, energy, "Wh", -3},
    Row{0x08, 8, energy, "J"},
    Row{0x10, 8, volume, "m³", -6},
    Row{0x18, 8, mass, "kg", -3},
    times(0x20, on_time),
    times(0x24, operating_time),
    Row{0x28, 8, power, "W", -3},
    Row{0x30, 8, power, "J/h"},
    Row{0x38, 8, volume_flow, "m³/h", -6},
    Row{0x40, 8, volume_flow, "m³/min", -7},
    Row{0x48, 8, volume_flow, "m³/s", -9},
    Row{0x50, 8, mass_flow, "kg/h", -3},
    Row{0x58, 4, flow_temperature, "°C", -3},
    Row{0x5C, 4, return_temperature, "°C", -3},
    Row{0x60, 4, temperature_difference, "K", -3},
    Row{0x64, 4, external_temperature, "°C", -3},
    Row{0x68, 4, pressure, "bar", -3},
    one(0x6C, Measure::date, {}, Coding::day),
    one(0x6D, date_time, {}, clock),
    one(0x6E, heat_cost_units),
    times(0x70, averaging_duration),
    times(0x74, actuality_duration),
    one(0x78, fabrication_number, {}, identity),
    one(0x79, identification, {}, identity),
    one(0x7A, bus_address, {}, cardinal),
    one(0x7C, plain_text),
    one(0x7E, any),
    one(0x7F, manufacturer_specific),
};

constexpr std::array fb_rows{
    Row{0x00, 2, energy, "Wh", 5},
    Row{0x02, 2, reactive_energy, "varh", 3},
    Row{0x04, 2, apparent_energy, "VAh", 3},
    Row{0x06, 1, efficiency, {}, -1},
    Row{0x08, 2, energy, "J", 8},
    Row{0x0C, 4, energy, "cal", 5},
    Row{0x10, 2, volume, "m³", 2},
    Row{0x14, 4, reactive_power, "var"},
    Row{0x18, 2, mass, "kg", 5},
    Row{0x1A, 2, relative_humidity, "%", -1},
    Row{0x20, 1, volume, "ft³"},
    Row{0x21, 1, volume, "ft³", -1},
    old({0x22, 2, volume, "gal", -1}),
    old({0x24, 1, volume_flow, "gal/min", -3}),
    old({0x25, 1, volume_flow, "gal/min"}),
    old({0x26, 1, volume_flow, "gal/h"}),
    Row{0x28, 2, power, "W", 5},
    Row{0x2A, 1, phase_voltage_angle, "°", -1},
    Row{0x2B, 1, phase_current_angle, "°", -1},
    Row{0x2C, 4, frequency, "Hz", -3},
    Row{0x30, 2, power, "J/h", 8},
    Row{0x34, 4, apparent_power, "VA"},
    old({0x58, 4, flow_temperature, "°F", -3}),
    old({0x5C, 4, return_temperature, "°F", -3}),
    old({0x60, 4, temperature_difference, "°F", -3}),
    old({0x64, 4, external_temperature, "°F", -3}),
    fraction(0x68, 1),
    one(0x69, rating_factor),
    fraction(0x6A, 5),
    old({0x70, 4, temperature_limit, "°F", -3}),
    Row{0x74, 4, temperature_limit, "°C", -3},
    Row{0x78, 8, cumulated_power_maximum, "W", -3},
};

constexpr std::array fd_rows{
    Row{0x00, 4, credit, {}, -3},
    Row{0x04, 4, debit, {}, -3},
    one(0x08, access_number),
    one(0x09, medium),
    one(0x0A, manufacturer),
    one(0x0B, parameter_set),
    one(0x0C, model),
    one(0x0D, hardware_version),
    one(0x0E, firmware_version),
    one(0x0F, software_version),
    one(0x10, customer_location),
    one(0x11, customer),
    Row{0x12, 4, access_code, {}, 0, number, Steps::none},
    one(0x16, password),
    one(0x17, error_flags, {}, bits),
    one(0x18, error_mask, {}, bits),
    one(0x19, security_key, {}, raw),
    one(0x1A, digital_output, {}, bits),
    one(0x1B, digital_input, {}, bits),
    one(0x1C, baud_rate, "Bd"),
    one(0x1D, response_delay, "bit times"),
    one(0x1E, retries),
    one(0x1F, remote_control, {}, bits),
    one(0x20, first_storage),
    one(0x21, last_storage),
    one(0x22, storage_block_size),
    one(0x23, tariff_descriptor),
    times(0x24, storage_interval),
    one(0x28, storage_interval, "month"),
    one(0x29, storage_interval, "year"),
    one(0x2A, operator_data),
    one(0x2B, time_point_second, "s"),
    times(0x2C, since_last_readout),
    one(0x30, tariff_start, {}, moment),
    one(0x31, tariff_duration, "min"),
    one(0x32, tariff_duration, "h"),
    one(0x33, tariff_duration, "d"),
    times(0x34, tariff_period),
    one(0x38, tariff_period, "month"),
    one(0x39, tariff_period, "year"),
    one(0x3A, dimensionless),
    one(0x3B, data_container, {}, raw),
    times(0x3C, transmission_period),
    Row{0x40, 16, voltage, "V", -9},
    Row{0x50, 16, current, "A", -12},
    one(0x60, reset_counter),
    one(0x61, cumulation_counter),
    one(0x62, control_signal),
    one(0x63, day_of_week),
    one(0x64, week_number),
    one(0x65, time_of_day_change, {}, moment),
    one(0x66, parameter_activation),
    one(0x67, supplier_information),
    ages(0x68, since_last_cumulation),
    ages(0x6C, battery_operating_time),
    one(0x70, battery_change, {}, moment),
    one(0x71, signal_level, "dBm"),
    one(0x72, daylight_saving_rule, {}, raw),
    one(0x73, listening_window, {}, raw),
    one(0x74, battery_remaining, "d"),
    one(0x75, meter_stopped),
    one(0x76, manufacturer_container, {}, raw),
};

constexpr std::array fd_fd_rows{
    one(0x00, current_application),
    one(0x02, battery_remaining, "month"),
    one(0x03, battery_remaining, "year"),
};

consteval Table table_of(std::span<const Row> rows) {
  constexpr std::array<std::string_view, 4> times_units{"s", "min", "h", "d"};
  constexpr std::array<std::string_view, 4> ages_units{"h", "d", "month", "year"};
  Table table{};
  for (const Row& row : rows) {
    for (std::size_t n = 0; n < row.count; ++n) {
      const int decades = row.steps == Steps::decades ? static_cast<int>(n) : 0;
      const std::string_view unit = row.steps == Steps::times  ? times_units[n]
                                    : row.steps == Steps::ages ? ages_units[n]
                                                               : row.unit;
      table[row.first + n] = {.measure = row.measure,
                              .coding = row.coding,
                              .exponent = static_cast<std::int8_t>(row.exponent + decades),
                              .old = row.old,
                              .multiplier = row.multiplier,
                              .unit = unit};
    }
  }
  return table;
}

constexpr Table primary = table_of(primary_rows);
constexpr Table fb = table_of(fb_rows);
constexpr Table fd = table_of(fd_rows);
constexpr Table fd_fd = table_of(fd_fd_rows);

}  // namespace

const Vif& primary_vif(std::uint8_t code) noexcept { return primary[code & 0x7F]; }
const Vif& fb_vif(std::uint8_t code) noexcept { return fb[code & 0x7F]; }
const Vif& fd_vif(std::uint8_t code) noexcept { return fd[code & 0x7F]; }
const Vif& fd_fd_vif(std::uint8_t code) noexcept { return fd_fd[code & 0x7F]; }

}  // namespace busbar::protocol::mbus
