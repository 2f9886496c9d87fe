#include "app/allowed_writes.hpp"

#include "model/glob.hpp"

#include <algorithm>
#include <optional>

namespace busbar::app {
namespace {

constexpr std::size_t max_entries = 256;
constexpr std::size_t longest_pattern = 100;

class Reader {
 public:
  Reader(const ReadContext& context, const profile::Profile& profile) : context_{context}, profile_{profile} {
    for (const auto& setter : profile.setters) settings_.push_back(setter.setting.key);
  }

  void read(const yaml::Node& item) {
    if (item.type != yaml::Type::scalar) {
      context_.fail(item.place,
                    "an entry of 'allow_writes' is the name of a setting, found " + yaml::shown(item),
                    nearest_hint("", settings_));
    } else if (is_setting(item.scalar)) {
      allowed_.push_back(item.scalar);
    } else if (item.scalar.find_first_of("^$.*?+[](){}|\\") != std::string::npos) {
      read_pattern(item);
    } else {
      read_name(item);
    }
  }

  /// In the order of the profile, whatever the order of the file.
  [[nodiscard]] std::vector<std::string> result() const {
    std::vector<std::string> names;
    for (const std::string_view setting : settings_)
      if (std::ranges::count(allowed_, setting) > 0) names.emplace_back(setting);
    return names;
  }

 private:
  [[nodiscard]] bool is_setting(std::string_view name) const {
    return std::ranges::count(settings_, name) > 0;
  }

  void read_name(const yaml::Node& item) {
    const auto* const query = profile_.find(item.scalar);
    if (query != nullptr && !query->request.write) {
      return context_.fail(item.place,
                           "'" + item.scalar + "' of the profile '" + profile_.name +
                               "' only reads; there is nothing to allow",
                           "remove it");
    }
    context_.fail(item.place, "the profile '" + profile_.name + "' has no write " + yaml::shown(item),
                  nearest_hint(item.secret ? "" : item.scalar, settings_));
  }

  void read_pattern(const yaml::Node& item) {
    const std::string& text = item.scalar;
    if (text.size() < 2 || text.front() != '^' || text.back() != '$') {
      return context_.fail(item.place,
                           "the pattern " + yaml::shown(item) +
                               " is not anchored: it could allow more "
                               "than is meant",
                           "write it between ^ and $");
    }
    const auto glob = glob_of(std::string_view{text}.substr(1, text.size() - 2));
    if (!glob) {
      return context_.fail(item.place,
                           "the pattern " + yaml::shown(item) +
                               " holds more than a-z, 0-9, '_', '.' for any character and '.*' for any text",
                           "list the names, or several patterns");
    }
    if (glob->find_first_not_of("*?_") == std::string::npos) {
      return context_.fail(item.place,
                           "the pattern " + yaml::shown(item) + " allows everything there is, or will be",
                           "name what may be set");
    }
    const std::size_t before = allowed_.size();
    for (const std::string_view setting : settings_)
      if (glob_match(*glob, setting)) allowed_.emplace_back(setting);
    if (allowed_.size() == before) {
      context_.fail(
          item.place,
          "the pattern " + yaml::shown(item) + " matches no setting of the profile '" + profile_.name + "'",
          nearest_hint("", settings_));
    }
  }

  static std::optional<std::string> glob_of(std::string_view pattern) {
    std::string glob;
    if (pattern.size() > longest_pattern) return std::nullopt;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const char c = pattern[i];
      const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
      const bool run = c == '.' && i + 1 < pattern.size() && pattern[i + 1] == '*';
      if (!word && c != '.') return std::nullopt;
      glob += word ? c : run ? '*' : '?';
      i += run ? 1 : 0;
    }
    return glob;
  }

  const ReadContext& context_;
  const profile::Profile& profile_;
  std::vector<std::string_view> settings_;
  std::vector<std::string> allowed_;
};

}  // namespace

std::vector<std::string> read_allowed_writes(const ReadContext& context, const profile::Profile& profile,
                                             const yaml::Node* node) {
  if (node == nullptr) return {};
  Reader reader{context, profile};
  if (node->type != yaml::Type::sequence) {
    reader.read(*node);
  } else if (node->items.size() > max_entries) {
    context.fail(node->place, "'allow_writes' has more than 256 entries");
  } else {
    for (const yaml::Node& item : node->items) reader.read(item);
  }
  return reader.result();
}

}  // namespace busbar::app
