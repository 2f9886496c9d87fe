// Which retained topics of ours lie at the broker, remembered in a small file across restarts, so that what
// is removed from the configuration is also removed there.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

struct PublishedDevice {
  std::map<std::string, std::string> components;  ///< key → platform, as announced to Home Assistant
  std::set<std::string, std::less<>> topics;      ///< retained: discovery, availability, state
  bool operator==(const PublishedDevice&) const = default;
};

struct Published {
  std::map<std::string, PublishedDevice, std::less<>> devices;  ///< by device id; "" = the daemon
  bool operator==(const Published&) const = default;
};

/// {"version":1,"devices":{"shed":{"components":{"soc":"sensor"},"topics":["busbar/shed/state",…]}}}
[[nodiscard]] std::string to_text(const Published& published);
/// nullopt when the text is no such object. Topics that nobody can publish to (wildcards, NUL, empty) are
/// left out.
[[nodiscard]] std::optional<Published> published_from(std::string_view text);

/// Nothing when the file is missing; `error` says why when it is there but of no use. At most 16 MiB are
/// read.
[[nodiscard]] Published load_published(const std::filesystem::path& file, std::string& error);
/// The same for the sink `name`, which has no use for the reason but to log it. "" = no file.
[[nodiscard]] Published recall_published(const std::string& name, const std::string& file);
/// Written beside the file and renamed over it: a reader never sees half of it. Returns what went wrong, ""
/// if nothing.
[[nodiscard]] std::string save_published(const std::filesystem::path& file, const Published& published);

}  // namespace busbar::sink::mqtt
