// The file of published topics. It is a convenience: losing it costs nothing that reading back the discovery
// messages from the broker does not find again, so it is not synced to the disk.
#include "sink/mqtt/published.hpp"

#include "sink/mqtt/topics.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

namespace busbar::sink::mqtt {

namespace {

using Json = nlohmann::json;
constexpr std::uintmax_t max_file = 16 * 1024 * 1024;

}  // namespace

std::string to_text(const Published& published) {
  Json devices = Json::object();
  for (const auto& [id, device] : published.devices) {
    devices[id] = {{"components", device.components}, {"topics", device.topics}};
  }
  const Json json = {{"version", 1}, {"devices", devices}};
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<Published> published_from(std::string_view text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("version") || json["version"] != 1) return std::nullopt;
  if (!json.contains("devices") || !json["devices"].is_object()) return std::nullopt;
  Published published;
  for (const auto& [id, entry] : json["devices"].items()) {
    if (!entry.is_object()) return std::nullopt;
    PublishedDevice& device = published.devices[id];
    // Named: the loop would not keep alive what items() refers to.
    const Json components = entry.value("components", Json::object());
    for (const auto& [key, platform] : components.items()) {
      if (platform.is_string()) device.components.emplace(key, platform.get<std::string>());
    }
    for (const auto& topic : entry.value("topics", Json::array())) {
      if (topic.is_string() && is_publishable(topic.get_ref<const std::string&>())) {
        device.topics.insert(topic.get<std::string>());
      }
    }
  }
  return published;
}

Published load_published(const std::filesystem::path& file, std::string& error) {
  error.clear();
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  if (failure == std::errc::no_such_file_or_directory) return {};
  if (failure || size > max_file) {
    error = failure ? failure.message() : "larger than 16 MiB";
    return {};
  }
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    error = std::strerror(errno);
    return {};
  }
  auto published = published_from(text.view());
  if (!published) error = "not a list of published topics";
  return published.value_or(Published{});
}

Published recall_published(const std::string& name, const std::string& file) {
  if (file.empty()) return {};
  std::string error;
  auto published = load_published(file, error);
  if (!error.empty())
    spdlog::warn("{}: state file {} is ignored: {}; it will be written anew", name, file, error);
  return published;
}

std::string save_published(const std::filesystem::path& file, const Published& published) {
  auto temporary = file;
  temporary += ".new";
  errno = 0;
  {
    std::ofstream stream{temporary, std::ios::binary | std::ios::trunc};
    stream << to_text(published);
    stream.flush();
    if (!stream) return temporary.string() + ": " + std::strerror(errno == 0 ? EIO : errno);
  }
  std::error_code failure;
  std::filesystem::rename(temporary, file, failure);
  return failure ? file.string() + ": " + failure.message() : std::string{};
}

}  // namespace busbar::sink::mqtt
