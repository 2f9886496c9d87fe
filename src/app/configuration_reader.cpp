// Small tools of the readers of all parts.
#include "app/configuration_reader.hpp"

#include <algorithm>

namespace busbar::app {

void ReadContext::fail(yaml::Place place, std::string message, std::string hint) const {
  findings.add(document.file, place, std::move(message), std::move(hint));
}

void ReadContext::warn(yaml::Place place, const std::string& text) const {
  warnings.push_back(document.file + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) +
                     ": " + text);
}

void for_each_id(const ReadContext& context, const yaml::Node* node, std::string_view key,
                 std::string_view what, const std::function<void(const yaml::Entry&)>& each) {
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::map || node->entries.empty()) {
    context.fail(find_place(context.document.root, {key}),
                 "'" + std::string(key) + "' must map the id of each " + std::string(what) +
                     " to its settings, found " +
                     (node->type == yaml::Type::map ? "none" : yaml::shown(*node)));
    return;
  }
  for (const yaml::Entry& entry : node->entries) {
    if (!is_id(entry.key)) {
      context.fail(
          entry.place, yaml::in_quotes(entry.key) + " cannot be the id of a " + std::string(what),
          "use a-z, 0-9, '_' and '-', starting with a letter or digit, at most 64; text for people goes "
          "into 'name'");
    }
    each(entry);
  }
}

bool is_id(std::string_view text) noexcept {
  constexpr std::size_t longest = 64;
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= longest && alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '_' || c == '-'; });
}

yaml::Node or_empty_map(const yaml::Node& node) {
  yaml::Node map = node;
  if (map.type == yaml::Type::null) {
    map.type = yaml::Type::map;
  }
  return map;
}

yaml::Place find_place(const yaml::Node& node, std::initializer_list<std::string_view> path) {
  const yaml::Node* current = &node;
  yaml::Place place = node.place;
  for (const std::string_view key : path) {
    const auto entry = std::find_if(current->entries.begin(), current->entries.end(),
                                    [&](const yaml::Entry& e) { return e.key == key; });
    if (entry == current->entries.end()) {
      return place;
    }
    current = &entry->value;
    // An empty value stands nowhere, or where the next line begins; its key is what a person looks for. The
    // same holds for a block mapping.
    place = current->type == yaml::Type::scalar ? current->place : entry->place;
  }
  return place;
}

std::string nearest_hint(std::string_view word, std::span<const std::string_view> known) {
  if (known.empty()) {
    return "there is none";
  }
  if (const std::string near = yaml::nearest(word, known); !near.empty()) {
    return "did you mean '" + near + "'?";
  }
  constexpr std::size_t listed_at_most = 20;
  std::string list;
  for (const std::string_view name : known.first(std::min(known.size(), listed_at_most))) {
    list += (list.empty() ? "there is: " : ", ") + std::string(name);
  }
  return known.size() > listed_at_most ? list + ", …" : list;
}

std::optional<std::chrono::seconds> whole_seconds(yaml::MapReader& reader, std::string_view key,
                                                  std::chrono::seconds min, std::chrono::seconds max) {
  const auto value = reader.duration(key, min, max);
  if (value && value->count() % 1000 != 0) {
    reader.fail(key, "'" + std::string(key) + "' must be whole seconds, found '" +
                         yaml::format_duration(*value) + "'");
    return std::nullopt;
  }
  return value ? std::optional(std::chrono::duration_cast<std::chrono::seconds>(*value)) : std::nullopt;
}

}  // namespace busbar::app
