// include, exclude and aggregate of a sink: which readings it gets, and how often.
#include "app/configuration_reader.hpp"
#include "sink/filter/selection.hpp"

#include <algorithm>
#include <array>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

/// Ids and keys with wildcards, with one dot or none.
bool is_pattern(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-*?.";
  return !text.empty() && text.size() <= 160 && text.find_first_not_of(allowed) == std::string_view::npos &&
         std::count(text.begin(), text.end(), '.') <= 1 && !text.starts_with('.') && !text.ends_with('.');
}

std::vector<std::string> read_patterns(yaml::MapReader& reader, std::string_view key) {
  std::vector<std::string> patterns = reader.texts(key);
  for (const std::string& pattern : patterns) {
    if (!is_pattern(pattern)) {
      reader.fail(key, yaml::in_quotes(pattern) + " in '" + std::string(key) + "' is no pattern of a reading",
                  "DEVICE.KEY or KEY, where '*' is any text and '?' any character");
      return {};
    }
  }
  return patterns;
}

std::optional<sink::filter::Aggregation> read_aggregation(const ReadContext& context,
                                                          const yaml::Node& node) {
  using sink::filter::Function;
  constexpr std::array<std::string_view, 3> functions{"mean", "min", "max"};
  sink::filter::Aggregation aggregation{60s, Function::mean};
  yaml::MapReader reader(context.document, node, "aggregate", context.findings);
  set(aggregation.every, reader.duration("every", 1s, 24h));
  const auto function = reader.choice("function", functions).value_or("mean");
  aggregation.function = function == "min"   ? Function::min
                         : function == "max" ? Function::max
                                             : Function::mean;
  reader.finish();
  return aggregation;
}

/// Every reading that can come, as DEVICE and KEY.
std::vector<std::pair<std::string_view, std::string_view>> all_readings(const ReadContext& context,
                                                                        const Configuration& configuration) {
  std::vector<std::pair<std::string_view, std::string_view>> readings;
  for (const DeviceConfiguration& device : configuration.devices) {
    const profile::Profile* const profile = context.profiles.find(device.profile);
    if (profile == nullptr) {
      return {};  // the finding to mend first
    }
    for (const profile::ProfileQuery& query : profile->queries) {
      for (const Quantity* const quantity : query.decoder.quantities()) {
        readings.emplace_back(device.id, quantity->key);
      }
    }
  }
  for (const virtuals::Definition& definition : configuration.virtuals.definitions) {
    readings.emplace_back(definition.device, definition.quantity.key);
  }
  return readings;
}

}  // namespace

sink::filter::Options read_filter(const ReadContext& context, yaml::MapReader& reader) {
  sink::filter::Options options;
  options.include = read_patterns(reader, "include");
  options.exclude = read_patterns(reader, "exclude");
  if (const yaml::Node* const node = reader.node("aggregate")) {
    options.aggregate = read_aggregation(context, or_empty_map(*node));
  }
  return options;
}

void check_filters(const ReadContext& context, const Configuration& configuration) {
  const auto readings = all_readings(context, configuration);
  if (readings.empty() || !context.findings.empty()) {
    return;
  }
  std::vector<std::string_view> keys;
  for (const auto& [device, key] : readings) {
    keys.push_back(key);
  }
  for (const auto& [sink, filter] : configuration.filters) {
    for (const auto& [key, patterns] :
         {std::pair{"include", &filter.include}, {"exclude", &filter.exclude}}) {
      for (const std::string& pattern : *patterns) {
        const bool fits = std::any_of(readings.begin(), readings.end(), [&](const auto& reading) {
          return sink::filter::fits(pattern, reading.first, reading.second);
        });
        if (!fits) {
          const std::string near = yaml::nearest(pattern.substr(pattern.find('.') + 1), keys);
          context.fail(find_place(context.document.root, {"sinks", sink, key}),
                       "no reading fits " + yaml::in_quotes(pattern),
                       near.empty() ? "" : "did you mean '" + near + "'?");
        }
      }
    }
  }
}

}  // namespace busbar::app
