// `settings:`, what can be set on the device; and a button for every write query that takes no value.
#include "model/value_text.hpp"
#include "profile/load.hpp"
#include "profile/name_from_key.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace busbar::profile {
namespace {

constexpr std::size_t max_settings = 128;
constexpr std::size_t max_options = 64;
constexpr std::size_t longest_literal = 16;
constexpr double largest = 1e9;

/// What an option is called goes into topics, payloads and command lines.
bool is_option(std::string_view text) {
  return !text.empty() && text.size() <= max_command_value &&
         std::ranges::all_of(text,
                             [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                      (c >= '0' && c <= '9') || c == '_' || c == '-' || c == ' ' || c == '.';
                             }) &&
         text.front() != ' ' && text.back() != ' ';
}

class SettingReader {
 public:
  SettingReader(yaml::MapReader& profile_reader, const yaml::Entry& entry, Profile& profile, bool little)
      : reader_{profile_reader.document(), entry.value, "setting", profile_reader.findings()},
        profile_{profile},
        little_{little} {
    setter_.setting.key = entry.key;
  }

  Setter read() {
    constexpr std::array<std::string_view, 5> kinds{"number", "select", "switch", "button", "text"};
    Setting& setting = setter_.setting;
    setting.name = read_prose(reader_, "name", false);
    if (setting.name.empty()) setting.name = name_from_key(setting.key);
    setting.description = read_prose(reader_, "description", false);
    (void)reader_.require("kind");
    const auto kind = reader_.choice("kind", kinds);
    if (!kind) return setter_;
    setting.kind = static_cast<SettingKind>(std::ranges::find(kinds, *kind) - kinds.begin());
    const bool needs_write = setting.kind == SettingKind::number || setting.kind == SettingKind::text;
    if (reader_.node("write") != nullptr || needs_write) {
      setter_.formatted = true;
      (void)reader_.require("write");
      setter_.query = write_query("write", reader_.text("write").value_or(""));
      profile_.queries[setter_.query].takes_value = true;
      if (setting.kind == SettingKind::text) {
        setter_.format = {.type = ValueFormat::Type::literal, .at = data_size()};
      } else {
        read_format();
      }
    }
    read_values();
    if (setting.kind != SettingKind::button && setting.kind != SettingKind::text) read_back();
    try_values();
    reader_.finish();
    return std::move(setter_);
  }

 private:
  /// Index of a query that writes; 0 with a finding when there is none of that name.
  std::size_t write_query(std::string_view key, const std::string& name) {
    const auto& queries = profile_.queries;
    const auto found = std::ranges::find(queries, name, [](const ProfileQuery& q) { return q.request.name; });
    if (found != queries.end() && found->request.write)
      return static_cast<std::size_t>(found - queries.begin());
    std::vector<std::string_view> writes;
    for (const ProfileQuery& query : queries)
      if (query.request.write) writes.push_back(query.request.name);
    const std::string near = yaml::nearest(name, writes);
    reader_.fail(key,
                 found == queries.end() ? "there is no query " + yaml::in_quotes(name)
                                        : yaml::in_quotes(name) + " only reads; it needs 'write: true'",
                 near.empty() ? "" : "did you mean '" + near + "'?");
    return 0;
  }

  /// How the value becomes bytes of the request: a number of some width, or text.
  void read_format() {
    struct Named {
      std::string_view name;
      ValueFormat::Type type;
      std::size_t width;
    };
    using Type = ValueFormat::Type;
    constexpr std::array types{Named{"text", Type::text, 0}, Named{"literal", Type::literal, 0},
                               Named{"u8", Type::u8, 1},     Named{"u16", Type::u16, 2},
                               Named{"u32", Type::u32, 4},   Named{"s8", Type::s8, 1},
                               Named{"s16", Type::s16, 2},   Named{"s32", Type::s32, 4}};
    std::array<std::string_view, types.size()> names;
    std::ranges::transform(types, names.begin(), &Named::name);
    const yaml::Node* const node = reader_.require("value");
    if (node == nullptr) return;
    yaml::MapReader value{reader_.document(), *node, "value", reader_.findings()};
    (void)value.require("type");
    const auto name = value.choice("type", names);
    if (!name) return;
    const auto& type = *std::ranges::find(types, *name, &Named::name);
    ValueFormat& format = setter_.format;
    const std::size_t there = data_size();
    format.type = type.type;
    format.little = little_;
    format.width = type.width;
    if (type.type == Type::text) {
      (void)value.require("width");
      format.width = static_cast<std::size_t>(value.integer("width", 1, 16).value_or(1));
      format.decimals = static_cast<unsigned>(value.integer("decimals", 0, 6).value_or(0));
    } else if (type.type == Type::literal) {
      if (setter_.setting.kind == SettingKind::number)
        value.fail("type", "a number is no literal; it is a 'text' with 'width' and 'decimals'");
    }
    if (type.width > 0 || type.type == Type::text)
      format.scale = value.number("scale", 1e-9, largest).value_or(1);
    format.at = static_cast<std::size_t>(value.integer("at", 0, static_cast<std::int64_t>(Error::max_bytes))
                                             .value_or(static_cast<std::int64_t>(there)));
    if (format.at != there && format.at + format.width > there)
      value.fail("at", "the value must lie inside the data of the query, or right behind it");
    value.finish();
  }

  /// What may be set: a range, names, on and off, a press, or text of a given form.
  void read_values() {
    Setting& setting = setter_.setting;
    switch (setting.kind) {
      case SettingKind::number:
        return read_range();
      case SettingKind::toggle:
        add_choice("on", "on", reader_.require("on"));
        return add_choice("off", "off", reader_.require("off"));
      case SettingKind::button:
        return add_choice("press", "press", reader_.require("press"));
      case SettingKind::text:
        return read_groups();
      case SettingKind::select:
        break;
    }
    const yaml::Node* const options = reader_.require("options");
    if (options == nullptr) return;
    if (options->type != yaml::Type::map || options->entries.empty() || options->entries.size() > max_options)
      return reader_.fail("options", "'options' maps 1 to 64 names to what sets them");
    for (const yaml::Entry& entry : options->entries) {
      if (!is_option(entry.key))
        reader_.findings().add(
            reader_.file(), entry.place,
            "an option is 1 to 64 of a-z, A-Z, 0-9, '_', '-', '.' and blanks inside, found " +
                yaml::in_quotes(entry.key));
      add_choice("options", entry.key, &entry.value);
    }
  }

  /// From, to, and in which steps; the digits that are shown follow from the step.
  void read_range() {
    Setting& setting = setter_.setting;
    for (const std::string_view key : {"min", "max", "step"}) (void)reader_.require(key);
    setting.min = reader_.number("min", -largest, largest).value_or(0);
    setting.max = reader_.number("max", -largest, largest).value_or(0);
    setting.step = reader_.number("step", 0.001, largest).value_or(1);
    setting.unit = reader_.text("unit").value_or("");
    while (setting.precision < 3 &&
           std::abs(std::round(setting.step * scale()) - setting.step * scale()) > 1e-6)
      ++setting.precision;
    setting.also = reader_.number("also", -largest, largest);
    setter_.bounds = read_bounds(reader_, profile_);
    if (setting.min >= setting.max) reader_.fail("max", "'max' must be above 'min'");
    if (setting.unit.size() > 16) reader_.fail("unit", "'unit' is longer than 16 bytes");
  }

  /// Each group is [least, greatest], with as many digits as the greatest has, or [least, greatest, digits].
  void read_groups() {
    constexpr std::size_t most = 16;
    constexpr std::int64_t highest = 999'999'999;
    Setting& setting = setter_.setting;
    setting.between = reader_.text("between").value_or("");
    if (setting.between != "" && setting.between != " " && setting.between != ",")
      reader_.fail("between", "'between' is a blank, a comma, or left out");
    const yaml::Node* const node = reader_.require("groups");
    if (node == nullptr) return;
    bool good = node->type == yaml::Type::sequence && !node->items.empty() && node->items.size() <= most;
    for (std::size_t i = 0; good && i < node->items.size(); ++i) {
      const auto numbers = whole_numbers(node->items[i], highest);
      good = (numbers.size() == 2 || numbers.size() == 3) && numbers[0] <= numbers[1];
      if (!good) break;
      const auto least_width = static_cast<unsigned>(std::to_string(numbers[1]).size());
      const auto width = numbers.size() == 3 ? static_cast<unsigned>(numbers[2]) : least_width;
      good = width >= least_width && width <= 9;
      setting.groups.push_back({static_cast<unsigned>(numbers[0]), static_cast<unsigned>(numbers[1]), width});
    }
    if (!good)
      reader_.fail("groups",
                   "'groups' lists 1 to 16 numbers as [least, greatest] or [least, greatest, digits]");
  }

  static std::vector<std::int64_t> whole_numbers(const yaml::Node& node, std::int64_t highest) {
    std::vector<std::int64_t> numbers;
    for (const yaml::Node& item : node.items) {
      const auto number = item.type == yaml::Type::scalar ? yaml::parse_number(item.scalar) : std::nullopt;
      if (!number || *number < 0 || *number > static_cast<double>(highest) || *number != std::floor(*number))
        return {};
      numbers.push_back(static_cast<std::int64_t>(*number));
    }
    return numbers;
  }

  [[nodiscard]] std::size_t data_size() const { return profile_.queries[setter_.query].request.data.size(); }
  [[nodiscard]] double scale() const { return std::pow(10.0, setter_.setting.precision); }

  /// With a value in the request an option stands for a number, without for a query of its own.
  void add_choice(std::string_view key, const std::string& option, const yaml::Node* node) {
    if (node == nullptr) return;
    setter_.setting.options.push_back(option);
    Setter::Choice& choice = setter_.choices.emplace_back();
    const std::string text = node->type == yaml::Type::scalar ? node->scalar : "";
    if (!setter_.formatted) {
      choice.query = write_query(key, text);
      return;
    }
    choice.query = setter_.query;
    if (setter_.format.type == ValueFormat::Type::literal) {
      const bool plain = !text.empty() && text.size() <= longest_literal &&
                         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
      if (!plain) reader_.fail(key, "a literal is 1 to 16 printable characters, found " + yaml::shown(*node));
      choice.text = text;
    } else if (const auto number = yaml::parse_number(text)) {
      choice.number = *number;
    } else {
      reader_.fail(key, "with 'write' an option stands for a number, found " + yaml::shown(*node));
    }
  }

  void read_back() {
    const auto key = reader_.text("read_back");
    if (!key) return;
    for (const ProfileQuery& query : profile_.queries) {
      for (const Quantity* const quantity : query.decoder.quantities()) {
        if (quantity->key != *key || query.request.write) continue;
        if (!fits(*quantity))
          return reader_.fail("read_back",
                              yaml::in_quotes(*key) +
                                  " is a reading of another kind: a number shows "
                                  "a number, a flag a switch, an enumeration of the same options a select, "
                                  "or a number one whose options are numbers");
        setter_.setting.read_back = *key;
        setter_.setting.read_query = query.request.name;
        return;
      }
    }
    reader_.fail("read_back", "there is no reading " + yaml::in_quotes(*key));
  }

  [[nodiscard]] bool fits(const Quantity& quantity) const {
    const Setting& setting = setter_.setting;
    if (setting.kind == SettingKind::toggle) return quantity.kind == Kind::flag;
    if (setting.kind == SettingKind::number) return quantity.kind == Kind::measurement;
    if (quantity.kind == Kind::measurement)
      return std::ranges::all_of(setting.options,
                                 [](const auto& o) { return yaml::parse_number(o).has_value(); });
    return quantity.kind == Kind::enumeration &&
           std::ranges::all_of(setting.options, [&](const auto& option) {
             return std::ranges::count(quantity.options, option) == 1;
           });
  }

  /// A value that does not fit the request must not be found out on a device.
  void try_values() {
    if (!setter_.formatted || setter_.format.width == 0) return;
    const Setting& setting = setter_.setting;
    std::vector<double> values{setting.min, setting.max, setting.also.value_or(setting.min)};
    if (setting.kind != SettingKind::number) {
      values.clear();
      if (setter_.format.type == ValueFormat::Type::literal) return;
      for (const auto& choice : setter_.choices) values.push_back(choice.number);
    }
    for (const double value : values) {
      if (const auto written = setter_.format.encode(value); !written)
        return reader_.fail("value", number_text(value) + " " + written.error().detail);
    }
  }

  yaml::MapReader reader_;
  Profile& profile_;
  bool little_;
  Setter setter_{};
};

Setter button_for(const ProfileQuery& query, std::size_t index) {
  Setter setter;
  setter.setting = {.key = query.request.name,
                    .name = name_from_key(query.request.name),
                    .description = query.description,
                    .kind = SettingKind::button,
                    .options = {"press"}};
  setter.choices.push_back({index, 0});
  return setter;
}

}  // namespace

void read_settings(yaml::MapReader& reader, Profile& profile, bool little) {
  const yaml::Node* const node = reader.node("settings");
  if (node != nullptr && (node->type != yaml::Type::map || node->entries.size() > max_settings))
    return reader.fail("settings", "'settings' maps at most 128 names to what can be set");
  const bool any = node != nullptr && !profile.queries.empty();
  for (std::size_t i = 0; any && i < node->entries.size(); ++i) {
    const yaml::Entry& entry = node->entries[i];
    if (!is_key(entry.key))
      reader.findings().add(
          reader.file(), entry.place,
          "the name of a setting is a word of a-z, 0-9 and _, found " + yaml::in_quotes(entry.key));
    if (profile.find(entry.key) != nullptr)
      reader.findings().add(
          reader.file(), entry.place,
          yaml::in_quotes(entry.key) + " is the name of a query, which would be allowed with it");
    profile.setters.push_back(SettingReader{reader, entry, profile, little}.read());
  }
  for (std::size_t i = 0; i < profile.queries.size(); ++i) {
    const ProfileQuery& query = profile.queries[i];
    if (query.request.write && !query.takes_value) profile.setters.push_back(button_for(query, i));
  }
}

}  // namespace busbar::profile
