// Names of the quantities: one row each, in the order of the enumeration.
#include <busbar/protocol/mbus/measure.hpp>

#include <array>
#include <cstddef>

namespace busbar::protocol::mbus {
namespace {

struct Row {
  Measure measure;
  std::string_view key;
  std::string_view name;
};

using enum Measure;
constexpr std::array rows{
    Row{unknown, "unknown", "Unknown"},
    Row{manufacturer_specific, "manufacturer_specific", "Manufacturer specific"},
    Row{plain_text, "value", "Value"},
    Row{any, "any", "Any quantity"},
    Row{energy, "energy", "Energy"},
    Row{reactive_energy, "reactive_energy", "Reactive energy"},
    Row{apparent_energy, "apparent_energy", "Apparent energy"},
    Row{volume, "volume", "Volume"},
    Row{mass, "mass", "Mass"},
    Row{power, "power", "Power"},
    Row{reactive_power, "reactive_power", "Reactive power"},
    Row{apparent_power, "apparent_power", "Apparent power"},
    Row{volume_flow, "volume_flow", "Volume flow"},
    Row{mass_flow, "mass_flow", "Mass flow"},
    Row{temperature, "temperature", "Temperature"},
    Row{flow_temperature, "flow_temperature", "Flow temperature"},
    Row{return_temperature, "return_temperature", "Return temperature"},
    Row{temperature_difference, "temperature_difference", "Temperature difference"},
    Row{external_temperature, "external_temperature", "External temperature"},
    Row{pressure, "pressure", "Pressure"},
    Row{voltage, "voltage", "Voltage"},
    Row{current, "current", "Current"},
    Row{frequency, "frequency", "Frequency"},
    Row{phase_voltage_angle, "phase_voltage_angle", "Phase angle voltage to voltage"},
    Row{phase_current_angle, "phase_current_angle", "Phase angle voltage to current"},
    Row{dimensionless, "dimensionless", "Dimensionless"},
    Row{relative_humidity, "relative_humidity", "Relative humidity"},
    Row{efficiency, "coefficient_of_performance", "Coefficient of performance"},
    Row{heat_cost_units, "heat_cost_units", "Heat cost units"},
    Row{rating_factor, "rating_factor", "Rating factor"},
    Row{temperature_limit, "temperature_limit", "Temperature limit"},
    Row{cumulated_power_maximum, "cumulated_power_maximum", "Cumulated maximum of power"},
    Row{on_time, "on_time", "On time"},
    Row{operating_time, "operating_time", "Operating time"},
    Row{averaging_duration, "averaging_duration", "Averaging duration"},
    Row{actuality_duration, "actuality_duration", "Actuality duration"},
    Row{date, "date", "Date"},
    Row{date_time, "date_time", "Date and time"},
    Row{fabrication_number, "fabrication_number", "Fabrication number"},
    Row{identification, "identification", "Identification"},
    Row{bus_address, "bus_address", "Bus address"},
    Row{credit, "credit", "Credit"},
    Row{debit, "debit", "Debit"},
    Row{access_number, "access_number", "Access number"},
    Row{medium, "medium", "Medium"},
    Row{manufacturer, "manufacturer", "Manufacturer"},
    Row{parameter_set, "parameter_set", "Parameter set"},
    Row{model, "model", "Model"},
    Row{hardware_version, "hardware_version", "Hardware version"},
    Row{firmware_version, "firmware_version", "Firmware version"},
    Row{software_version, "software_version", "Software version"},
    Row{customer_location, "customer_location", "Customer location"},
    Row{customer, "customer", "Customer"},
    Row{access_code, "access_code", "Access code"},
    Row{password, "password", "Password"},
    Row{error_flags, "error_flags", "Error flags"},
    Row{error_mask, "error_mask", "Error mask"},
    Row{security_key, "security_key", "Security key"},
    Row{digital_output, "digital_output", "Digital output"},
    Row{digital_input, "digital_input", "Digital input"},
    Row{baud_rate, "baud_rate", "Baud rate"},
    Row{response_delay, "response_delay", "Response delay"},
    Row{retries, "retries", "Retries"},
    Row{remote_control, "remote_control", "Remote control"},
    Row{first_storage, "first_storage", "First storage number"},
    Row{last_storage, "last_storage", "Last storage number"},
    Row{storage_block_size, "storage_block_size", "Size of storage block"},
    Row{tariff_descriptor, "tariff_descriptor", "Descriptor of tariff and subunit"},
    Row{storage_interval, "storage_interval", "Storage interval"},
    Row{operator_data, "operator_data", "Operator's data"},
    Row{time_point_second, "time_point_second", "Second of the time point"},
    Row{since_last_readout, "since_last_readout", "Time since last readout"},
    Row{tariff_start, "tariff_start", "Start of tariff"},
    Row{tariff_duration, "tariff_duration", "Duration of tariff"},
    Row{tariff_period, "tariff_period", "Period of tariff"},
    Row{data_container, "data_container", "Data container"},
    Row{transmission_period, "transmission_period", "Transmission period"},
    Row{reset_counter, "reset_counter", "Reset counter"},
    Row{cumulation_counter, "cumulation_counter", "Cumulation counter"},
    Row{control_signal, "control_signal", "Control signal"},
    Row{day_of_week, "day_of_week", "Day of week"},
    Row{week_number, "week_number", "Week number"},
    Row{time_of_day_change, "time_of_day_change", "Time of day change"},
    Row{parameter_activation, "parameter_activation", "State of parameter activation"},
    Row{supplier_information, "supplier_information", "Supplier information"},
    Row{since_last_cumulation, "since_last_cumulation", "Time since last cumulation"},
    Row{battery_operating_time, "battery_operating_time", "Operating time of battery"},
    Row{battery_change, "battery_change", "Battery change"},
    Row{signal_level, "signal_level", "Signal level"},
    Row{daylight_saving_rule, "daylight_saving_rule", "Daylight saving rule"},
    Row{listening_window, "listening_window", "Listening window"},
    Row{battery_remaining, "battery_remaining", "Remaining life of battery"},
    Row{meter_stopped, "meter_stopped", "Times the meter was stopped"},
    Row{manufacturer_container, "manufacturer_container", "Manufacturer's container"},
    Row{current_application, "current_application", "Current application"},
};

consteval bool in_order() {
  for (std::size_t at = 0; at < rows.size(); ++at)
    if (static_cast<std::size_t>(rows[at].measure) != at) return false;
  return rows.back().measure == current_application;
}
static_assert(in_order());

}  // namespace

std::string_view key_of(Measure measure) noexcept { return rows[static_cast<std::size_t>(measure)].key; }
std::string_view name_of(Measure measure) noexcept { return rows[static_cast<std::size_t>(measure)].name; }

}  // namespace busbar::protocol::mbus
