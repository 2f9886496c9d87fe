// A report as one line of InfluxDB's line protocol. Pure.
// Source: InfluxDB documentation, "Line protocol reference" (v1.8 and v2), sections "Syntax", "Data types"
// and "Special characters".
#pragma once

#include "sink/influx/options.hpp"

#include <busbar/model/report.hpp>

#include <string>
#include <string_view>

namespace busbar::sink::influx {

/// Commas and blanks escaped; line ends, which have no escape, become blanks. A backslash at the end would
/// escape what follows: it is left out.
[[nodiscard]] std::string escaped_measurement(std::string_view text);
/// The same and '=', for tag keys, tag values and field keys. A backslash at the end would escape what
/// follows: it is left out.
[[nodiscard]] std::string escaped_key(std::string_view text);

/// "busbar,device=pack1,site=cellar": what comes before the fields of every point of a device.
[[nodiscard]] std::string series_of(const Options& options, std::string_view device);

/// series, fields, time in milliseconds and a line end. Numbers are floats with the digits of their
/// precision, flags booleans, everything else strings. "" when no reading is available: a point needs a
/// field.
[[nodiscard]] std::string line_of(std::string_view series, const Report& report);
/// The same over what is in `line`: allocates nothing once it has been as long.
void write_line(std::string& line, std::string_view series, const Report& report);

}  // namespace busbar::sink::influx
