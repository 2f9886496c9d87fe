// Readings as the text of MQTT messages, appended to buffers that are used again: no document is built, and
// nothing is allocated for a reading.
#pragma once

#include <busbar/model/report.hpp>

#include <string>

namespace busbar::sink::mqtt {

/// JSON text: numbers with the quantity's precision, true / false, strings of at most 255 characters (Home
/// Assistant refuses longer states), null for an unknown value, NaN, infinity and a name outside the
/// enumeration.
void append_json(std::string& out, const Quantity& quantity, const Value& value);
/// The same without quotes, for a topic of its own: 81, true, charging, null.
void append_plain(std::string& out, const Quantity& quantity, const Value& value);
/// {"timestamp":"2026-11-21T07:15:52.123Z" and whatever members follow, each with its comma before it, and }.
void append_timestamp(std::string& out, UtcMillis timestamp);

}  // namespace busbar::sink::mqtt
