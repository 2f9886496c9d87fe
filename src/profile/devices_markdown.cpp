// docs/devices.md, generated from the profiles.
#include "profile/profile.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>

namespace busbar::profile {
namespace {

/// A cell of a table must not end it.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    out += c == '|' ? std::string{"\\|"} : std::string(1, c);
  }
  return out;
}

std::string interval(const ProfileQuery& query) {
  if (query.request.write) {
    return "write, only where the site allows it";
  }
  if (query.listen) {
    return "sent by the device, published every " + yaml::format_duration(query.interval);
  }
  return query.interval.count() == 0 ? "on demand" : "every " + yaml::format_duration(query.interval);
}

std::string row(const Quantity& quantity, std::string_view key, std::string_view name) {
  std::string text = "| `" + std::string{key} + "` | " + cell(name) + " | " + cell(quantity.unit) + " | " +
                     std::string{to_string(quantity.kind)};
  text += quantity.category == Category::diagnostic ? ", diagnostic" : "";
  return text + " |\n";
}

/// Repeated fields take one line: first … last.
std::string readings(const ProfileQuery& query) {
  std::string text;
  const auto& all = query.decoder.quantities();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Quantity& first = *all[i];
    std::size_t last = i;
    while (!first.family.empty() && last + 1 < all.size() && all[last + 1]->family == first.family) {
      ++last;
    }
    if (last == i) {
      text += row(first, first.key, first.name);
    } else {
      text += row(first, first.key + "` … `" + all[last]->key, first.name + " …");
    }
    i = last;
  }
  return text;
}

std::string settings(const Profile& profile);

std::string section(const Profile& profile) {
  std::string text = "\n## " + profile.name + "\n\n" + profile.manufacturer + " " + profile.model + ". " +
                     profile.description + "\n\nProtocol `" + profile.protocol + "`" +
                     (profile.dialect.empty() ? "" : ", dialect `" + profile.dialect + "`") + ". Address " +
                     std::to_string(profile.default_address) + " unless configured, at most " +
                     std::to_string(profile.max_address) + ". Tested against: " + profile.tested + ".\n";
  for (const ProfileQuery& query : profile.queries) {
    if (query.takes_value) {
      continue;  // stands among the settings
    }
    text += "\n### " + profile.name + ": " + query.request.name + " (" + interval(query) + ")\n\n";
    text += query.description.empty() ? "" : query.description + "\n\n";
    if (query.decoder.open()) {
      text += "Readings: what the device names in its answer.\n";
      continue;
    }
    text += "| key | name | unit | kind |\n| --- | --- | --- | --- |\n" + readings(query);
  }
  return text + settings(profile);
}

/// What the device at hand leaves of the values.
std::string bounds(const Setter& setter) {
  if (!setter.bounds) {
    return "";
  }
  return (setter.bounds->ranges.empty() ? ", of these what is listed as `" : ", which of these by `") +
         setter.bounds->reading + "`";
}

/// What can be set. Buttons of writes that stand among the queries have their own heading there.
std::string settings(const Profile& profile) {
  std::string text;
  for (const Setter& setter : profile.setters) {
    const Setting& setting = setter.setting;
    if (profile.find(setting.key) != nullptr) {
      continue;
    }
    text += "| `" + setting.key + "` | " + cell(setting.name) + " | " + std::string{to_string(setting.kind)} +
            " | " + cell(expected_values(setting)) + bounds(setter) + " | " +
            (setting.read_back.empty() ? "" : "`" + setting.read_back + "`") + " |\n";
  }
  if (text.empty()) {
    return text;
  }
  return "\n### " + profile.name + ": settings (only where the site allows them)\n\n" +
         "| setting | name | kind | values | reads back as |\n| --- | --- | --- | --- | --- |\n" + text;
}

}  // namespace

std::string devices_markdown(std::span<const Profile* const> profiles) {
  std::string text =
      "# Devices\n\nGenerated from `config/profiles/*.yaml`; do not edit. How to add one: "
      "[adding-a-device.md](adding-a-device.md).\n\n"
      "| profile | device | protocol | tested against |\n| --- | --- | --- | --- |\n";
  for (const Profile* const profile : profiles) {
    text += "| [" + profile->name + "](#" + profile->name + ") | " + cell(profile->manufacturer) + " " +
            cell(profile->model) + " | " + cell(profile->protocol) + " | " + cell(profile->tested) + " |\n";
  }
  for (const Profile* const profile : profiles) {
    text += section(*profile);
  }
  return text;
}

}  // namespace busbar::profile
