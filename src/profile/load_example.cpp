// One entry of `examples:`.
#include "profile/load.hpp"
#include "profile/plan.hpp"

#include <algorithm>

namespace busbar::profile {
namespace {

const Quantity* find_quantity(const ProfileQuery& query, std::string_view key) {
  const auto& all = query.decoder.quantities();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Quantity* q) { return q->key == key; });
  return found == all.end() ? nullptr : *found;
}

std::string nearest_key(const ProfileQuery& query, std::string_view key) {
  std::vector<std::string_view> keys;
  for (const Quantity* quantity : query.decoder.quantities()) {
    keys.push_back(quantity->key);
  }
  const std::string near = yaml::nearest(key, keys);
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

/// "3.311 V": the unit may be left out; where it stands it must be the field's.
std::optional<Value> number_of(const Quantity& quantity, const std::string& text, std::string& fault) {
  std::string_view number = text;
  const std::size_t blank = number.find(' ');
  if (blank != std::string_view::npos) {
    const std::string_view unit = number.substr(blank + 1);
    number = number.substr(0, blank);
    if (unit != quantity.unit) {
      fault = "unit " + yaml::in_quotes(unit) + ", but the field has " + yaml::in_quotes(quantity.unit);
      return std::nullopt;
    }
  }
  const auto value = yaml::parse_number(number);
  if (!value) {
    fault = yaml::in_quotes(text) + " is not a number";
    return std::nullopt;
  }
  return Value{*value};
}

std::optional<Value> value_of(const Quantity& quantity, const yaml::Node& node, std::string& fault) {
  if (node.type == yaml::Type::null) {
    return Value{std::monostate{}};
  }
  if (node.type != yaml::Type::scalar) {
    fault = "a value is expected, found " + yaml::shown(node);
    return std::nullopt;
  }
  switch (quantity.kind) {
    case Kind::flag:
      if (node.scalar == "true" || node.scalar == "false") {
        return Value{node.scalar == "true"};
      }
      fault = "true or false expected, found " + yaml::shown(node);
      return std::nullopt;
    case Kind::enumeration:
    case Kind::text:
      return Value{node.scalar};
    case Kind::measurement:
    case Kind::counter:
      break;
  }
  return number_of(quantity, node.scalar, fault);
}

/// Where no quantity says which kind it is, the value itself does: null, a flag, a number, or a text.
Value open_value(const yaml::Node& node) {
  if (node.type == yaml::Type::null) {
    return std::monostate{};
  }
  if (node.scalar == "true" || node.scalar == "false") {
    return node.scalar == "true";
  }
  if (const auto number = yaml::parse_number(node.scalar.substr(0, node.scalar.find(' ')))) {
    return *number;
  }
  return node.scalar;
}

/// The readings that must come of the response, written as people see them: "13.2 V", "96 %", on.
void read_expect(yaml::MapReader& reader, const ProfileQuery& query, Example& example) {
  const yaml::Node* const node = reader.require("expect");
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::map) {
    reader.fail("expect", "'expect' maps keys to values: {soc: 96 %}");
    return;
  }
  for (const yaml::Entry& entry : node->entries) {
    if (query.decoder.open()) {
      example.expect.emplace_back(entry.key, open_value(entry.value));
      continue;
    }
    const Quantity* const quantity = find_quantity(query, entry.key);
    if (quantity == nullptr) {
      reader.findings().add(
          reader.file(), entry.place,
          "query " + yaml::in_quotes(query.request.name) + " gives no " + yaml::in_quotes(entry.key),
          nearest_key(query, entry.key));
      continue;
    }
    std::string fault;
    if (auto value = value_of(*quantity, entry.value, fault)) {
      example.expect.emplace_back(entry.key, std::move(*value));
    } else {
      reader.findings().add(reader.file(), entry.value.place, entry.key + ": " + fault);
    }
  }
}

/// Bytes as a capture shows them; nullopt with a finding.
std::optional<Bytes> frame_of(yaml::MapReader& reader, std::string_view key, std::string_view text) {
  constexpr std::size_t max_frame = 65536;
  auto bytes = from_hex(text);
  if (!bytes || bytes->empty() || bytes->size() > max_frame) {
    reader.fail(key, "'" + std::string{key} + "' must be whole frames in hexadecimal, found " +
                         yaml::in_quotes(text));
    return std::nullopt;
  }
  return bytes;
}

/// `set: {discharge_mos: on}`: the query and the data follow from the value.
bool read_set(yaml::MapReader& reader, const yaml::Node& node, const Profile& profile, Example& example) {
  const bool one = node.type == yaml::Type::map && node.entries.size() == 1 &&
                   node.entries.front().value.type == yaml::Type::scalar;
  if (!one) {
    reader.fail("set", "'set' names one setting and the value it gets: {discharge_mos: on}");
    return false;
  }
  const yaml::Entry& entry = node.entries.front();
  const Setter* const setter = profile.find_setter(entry.key);
  if (setter == nullptr) {
    std::vector<std::string_view> keys;
    for (const Setter& known : profile.setters) {
      keys.push_back(known.setting.key);
    }
    const std::string near = yaml::nearest(entry.key, keys);
    reader.fail("set", "there is no setting " + yaml::in_quotes(entry.key),
                near.empty() ? "" : "did you mean '" + near + "'?");
    return false;
  }
  auto write = prepare(profile, *setter, entry.value.scalar);
  if (!write) {
    reader.fail("set", write.error().detail);
    return false;
  }
  example.setting = entry.key;
  example.query = write->query->request.name;
  example.data = std::move(write->data);
  return true;
}

}  // namespace

std::optional<Example> load_example(const yaml::Document& document, const yaml::Node& node,
                                    const Profile& profile, yaml::Findings& findings) {
  yaml::MapReader reader{document, node, "example", findings};
  Example example;
  example.place = node.place;
  example.name = read_prose(reader, "name", true);
  example.source = read_prose(reader, "source", true);
  example.address = static_cast<std::uint32_t>(
      reader.integer("address", 0, profile.max_address).value_or(profile.default_address));
  if (const yaml::Node* const set = reader.node("set")) {
    if (!read_set(reader, *set, profile, example)) {
      return std::nullopt;
    }
  } else {
    example.query = reader.require_text("query").value_or("");
  }
  if (const auto total = reader.integer("total", 1, 65535)) {
    example.total = static_cast<std::size_t>(*total);
  }
  const ProfileQuery* const query = profile.find(example.query);
  const bool asked = query == nullptr || !query->listen;
  if (const auto text = asked ? reader.require_text("request") : std::nullopt) {
    example.request = frame_of(reader, "request", *text).value_or(Bytes{});
  }
  for (const std::string& text : reader.texts("response")) {
    if (auto frame = frame_of(reader, "response", text)) {
      example.response.push_back(std::move(*frame));
    }
  }
  if (reader.node("response") == nullptr) {
    (void)reader.require("response");
  }
  example.absent = reader.texts("absent");
  example.dropped = reader.texts("dropped");
  example.anomalies = static_cast<std::size_t>(reader.integer("anomalies", 0, 1000).value_or(0));
  if (query == nullptr) {
    std::vector<std::string_view> names;
    for (const ProfileQuery& one : profile.queries) {
      names.push_back(one.request.name);
    }
    const std::string near = yaml::nearest(example.query, names);
    reader.fail("query", "there is no query " + yaml::in_quotes(example.query),
                near.empty() ? "" : "did you mean '" + near + "'?");
    return std::nullopt;
  }
  read_expect(reader, *query, example);
  for (const auto& keys : {example.absent, example.dropped}) {
    for (const std::string& key : keys) {
      if (!query->decoder.open() && find_quantity(*query, key) == nullptr) {
        findings.add(document.file, node.place,
                     "query " + yaml::in_quotes(example.query) + " gives no " + yaml::in_quotes(key),
                     nearest_key(*query, key));
      }
    }
  }
  reader.finish();
  return example;
}

}  // namespace busbar::profile
