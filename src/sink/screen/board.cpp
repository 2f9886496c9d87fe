// The latest readings of every device as a person or a script wants to see them.
#include "sink/screen/board.hpp"

#include <algorithm>

namespace busbar::sink::screen {

UtcMillis DeviceView::latest() const {
  UtcMillis newest{};
  for (const Block& block : blocks) newest = std::max(newest, block.timestamp);
  return newest;
}

Block block_of(const Report& report) {
  Block block{report.query, report.timestamp, {}};
  block.rows.reserve(report.readings.size());
  for (const Reading& reading : report.readings) {
    const Quantity& quantity = *reading.quantity;
    const bool* flag = std::get_if<bool>(&reading.value);
    block.rows.push_back({quantity.key, quantity.name, quantity.unit, format_value(quantity, reading.value),
                          reading.value, flag != nullptr && *flag && quantity.device_class == "problem"});
  }
  return block;
}

DeviceView& Board::find(std::string_view device) {
  const auto found = std::ranges::find(devices_, device, &DeviceView::id);
  if (found != devices_.end()) return *found;
  DeviceView& added = devices_.emplace_back();
  added.id = device;
  return added;
}

void Board::describe(const DeviceDescription& device) {
  DeviceView& view = find(device.id);
  view.name = device.name;
  view.model =
      device.manufacturer + (device.manufacturer.empty() || device.model.empty() ? "" : " ") + device.model;
  for (const QueryDescription& query : device.queries)
    if (std::ranges::find(view.blocks, query.name, &Block::query) == view.blocks.end())
      view.blocks.push_back({query.name, {}, {}});
}

void Board::forget(std::string_view device) {
  std::erase_if(devices_, [&](const DeviceView& view) { return view.id == device; });
}

void Board::availability(std::string_view device, Availability state, std::string_view reason) {
  DeviceView& view = find(device);
  view.availability = state;
  view.reason = reason;
}

bool Board::store(std::string_view device, Block block) {
  auto& blocks = find(device).blocks;
  const auto found = std::ranges::find(blocks, block.query, &Block::query);
  if (found == blocks.end()) {
    blocks.push_back(std::move(block));
    return true;
  }
  const bool first = found->timestamp == UtcMillis{};
  *found = std::move(block);
  return first;
}

DeviceView Board::heading(std::string_view device) const {
  const auto found = std::ranges::find(devices_, device, &DeviceView::id);
  if (found == devices_.end()) return {std::string{device}, {}, {}, Availability::unknown, {}, {}};
  return {found->id, found->name, found->model, found->availability, found->reason, {}};
}

}  // namespace busbar::sink::screen
