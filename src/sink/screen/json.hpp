// Readings as JSON for scripts. Numbers carry exactly the digits of the quantity's precision.
#pragma once

#include "sink/screen/board.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace busbar::sink::screen {

/// `text` is the value as format_value() writes it: a number has exactly these digits, 12.565 rather than
/// 12.565000000000001. null for what is not available or not finite.
[[nodiscard]] nlohmann::ordered_json json_value(const Value& value, std::string_view text);
/// {"device","query","timestamp","readings":{key: value}} on one line, newline at its end.
[[nodiscard]] std::string json_line(std::string_view device, const Block& block);
/// One document: an array with one object per device: device, name, model, available, reason, timestamp,
/// readings, units. `timestamp` is that of the newest reading, null when there is none.
[[nodiscard]] std::string json_document(const std::vector<DeviceView>& devices);

}  // namespace busbar::sink::screen
