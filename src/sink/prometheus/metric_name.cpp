// Which metric a quantity becomes: name, type, help text and conversion. Names please `promtool check
// metrics`.
#include "sink/prometheus/metric_name.hpp"

#include "sink/prometheus/units.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace busbar::sink::prometheus {
namespace {

using Words = std::vector<std::string>;

// What promtool's linter refuses as a word of a name (tried with promtool 2.42): abbreviated units, type
// words, units that are no base units, and base units with a metric prefix.
constexpr std::array refused_words{
    "s",       "ms",      "us",       "ns",     "sec",    "b",          "kb",      "mb",        "gb",
    "tb",      "pb",      "m",        "h",      "d",      "gauge",      "counter", "histogram", "summary",
    "untyped", "minutes", "hours",    "days",   "weeks",  "fahrenheit", "rankine", "inches",    "yards",
    "miles",   "bits",    "calories", "pounds", "ounces", "kilowatts"};
constexpr std::array metric_prefixes{"pico", "nano", "micro", "milli", "centi", "deci", "deca", "hecto",
                                     "kilo", "kibi", "mega",  "mibi",  "giga",  "tera", "peta"};
constexpr std::array prefixed_units{"amperes", "bytes",   "bits",   "celsius", "grams", "joules",
                                    "kelvin",  "kelvins", "meters", "metres",  "moles", "seconds",
                                    "volts",   "watts",   "hours",  "minutes", "days",  "weeks"};
// Endings that mean something else to Prometheus.
constexpr std::array reserved_endings{"total", "count", "sum", "bucket", "info", "created"};
// First words of the metrics about busbar itself: a reading may not pass for one of them.
constexpr std::array own_words{"build", "channel", "device", "process", "sink", "up"};

template <class List>
bool contains(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != list.end();
}

bool refused(std::string_view word) {
  if (contains(refused_words, word)) return true;
  return std::ranges::any_of(metric_prefixes, [&](std::string_view prefix) {
    return word.starts_with(prefix) && contains(prefixed_units, word.substr(prefix.size()));
  });
}

/// Lower-case words of letters and digits; every other character separates. '/' reads "per".
Words words_of(std::string_view text) {
  Words words;
  std::string word;
  const auto close = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      word += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
      word += c;
    else if (close(); c == '/')
      words.emplace_back("per");
  }
  close();
  return words;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "_") + word;
  return text;
}

Words words_of_key(const Quantity& quantity) {
  Words words = words_of(quantity.family.empty() ? quantity.key : quantity.family);
  std::erase_if(words, [](const std::string& word) { return refused(word); });
  if (words.empty() || contains(own_words, words.front())) words.insert(words.begin(), "reading");
  return words;
}

std::string suffix_of(const Quantity& quantity) {
  if (quantity.kind != Kind::measurement && quantity.kind != Kind::counter) return {};
  if (const UnitRule* rule = find_unit(quantity.unit)) return std::string{rule->suffix};
  Words words = words_of(quantity.unit);
  for (std::string& word : words)
    if (refused(word)) word.insert(0, "unit");
  return joined(words);
}

std::string help_of(const Quantity& quantity, std::string_view suffix) {
  const std::string& key = quantity.family.empty() ? quantity.key : quantity.family;
  std::string text = "Reading " + key;
  switch (quantity.kind) {
    case Kind::flag:
      return text + ": 1 when set, 0 when not.";
    case Kind::enumeration:
      return text + ": 1 for the present state, 0 for the others.";
    case Kind::text:
      return text + " as the label value, always 1.";
    case Kind::measurement:
    case Kind::counter:
      break;
  }
  if (suffix.empty()) return text + ".";
  std::string unit{suffix};
  std::ranges::replace(unit, '_', ' ');
  return text + (unit == "ratio" ? " as a ratio of 0 to 1." : " in " + unit + ".");
}

}  // namespace

std::string_view to_string(MetricType type) noexcept {
  switch (type) {
    case MetricType::gauge:
      return "gauge";
    case MetricType::counter:
      return "counter";
    case MetricType::summary:
      return "summary";
    case MetricType::histogram:
      return "histogram";
  }
  return "untyped";
}

Family family_of(const Quantity& quantity) {
  Words words = words_of_key(quantity);
  const std::string suffix = suffix_of(quantity);
  const bool counter = quantity.kind == Kind::counter;
  if (counter && words.size() > 1 && words.back() == "total") words.pop_back();
  if (!suffix.empty() && words.back() != suffix) words.push_back(suffix);
  if (counter)
    words.emplace_back("total");
  else if (quantity.kind == Kind::text)
    words.emplace_back("info");
  else if (contains(reserved_endings, words.back()))
    words.emplace_back("value");
  return {"busbar_" + joined(words), help_of(quantity, suffix),
          counter ? MetricType::counter : MetricType::gauge};
}

std::string label_name(std::string_view text) {
  const std::string name = joined(words_of(text));
  constexpr std::array own_labels{"device", "state", "value", "quantile", "le"};
  const bool digit_first = !name.empty() && name.front() >= '0' && name.front() <= '9';
  return name.empty() || digit_first || contains(own_labels, name)
             ? "index" + (name.empty() ? "" : "_" + name)
             : name;
}

}  // namespace busbar::sink::prometheus
