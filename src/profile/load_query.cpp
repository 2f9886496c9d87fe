// One entry of `queries:`.
#include "profile/load.hpp"

#include <algorithm>
#include <array>

namespace busbar::profile {
namespace {

using namespace std::chrono_literals;
constexpr std::int64_t max_payload = 65535;
constexpr std::size_t max_fields = 512;

/// `length: {min: 4, max: 8, trailing: 2}`, in bytes; in words where the layout is one of words.
void read_length(yaml::MapReader& query, Shape& shape) {
  const yaml::Node* const node = query.node("length");
  if (node == nullptr) {
    return;
  }
  yaml::MapReader reader{query.document(), *node, "length", query.findings()};
  shape.min_length = static_cast<std::size_t>(reader.integer("min", 0, max_payload).value_or(0));
  shape.max_length = static_cast<std::size_t>(reader.integer("max", 0, max_payload).value_or(0));
  shape.trailing = static_cast<int>(reader.integer("trailing", 0, max_payload).value_or(-1));
  if (shape.max_length != 0 && shape.min_length > shape.max_length) {
    reader.fail("max", "'max' is smaller than 'min'");
  }
  reader.finish();
}

/// `tags: {0x79: prefixed, 0x80: 2}`: every tag there is, and how many bytes follow it.
void read_tags(yaml::MapReader& query, SlotPlan& slots) {
  const yaml::Node* const node = query.require("tags");
  if (node == nullptr) {
    return;
  }
  for (const yaml::Entry& entry : node->entries) {
    const auto tag = yaml::parse_integer(entry.key);
    const bool scalar = entry.value.type == yaml::Type::scalar;
    const auto size = scalar && entry.value.scalar == "prefixed" ? std::optional<std::int64_t>{-1}
                      : scalar                                   ? yaml::parse_integer(entry.value.scalar)
                                                                 : std::nullopt;
    if (!tag || *tag < 0 || *tag > 255 || !size || *size == 0 || *size > 255) {
      query.findings().add(
          query.file(), entry.place,
          "an entry of 'tags' is a tag, 0x00 to 0xFF, and how many bytes follow: 1 to 255, or "
          "prefixed when the first one tells");
    } else {
      slots.sizes[static_cast<std::size_t>(*tag)] = static_cast<int>(*size);
    }
  }
}

/// How the fields of a payload are found: by offset unless the file says otherwise.
void read_layout(yaml::MapReader& query, SlotPlan& slots) {
  constexpr std::array<std::string_view, 6> names{"fixed", "words", "commas", "labels", "tags", "described"};
  const auto name = query.choice("layout", names);
  const auto found = std::find(names.begin(), names.end(), name.value_or("fixed"));
  slots.layout = static_cast<Layout>(found - names.begin());
  if (slots.layout == Layout::tags) {
    read_tags(query, slots);
  }
}

/// `verify: {0: 0x01}`: bytes that never differ. They tell a layout from one that is alike.
void read_verify(yaml::MapReader& query, Shape& shape) {
  const yaml::Node* const node = query.node("verify");
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::map) {
    query.fail("verify", "'verify' maps offsets to the byte that always stands there: {0: 0x01, 2: 0x02}");
    return;
  }
  for (const yaml::Entry& entry : node->entries) {
    const auto offset = yaml::parse_integer(entry.key);
    const auto value =
        entry.value.type == yaml::Type::scalar ? yaml::parse_integer(entry.value.scalar) : std::nullopt;
    if (!offset || *offset < 0 || *offset >= max_payload || !value || *value < 0 || *value > 255) {
      query.findings().add(query.file(), entry.place,
                           "an entry of 'verify' is an offset in the payload and a byte from 0x00 to 0xFF");
    } else {
      shape.constants.push_back({static_cast<std::uint32_t>(*offset), static_cast<std::uint8_t>(*value)});
    }
  }
}

/// How many items numbered frames carry: a number, or the key of the number that tells.
void read_total(yaml::MapReader& reader, protocol::Collect& collect, std::string& key) {
  const auto text = reader.require_text("total").value_or("");
  const auto number = yaml::parse_integer(text);
  if (is_key(text)) {
    key = text;
  } else if (number && *number >= 1 && *number <= max_payload) {
    collect.total = static_cast<std::size_t>(*number);
  } else {
    reader.fail("total",
                "'total' is a number of items, or the key of the number of another query that tells");
  }
}

/// How an answer of several frames is joined, see protocol::Collect.
void read_collect(yaml::MapReader& query, protocol::Query& request, std::string& total) {
  const yaml::Node* const node = query.node("collect");
  if (node == nullptr) {
    return;
  }
  yaml::MapReader reader{query.document(), *node, "collect", query.findings()};
  protocol::Collect collect;
  const bool numbered = reader.node("per_frame") != nullptr;
  for (const std::string_view key : {std::string_view{"header"}, std::string_view{"item"},
                                     std::string_view{numbered ? "total" : "total_at"}}) {
    (void)reader.require(key);
  }
  collect.header = static_cast<std::size_t>(reader.integer("header", 1, 255).value_or(1));
  collect.total_at = static_cast<std::size_t>(reader.integer("total_at", 0, 254).value_or(0));
  collect.item = static_cast<std::size_t>(reader.integer("item", 1, 255).value_or(1));
  collect.per_frame = static_cast<std::size_t>(reader.integer("per_frame", 1, 255).value_or(0));
  if (numbered) {
    read_total(reader, collect, total);
  }
  if (collect.total_at >= collect.header) {
    reader.fail("total_at", "'total_at' must lie inside the header");
  }
  reader.finish();
  request.collect = collect;
}

/// What goes on the wire, or what is listened for.
void read_request(yaml::MapReader& reader, ProfileQuery& query) {
  constexpr std::int64_t max_command = 0xFFFFFFFF;
  if (reader.node("text") == nullptr) (void)reader.require("command");
  query.request.command = static_cast<std::uint32_t>(reader.integer("command", 0, max_command).value_or(0));
  query.request.write = reader.boolean("write").value_or(false);
  query.repeatable = reader.boolean("repeatable").value_or(false);
  if (query.repeatable && !query.request.write) {
    reader.fail("repeatable", "'repeatable' is for writes; a query is always asked again");
  }
  query.listen = reader.boolean("listen").value_or(false);
  query.occasional = reader.boolean("occasional").value_or(false);
  if (query.occasional && !query.listen) {
    reader.fail("occasional", "'occasional' is for what is listened for; what is asked is answered");
  }
  if (query.listen && (query.request.write || reader.node("collect") != nullptr)) {
    reader.fail("listen", "what is listened for is neither a write nor collected");
  }
  if (const auto text = reader.text("data")) {
    if (auto data = from_hex(*text); data && data->size() <= Error::max_bytes) {
      query.request.data = std::move(*data);
    } else {
      reader.fail("data", "'data' must be at most 256 bytes in hexadecimal, like \"01 ff\"");
    }
  }
  if (const auto text = reader.text("text")) {
    const bool printable =
        std::all_of(text->begin(), text->end(), [](char c) { return c > 0x20 && c < 0x7F; });
    if (text->empty() || text->size() > Error::max_bytes || !printable || reader.node("data") != nullptr) {
      reader.fail("text", "'text' is the request in 1 to 256 printable characters, in the place of 'data'");
    }
    query.request.data.assign(text->begin(), text->end());
  }
  read_collect(reader, query.request, query.total);
}

/// When it is asked, how long its answer may take, and the pause behind it; the channel's unless given here.
void read_times(yaml::MapReader& reader, ProfileQuery& query) {
  query.interval = reader.duration("interval", 0ms, 24h * 31).value_or(0ms);
  if (query.interval.count() > 0 && query.interval < 100ms) {
    reader.fail("interval", "'interval' is 0 (on demand only) or at least 100ms");
  }
  query.timeout = reader.duration("timeout", 10ms, 5min);
  query.spacing = reader.duration("spacing", 0ms, 5min);
  if (query.request.write && query.interval.count() > 0) {
    reader.fail("interval", "a write is never sent by itself: it has no interval");
  }
}

std::vector<yaml::Node> const* list(yaml::MapReader& reader, std::string_view key) {
  static const std::vector<yaml::Node> none;
  const yaml::Node* const node = reader.node(key);
  if (node == nullptr) {
    return &none;
  }
  if (node->type != yaml::Type::sequence || node->items.size() > max_fields) {
    reader.fail(key, "'" + std::string{key} + "' must be a list of at most 512 entries");
    return &none;
  }
  return &node->items;
}

}  // namespace

ProfileQuery load_query(const yaml::Document& document, const std::string& name, const yaml::Node& node,
                        const QueryContext& context, yaml::Findings& findings) {
  yaml::MapReader reader{document, node, "query", findings};
  ProfileQuery query;
  query.request.name = name;
  query.description = read_prose(reader, "description", false);
  read_request(reader, query);
  read_times(reader, query);
  Shape shape;
  read_length(reader, shape);
  read_verify(reader, shape);
  read_layout(reader, shape.slots);
  query.request.max_payload = shape.max_length;
  if (shape.slots.layout == Layout::words || shape.slots.layout == Layout::commas) {
    query.request.max_payload = 0;  // the length counts words
    query.request.min_words = shape.min_length;
    query.request.max_words = shape.max_length;
  }
  if (query.request.collect) {
    shape.max_length = 0;  // bounds each frame; what they are joined to is bounded by the fields
  }
  const bool described = shape.slots.layout == Layout::described;
  PlanBuilder plan{document.file, std::move(shape), *context.keys, findings};
  std::vector<FieldSpec> fields;
  for (const yaml::Node& field : *list(reader, "fields")) {
    fields.push_back(read_field(document, field, context.little, findings));
  }
  std::vector<DerivedSpec> derived;
  for (const yaml::Node& value : *list(reader, "derived")) {
    derived.push_back(read_derived(document, value, findings));
  }
  if (query.request.write) {
    plan.add_acknowledgement();
  } else if (described) {
    if (!fields.empty() || !derived.empty() || query.request.collect) {
      reader.fail("layout", "what describes itself has no 'fields', 'derived' or 'collect'");
    }
    if (auto codec = protocol::make_codec(context.protocol, context.dialect)) {
      plan.add_describer(std::move(*codec));
    }
  } else if (fields.empty()) {
    findings.add(document.file, node.place, "query " + yaml::in_quotes(name) + " has no fields");
  }
  plan.add(fields);
  plan.add(derived);
  reader.finish();
  query.decoder = Decoder{plan.finish()};
  return query;
}

}  // namespace busbar::profile
