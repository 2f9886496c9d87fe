// The Prometheus text exposition format 0.0.4: lines of HELP, TYPE and samples.
// Source: Prometheus documentation, "Exposition formats", section "Text-based format".
#pragma once

#include "sink/prometheus/metric_name.hpp"

#include <string>
#include <string_view>

namespace busbar::sink::prometheus {

inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

/// name="value", the value made valid UTF-8 and escaped.
[[nodiscard]] std::string label(std::string_view name, std::string_view value);
/// The same at the end of `labels`, behind a comma if there are some.
void append_label(std::string& labels, std::string_view name, std::string_view value);
/// Shortest digits that read back as the same double, '.' in every locale, no exponent for everyday
/// magnitudes.
void append_number(std::string& out, double value);
/// The HELP and TYPE lines; once per family, before its samples.
void append_family(std::string& out, const Family& family);
/// One sample. `labels` and `more` are finished label pairs, joined by a comma; either may be empty. No
/// timestamp: the textfile collector refuses whole files that carry one.
void append_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view more,
                   double value);

}  // namespace busbar::sink::prometheus
