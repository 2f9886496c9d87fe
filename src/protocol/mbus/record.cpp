// Records described for people: function, modifiers, unit and title.
#include <busbar/protocol/mbus/record.hpp>

#include <array>

namespace busbar::protocol::mbus {
namespace {

struct Row {
  std::uint8_t code;
  std::string_view text;
};

// EN 13757-3:2018, tables 15 and 17. What follows a rule of its bits is built in limit_text.
constexpr std::array first_rows{
    Row{0x12, "average"},
    Row{0x13, "inverse compact profile"},
    Row{0x14, "relative deviation"},
    Row{0x1D, "standard conform"},
    Row{0x1E, "compact profile with registers"},
    Row{0x1F, "compact profile"},
    Row{0x20, "per second"},
    Row{0x21, "per minute"},
    Row{0x22, "per hour"},
    Row{0x23, "per day"},
    Row{0x24, "per week"},
    Row{0x25, "per month"},
    Row{0x26, "per year"},
    Row{0x27, "per revolution"},
    Row{0x28, "per pulse of input 0"},
    Row{0x29, "per pulse of input 1"},
    Row{0x2A, "per pulse of output 0"},
    Row{0x2B, "per pulse of output 1"},
    Row{0x2C, "per litre"},
    Row{0x2D, "per m³"},
    Row{0x2E, "per kg"},
    Row{0x2F, "per K"},
    Row{0x30, "per kWh"},
    Row{0x31, "per GJ"},
    Row{0x32, "per kW"},
    Row{0x33, "per K·l"},
    Row{0x34, "per V"},
    Row{0x35, "per A"},
    Row{0x36, "times s"},
    Row{0x37, "times s/V"},
    Row{0x38, "times s/A"},
    Row{0x39, "start of"},
    Row{0x3A, "uncorrected"},
    Row{0x3B, "forward"},
    Row{0x3C, "backward"},
    Row{0x3D, "non-metric"},
    Row{0x3E, "at base conditions"},
    Row{0x3F, "OBIS"},
    Row{0x40, "lower limit"},
    Row{0x41, "exceeds of lower limit"},
    Row{0x48, "upper limit"},
    Row{0x49, "exceeds of upper limit"},
    Row{0x68, "during lower limit exceed"},
    Row{0x69, "leakage"},
    Row{0x6A, "begin of first"},
    Row{0x6B, "end of first"},
    Row{0x6C, "during upper limit exceed"},
    Row{0x6D, "overflow"},
    Row{0x6E, "begin of last"},
    Row{0x6F, "end of last"},
    Row{0x7D, "times 1000"},
    Row{0x7E, "future"},
};
constexpr std::array second_rows{
    Row{0x01, "phase L1"},
    Row{0x02, "phase L2"},
    Row{0x03, "phase L3"},
    Row{0x04, "neutral"},
    Row{0x05, "L1 to L2"},
    Row{0x06, "L2 to L3"},
    Row{0x07, "L3 to L1"},
    Row{0x08, "quadrant Q1"},
    Row{0x09, "quadrant Q2"},
    Row{0x0A, "quadrant Q3"},
    Row{0x0B, "quadrant Q4"},
    Row{0x0C, "import minus export"},
    Row{0x0D, "non-metric"},
    Row{0x0E, "secondary sensor"},
    Row{0x0F, "higher resolution"},
    Row{0x10, "absolute values"},
    Row{0x11, "unsigned"},
    Row{0x12, "bits"},
    Row{0x13, "end"},
    Row{0x14, "towards the meter"},
    Row{0x15, "away from the meter"},
};

template <std::size_t size>
std::string_view find(const std::array<Row, size>& rows, std::uint8_t code) {
  for (const Row& row : rows)
    if (row.code == code) return row.text;
  return {};
}

/// Codes whose bits say which limit, which exceed and which end of it.
std::string limit_text(std::uint8_t code) {
  const std::string limit = (code & 8) != 0 ? "upper limit exceed" : "lower limit exceed";
  if ((code & 0xF0) == 0x40 && (code & 2) != 0)
    return std::string{(code & 1) != 0 ? "end of " : "begin of "} + ((code & 4) != 0 ? "last " : "first ") +
           limit;
  if ((code & 0xF0) == 0x50)
    return std::string{"duration of "} + ((code & 4) != 0 ? "last " : "first ") + limit;
  if ((code & 0xF8) == 0x60) return std::string{"duration of "} + ((code & 4) != 0 ? "last" : "first");
  return {};
}

/// Scaling shows in the value, a table switch in what follows it.
bool silent(const Modifier& modifier) {
  if (modifier.table != 0) return false;
  return modifier.code == 0 || (modifier.code >= 0x70 && modifier.code <= 0x7B) || modifier.code == 0x7D;
}

}  // namespace

std::string_view to_string(Function function) noexcept {
  constexpr std::array<std::string_view, 4> names{"instantaneous", "maximum", "minimum", "error state"};
  return names[static_cast<std::size_t>(function) & 3];
}

std::string to_string(Modifier modifier) {
  if (modifier.table == 0xFF) return "manufacturer's VIFE " + to_hex(Bytes{modifier.code});
  if (modifier.table == 0xFC) {
    const auto text = find(second_rows, modifier.code);
    return text.empty() ? "VIFE fc " + to_hex(Bytes{modifier.code}) : std::string{text};
  }
  if (const auto text = find(first_rows, modifier.code); !text.empty()) return std::string{text};
  if (auto text = limit_text(modifier.code); !text.empty()) return text;
  if (modifier.code == 0x7F) return "manufacturer specific";
  if (modifier.code > 0 && modifier.code < 0x20) return record_error_text(modifier.code);
  return "VIFE " + to_hex(Bytes{modifier.code});
}

std::string unit_of(const Record& record) {
  if (!record.text.empty()) return to_string(Text{record.text});
  return std::string{record.unit};
}

std::string title_of(const Record& record) {
  std::string title{name_of(record.measure)};
  for (const Modifier& modifier : record.modifiers())
    if (!silent(modifier)) title += ", " + to_string(modifier);
  if (record.function != Function::instantaneous) title += ", " + std::string{to_string(record.function)};
  if (record.tariff != 0) title += ", tariff " + std::to_string(record.tariff);
  if (record.subunit != 0) title += ", subunit " + std::to_string(record.subunit);
  if (record.storage != 0) title += ", storage " + std::to_string(record.storage);
  return title;
}

}  // namespace busbar::protocol::mbus
