// Records as busbar's readings: a key that does not depend on the order of records, a unit that outputs know,
// and what statistics may make of it. No record needs a configuration.
#include <busbar/protocol/mbus.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

namespace busbar::protocol::mbus {
namespace {

/// How a quantity is published. What is not listed is a measurement of no further meaning.
struct Rule {
  Measure measure;
  Kind kind = Kind::measurement;
  Category category = Category::primary;
  bool statistics = true;
};

constexpr auto diagnostic = Category::diagnostic;
constexpr std::array rules{
    Rule{Measure::energy, Kind::counter},
    Rule{Measure::reactive_energy, Kind::counter},
    Rule{Measure::apparent_energy, Kind::counter},
    Rule{Measure::volume, Kind::counter},
    Rule{Measure::mass, Kind::counter},
    Rule{Measure::heat_cost_units, Kind::counter},
    Rule{Measure::power},
    Rule{Measure::reactive_power},
    Rule{Measure::apparent_power},
    Rule{Measure::volume_flow},
    Rule{Measure::mass_flow},
    Rule{Measure::temperature},
    Rule{Measure::flow_temperature},
    Rule{Measure::return_temperature},
    Rule{Measure::temperature_difference},
    Rule{Measure::external_temperature},
    Rule{Measure::pressure},
    Rule{Measure::voltage},
    Rule{Measure::current},
    Rule{Measure::frequency},
    Rule{Measure::phase_voltage_angle},
    Rule{Measure::phase_current_angle},
    Rule{Measure::dimensionless},
    Rule{Measure::relative_humidity},
    Rule{Measure::efficiency},
    Rule{Measure::plain_text},
    Rule{Measure::on_time, Kind::counter, diagnostic},
    Rule{Measure::operating_time, Kind::counter, diagnostic},
    Rule{Measure::battery_operating_time, Kind::counter, diagnostic},
    Rule{Measure::signal_level, Kind::measurement, diagnostic},
};

Rule rule_of(const Record& record) {
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const Rule& rule) { return rule.measure == record.measure; });
  Rule rule = found != rules.end() ? *found : Rule{record.measure, Kind::measurement, diagnostic, false};
  // The duration or number of something, a limit, a rate: not the quantity itself.
  if (record.role != Role::value) rule = {record.measure, Kind::measurement, diagnostic, false};
  // Values of the past, and extremes, jump; a counter of them would look reset.
  if (record.storage != 0 || record.function != Function::instantaneous) rule.statistics = false;
  return rule;
}

/// Units that outputs do not know, or that would give unwieldy numbers, in units that they do.
struct Conversion {
  std::string_view from;
  std::string_view to;
  int exponent;
};
constexpr std::array conversions{
    Conversion{"Wh", "kWh", -3}, Conversion{"varh", "kvarh", -3}, Conversion{"VAh", "kVAh", -3},
    Conversion{"J", "MJ", -6},   Conversion{"cal", "kcal", -3},
};
constexpr std::string_view per_hour = "J/h";
constexpr double seconds_an_hour = 3600;

std::string slug(Modifier modifier) {
  if (modifier.table == 0 && modifier.code == 0x3B) return "forward";
  if (modifier.table == 0 && modifier.code == 0x3C) return "backward";
  if (modifier.table == 0 && modifier.code == 0x12) return "average";
  if (modifier.table == 0xFC && modifier.code >= 1 && modifier.code <= 3)
    return "l" + std::to_string(modifier.code);
  const char* const table = modifier.table == 0 ? "v" : modifier.table == 0xFC ? "w" : "m";
  return table + to_hex(Bytes{modifier.code});
}

bool says_nothing(Modifier modifier) {
  if (modifier.table != 0) return false;
  // Factors and errors change from answer to answer, the quantity does not; 7F is followed by what it means.
  return modifier.code == 0 || (modifier.code >= 0x70 && modifier.code <= 0x7D) || modifier.code == 0x7F ||
         (modifier.code < 0x20 && modifier.code != 0x12 && modifier.code != 0x14);
}

std::string key_of(const Record& record) {
  std::string key{key_of(record.measure)};
  for (const Modifier modifier : record.modifiers())
    if (!says_nothing(modifier)) key += "_" + slug(modifier);
  constexpr std::array<std::string_view, 4> functions{"", "_max", "_min", "_error"};
  key += functions[static_cast<std::size_t>(record.function)];
  if (record.tariff != 0) key += "_tariff_" + std::to_string(record.tariff);
  if (record.subunit != 0) key += "_subunit_" + std::to_string(record.subunit);
  if (record.storage != 0) key += "_storage_" + std::to_string(record.storage);
  if (key.size() <= 56) return key;
  // A chain this long is told apart by a sum of all its characters; room is left for a number behind it.
  std::uint32_t sum = 2166136261U;
  for (const char c : key) sum = (sum ^ static_cast<unsigned char>(c)) * 16777619U;
  const Bytes bytes{static_cast<std::uint8_t>(sum >> 24), static_cast<std::uint8_t>(sum >> 16),
                    static_cast<std::uint8_t>(sum >> 8), static_cast<std::uint8_t>(sum)};
  return key.substr(0, 47) + "_" + to_hex(bytes);
}

bool is_text(const Record& record) {
  return record.role == Role::time_point || std::holds_alternative<Text>(record.value) ||
         std::holds_alternative<Raw>(record.value) || record.measure == Measure::fabrication_number ||
         record.measure == Measure::identification;
}

std::string_view volume_class(std::uint8_t medium) {
  constexpr std::array<std::uint8_t, 6> water{0x06, 0x07, 0x15, 0x16, 0x17, 0x28};
  constexpr std::array<std::uint8_t, 3> gas{0x03, 0x12, 0x13};
  if (std::ranges::count(water, medium) > 0) return "water";
  return std::ranges::count(gas, medium) > 0 ? "gas" : "";
}

class Writer {
 public:
  Description take() { return std::move(description_); }

  void telegram(const Telegram& telegram) {
    for (const Record& record : telegram.records) add(record, telegram.identity.medium);
    if (!telegram.manufacturer_data.empty())
      text("manufacturer_data", "Manufacturer's data", to_hex(telegram.manufacturer_data), false);
    if (telegram.content == Content::alarm && telegram.code)
      text("alarm", "Alarm", to_hex(Bytes{*telegram.code}), true);
    if (telegram.content == Content::other)
      text("unknown_data", "Data of an unknown application", to_hex(telegram.rest), false);
    if (telegram.fault)
      description_.anomalies.push_back(std::string{telegram.fault->reason} + " at byte " +
                                       std::to_string(telegram.fault->offset));
  }

  void header(const Telegram& telegram) {
    if (telegram.has_identity) {
      const Identity& who = telegram.identity;
      const bool fixed = telegram.content == Content::fixed;
      text("meter_id", "Meter id", id_text(who.id), true);
      text("meter_medium", "Medium", medium_text(who.medium), true);
      if (!fixed) text("meter_manufacturer", "Manufacturer", manufacturer_text(who.manufacturer), true);
      if (!fixed) text("meter_version", "Version", std::to_string(who.version), true);
    }
    if (!telegram.has_status) return;
    // Alike in both structures, but for the two bits in which a fixed one tells its coding.
    const bool variable = telegram.content != Content::fixed;
    const bool trouble = (telegram.status & 0x18) != 0 || (variable && (telegram.status & 0x02) != 0);
    flag("meter_problem", "Problem", "problem", trouble);
    flag("meter_battery_low", "Battery low", "battery", (telegram.status & 0x04) != 0);
    text("meter_status", "Status", to_hex(Bytes{telegram.status}), false);
  }

 private:
  void add(const Record& record, std::uint8_t medium) {
    const Rule rule = rule_of(record);
    Quantity quantity;
    quantity.key = unique(key_of(record));
    quantity.name = title_of(record);
    quantity.category = rule.category;
    quantity.enabled_by_default = record.storage == 0 && record.function == Function::instantaneous &&
                                  record.measure != Measure::unknown &&
                                  record.measure != Measure::manufacturer_specific;
    if (is_text(record)) return put_text(record, std::move(quantity));
    quantity.kind = rule.kind;
    quantity.statistics = rule.statistics;
    if (record.measure == Measure::volume && record.role == Role::value)
      quantity.device_class = volume_class(medium);
    put_number(record, std::move(quantity));
  }

  void put_text(const Record& record, Quantity quantity) {
    quantity.kind = Kind::text;
    quantity.category = Category::diagnostic;
    if (record.role == Role::time_point && record.data.size() == 2) quantity.device_class = "date";
    busbar::Value value = to_string(record.value);
    const bool none = std::holds_alternative<Unavailable>(record.value) ||
                      std::holds_alternative<std::monostate>(record.value);
    if (none) value = std::monostate{};
    description_.items.push_back({std::move(quantity), std::move(value)});
  }

  void put_number(const Record& record, Quantity quantity) {
    int shift = 0;
    quantity.unit = unit_of(record);
    if (record.text.empty()) {
      const auto found = std::find_if(conversions.begin(), conversions.end(),
                                      [&](const Conversion& one) { return one.from == record.unit; });
      if (found != conversions.end()) {
        quantity.unit = found->to;
        shift = found->exponent;
      }
    }
    const bool hourly = quantity.unit == per_hour;
    if (hourly) quantity.unit = "W";
    constexpr int float_digits = 3;
    const int digits = record.data_field == 5 ? float_digits : -(record.exponent + shift);
    quantity.precision = std::clamp(hourly ? digits + 1 : digits, 0, 9);
    busbar::Value value;
    if (const auto* decimal = std::get_if<Decimal>(&record.value))
      value = number(Decimal{decimal->mantissa, decimal->exponent + shift}) / (hourly ? seconds_an_hour : 1);
    else if (const auto* real = std::get_if<Real>(&record.value))
      value = number(Real{real->value, real->exponent + shift}) / (hourly ? seconds_an_hour : 1);
    description_.items.push_back({std::move(quantity), std::move(value)});
  }

  void text(std::string key, std::string name, std::string value, bool enabled) {
    Quantity quantity{.key = unique(std::move(key)), .name = std::move(name), .unit = {}, .kind = Kind::text};
    quantity.category = Category::diagnostic;
    quantity.enabled_by_default = enabled;
    description_.items.push_back({std::move(quantity), std::move(value)});
  }

  void flag(std::string key, std::string name, std::string device_class, bool value) {
    Quantity quantity{.key = std::move(key), .name = std::move(name), .unit = {}, .kind = Kind::flag};
    quantity.category = Category::diagnostic;
    quantity.device_class = std::move(device_class);
    description_.items.push_back({std::move(quantity), value});
  }

  /// The second record of the same meaning is number 2.
  std::string unique(std::string key) {
    const int count = ++seen_[key];
    return count == 1 ? key : key + "_" + std::to_string(count);
  }

  Description description_;
  std::map<std::string, int> seen_;
};

}  // namespace

Description readings(std::span<const Telegram> telegrams) {
  Writer writer;
  for (const Telegram& telegram : telegrams) writer.telegram(telegram);
  if (!telegrams.empty()) writer.header(telegrams.front());
  return writer.take();
}

}  // namespace busbar::protocol::mbus
