// Typed access to one mapping; every refusal says what was found and what was expected, at the place of the
// value.
#include "yaml/map_reader.hpp"

#include "model/value_text.hpp"

#include <algorithm>
#include <array>

namespace busbar::yaml {
namespace {

using std::chrono::milliseconds;

std::string did_you_mean(std::string_view word) {
  return word.empty() ? std::string{} : "did you mean '" + std::string(word) + "'?";
}

std::string unquote_hint(const Node& node) {
  return node.quoted ? "in quotes it is text; remove the quotes" : "";
}

// What people write, in any case; "y" and "n" are too easily something else.
std::optional<bool> parse_boolean(std::string_view text) {
  static constexpr std::array<std::string_view, 3> yes{"true", "yes", "on"};
  static constexpr std::array<std::string_view, 3> no{"false", "no", "off"};
  std::string lower(text.substr(0, 6));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (std::find(yes.begin(), yes.end(), lower) != yes.end()) {
    return true;
  }
  return std::find(no.begin(), no.end(), lower) != no.end() ? std::optional<bool>(false) : std::nullopt;
}

// The two usual mistakes, a missing unit and "m" for minutes, are answered with the very text to write.
std::string duration_hint(const Node& node) {
  if (const auto bare = parse_integer(node.scalar); bare && *bare > 0 && !node.secret) {
    return "add the unit, e.g. '" + node.scalar + "s'";
  }
  if (const std::string_view text = node.scalar;
      text.ends_with('m') && parse_duration(std::string(text) + "in")) {
    return did_you_mean(std::string(text) + "in");
  }
  return "write it like 200ms, 10s, 5min, 2h or 1d";
}

}  // namespace

MapReader::MapReader(const Document& document, const Node& node, std::string what, Findings& findings)
    : document_(&document), node_(&node), what_(std::move(what)), findings_(&findings) {
  if (node.type != Type::map) {
    findings.add(document.file, node.place,
                 what_ + " must be a mapping (key: value lines), found " + shown(node));
  }
}

const Node* MapReader::node(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
    known_.emplace_back(key);
  }
  const auto entry = std::find_if(node_->entries.begin(), node_->entries.end(),
                                  [&](const Entry& e) { return e.key == key; });
  return entry == node_->entries.end() ? nullptr : &entry->value;
}

const Node* MapReader::require(std::string_view key) {
  const Node* const value = node(key);
  if (value == nullptr && node_->type == Type::map) {
    fail(key, what_ + " needs the key '" + std::string(key) + "'");
  }
  return value;
}

std::optional<std::string> MapReader::text(std::string_view key) {
  const Node* const value = node(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->type != Type::scalar) {
    fail(key, "'" + std::string(key) + "' must be text, found " + shown(*value));
    return std::nullopt;
  }
  return value->scalar;
}

std::optional<std::string> MapReader::require_text(std::string_view key) {
  return require(key) == nullptr ? std::nullopt : text(key);
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t min, std::int64_t max) {
  const Node* const value = node(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto parsed =
      value->type == Type::scalar && !value->quoted ? parse_integer(value->scalar) : std::nullopt;
  if (!parsed || *parsed < min || *parsed > max) {
    fail(key,
         "'" + std::string(key) + "' must be a whole number from " + std::to_string(min) + " to " +
             std::to_string(max) + ", found " + shown(*value),
         unquote_hint(*value));
    return std::nullopt;
  }
  return parsed;
}

std::optional<double> MapReader::number(std::string_view key, double min, double max) {
  const Node* const value = node(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto parsed =
      value->type == Type::scalar && !value->quoted ? parse_number(value->scalar) : std::nullopt;
  if (!parsed || *parsed < min || *parsed > max) {
    fail(key,
         "'" + std::string(key) + "' must be a number from " + number_text(min) + " to " + number_text(max) +
             ", found " + shown(*value),
         unquote_hint(*value));
    return std::nullopt;
  }
  return parsed;
}

std::optional<bool> MapReader::boolean(std::string_view key) {
  const Node* const value = node(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto parsed =
      value->type == Type::scalar && !value->quoted ? parse_boolean(value->scalar) : std::nullopt;
  if (!parsed) {
    fail(key, "'" + std::string(key) + "' must be true or false, found " + shown(*value),
         unquote_hint(*value));
  }
  return parsed;
}

std::optional<milliseconds> MapReader::duration(std::string_view key, milliseconds min, milliseconds max) {
  const Node* const value = node(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto parsed = value->type == Type::scalar ? parse_duration(value->scalar) : std::nullopt;
  if (!parsed || *parsed < min || *parsed > max) {
    fail(key,
         "'" + std::string(key) + "' must be a duration from " + format_duration(min) + " to " +
             format_duration(max) + ", found " + shown(*value),
         parsed || value->type != Type::scalar ? "" : duration_hint(*value));
    return std::nullopt;
  }
  return parsed;
}

std::optional<std::string> MapReader::choice(std::string_view key,
                                             std::span<const std::string_view> choices) {
  const Node* const value = node(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (value->type == Type::scalar &&
      std::find(choices.begin(), choices.end(), value->scalar) != choices.end()) {
    return value->scalar;
  }
  std::string list;
  for (const std::string_view choice : choices) {
    list += (list.empty() ? "" : ", ") + std::string(choice);
  }
  fail(key, "'" + std::string(key) + "' must be one of " + list + "; found " + shown(*value),
       value->type == Type::scalar && !value->secret ? did_you_mean(nearest(value->scalar, choices)) : "");
  return std::nullopt;
}

std::vector<std::string> MapReader::texts(std::string_view key) {
  const Node* const value = node(key);
  std::vector<std::string> list;
  if (value == nullptr) {
    return list;
  }
  if (value->type == Type::scalar) {
    list.push_back(value->scalar);
  } else if (value->type != Type::sequence) {
    fail(key, "'" + std::string(key) + "' must be a list of texts, found " + shown(*value));
  }
  for (const Node& item : value->items) {
    if (item.type == Type::scalar) {
      list.push_back(item.scalar);
    } else {
      findings_->add(file(), item.place,
                     "each item of '" + std::string(key) + "' must be text, found " + shown(item));
    }
  }
  return list;
}

void MapReader::fail(std::string_view key, std::string message, std::string hint) {
  findings_->add(file(), place(key), std::move(message), std::move(hint));
}

// Known are the keys that were asked for: the reader needs no list of its own that could grow stale.
void MapReader::finish() {
  const std::vector<std::string_view> known(known_.begin(), known_.end());
  for (const Entry& entry : node_->entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) {
      continue;
    }
    const std::string near = nearest(entry.key, known);
    std::string list;
    for (const std::string_view key : known) {
      list += (list.empty() ? "known here: " : ", ") + std::string(key);
    }
    findings_->add(file(), entry.place, "unknown key " + in_quotes(entry.key) + " in " + what_,
                   near.empty() ? list : did_you_mean(near));
  }
}

Place MapReader::place() const { return node_->place; }

Place MapReader::place(std::string_view key) const {
  for (const Entry& entry : node_->entries) {
    if (entry.key == key) {
      return entry.value.place.line > 0 ? entry.value.place : entry.place;
    }
  }
  return node_->place;
}

const std::string& MapReader::file() const { return document_->file; }
const Document& MapReader::document() const { return *document_; }
Findings& MapReader::findings() { return *findings_; }

}  // namespace busbar::yaml
