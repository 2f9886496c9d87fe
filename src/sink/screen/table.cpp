// Readings as an aligned table for a person.
#include "sink/screen/table.hpp"

#include "sink/utf8.hpp"

#include <algorithm>

namespace busbar::sink::screen {
namespace {

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view plain = "\x1b[0m";
// A long text may stand out of its column rather than push all others aside.
constexpr std::size_t widest_value = 16;

struct Columns {
  std::size_t name = 0;
  std::size_t value = 0;
};

std::string shown(const Row& row) { return row.text.empty() ? "-" : printable(row.text); }

std::string padding(std::size_t width, std::string_view text) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ');
}

Columns columns_of(const DeviceView& device) {
  Columns columns;
  for (const Block& block : device.blocks) {
    for (const Row& row : block.rows) {
      columns.name = std::max(columns.name, display_width(printable(row.name)));
      const std::size_t width = display_width(shown(row));
      if (width <= widest_value) columns.value = std::max(columns.value, width);
    }
  }
  return columns;
}

std::string heading(const DeviceView& device) {
  std::string text = printable(device.id);
  if (!device.name.empty() && device.name != device.id) text += "  " + printable(device.name);
  if (!device.model.empty()) text += " (" + printable(device.model) + ")";
  return text;
}

std::string state(const DeviceView& device) {
  if (device.availability == Availability::offline)
    return "  offline" + (device.reason.empty() ? "" : ": " + printable(device.reason));
  const UtcMillis latest = device.latest();
  return latest == UtcMillis{} ? "  no answer yet" : "  " + format_utc(latest);
}

}  // namespace

std::string table(const DeviceView& device, bool colour) {
  const auto paint = [colour](std::string_view how) { return colour ? how : std::string_view{}; };
  const bool offline = device.availability == Availability::offline;
  std::string text;
  text.append(paint(bold)).append(heading(device)).append(paint(plain));
  text.append(offline ? paint(red) : "")
      .append(state(device))
      .append(offline ? paint(plain) : "")
      .append("\n");
  const Columns columns = columns_of(device);
  for (const Block& block : device.blocks) {
    for (const Row& row : block.rows) {
      const std::string name = printable(row.name);
      const std::string value = shown(row);
      text.append("  ").append(name).append(padding(columns.name, name)).append("  ");
      text.append(padding(columns.value, value));
      text.append(row.alarm ? paint(red) : "").append(value).append(row.alarm ? paint(plain) : "");
      if (!row.unit.empty() && !row.text.empty()) text.append(" ").append(row.unit);
      text.append("\n");
    }
  }
  return text;
}

}  // namespace busbar::sink::screen
