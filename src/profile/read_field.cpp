// One entry of `fields:` or `derived:`, read and checked by itself.
#include "profile/field_spec.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace busbar::profile {
namespace {

constexpr std::int64_t max_offset = 65535;
constexpr std::int64_t max_text_size = 256;
constexpr std::size_t max_transforms = 8;
constexpr std::size_t max_enumeration = 256;
constexpr std::string_view any_text = "*";

/// A type as the file names it. Numbers that are written out have no width on the wire: 8 bytes is room for
/// any.
struct TypeName {
  std::string_view text;
  ValueType type;
  unsigned width;
  bool is_signed;
  enum class Order { profile, big, little } order;
  Notation notation = Notation::binary;
};
using Order = TypeName::Order;
constexpr std::array<TypeName, 33> types{{
    {"u8", ValueType::number, 1, false, Order::profile},
    {"s8", ValueType::number, 1, true, Order::profile},
    {"u16", ValueType::number, 2, false, Order::profile},
    {"s16", ValueType::number, 2, true, Order::profile},
    {"u24", ValueType::number, 3, false, Order::profile},
    {"s24", ValueType::number, 3, true, Order::profile},
    {"u32", ValueType::number, 4, false, Order::profile},
    {"s32", ValueType::number, 4, true, Order::profile},
    {"u16be", ValueType::number, 2, false, Order::big},
    {"s16be", ValueType::number, 2, true, Order::big},
    {"u24be", ValueType::number, 3, false, Order::big},
    {"s24be", ValueType::number, 3, true, Order::big},
    {"u32be", ValueType::number, 4, false, Order::big},
    {"s32be", ValueType::number, 4, true, Order::big},
    {"u16le", ValueType::number, 2, false, Order::little},
    {"s16le", ValueType::number, 2, true, Order::little},
    {"u24le", ValueType::number, 3, false, Order::little},
    {"s24le", ValueType::number, 3, true, Order::little},
    {"u32le", ValueType::number, 4, false, Order::little},
    {"s32le", ValueType::number, 4, true, Order::little},
    {"f32", ValueType::number, 4, false, Order::profile},
    {"f32be", ValueType::number, 4, false, Order::big},
    {"f32le", ValueType::number, 4, false, Order::little},
    {"flags", ValueType::flags, 1, false, Order::profile},
    {"flags16", ValueType::flags, 2, false, Order::profile},
    {"text", ValueType::text, 1, false, Order::profile},
    {"decimal", ValueType::number, 8, true, Order::profile, Notation::decimal},
    {"hexadecimal", ValueType::number, 8, true, Order::profile, Notation::hexadecimal},
    {"flags_decimal", ValueType::flags, 8, false, Order::profile, Notation::decimal},
    {"flags_hexadecimal", ValueType::flags, 8, false, Order::profile, Notation::hexadecimal},
    {"bitstring", ValueType::flags, 8, false, Order::profile, Notation::bitstring},
    {"onoff", ValueType::flags, 8, false, Order::profile, Notation::onoff},
    {"letters", ValueType::flags, 8, false, Order::profile, Notation::letters},
}};

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const auto& type : types) {
    names.push_back(type.text);
  }
  return names;
}

void read_type(yaml::MapReader& reader, FieldSpec& field, bool little) {
  if (reader.require("type") == nullptr) {
    return;
  }
  const auto names = type_names();
  const auto name = reader.choice("type", names);
  const auto type = std::find_if(types.begin(), types.end(), [&](const auto& t) { return t.text == name; });
  if (type == types.end()) {
    return;
  }
  field.type = type->type;
  field.notation = type->notation;
  field.width = type->width;
  field.is_signed = type->is_signed;
  field.is_real = type->text.starts_with('f') && type->type == ValueType::number;
  field.little = type->order == Order::profile ? little : type->order == Order::little;
}

/// `parts: [4, 0]`: one number whose words lie apart, the most significant first.
void read_parts(yaml::MapReader& reader, FieldSpec& field) {
  const yaml::Node* const node = reader.node("parts");
  if (node == nullptr) {
    return;
  }
  for (const yaml::Node& item : node->items) {
    const auto offset = item.type == yaml::Type::scalar ? yaml::parse_integer(item.scalar) : std::nullopt;
    if (offset && *offset >= 0 && *offset <= max_offset) {
      field.parts.push_back(static_cast<std::uint32_t>(*offset));
    }
  }
  if (field.parts.size() != node->items.size() || field.parts.size() < 2 || field.parts.size() > max_parts ||
      field.parts.size() * field.width > 6) {
    reader.fail("parts",
                "'parts' must list 2 to 4 offsets of words, most significant first, 6 bytes at most in all");
  }
}

/// `word: 3`, or `word: {3: 2, 12: 3}` where its number depends on how many words there are.
void read_word(yaml::MapReader& reader, FieldSpec& field) {
  const yaml::Node* const node = reader.node("word");
  if (node == nullptr) {
    return;
  }
  const auto in = [](const std::optional<std::int64_t>& number, std::int64_t least, std::int64_t most) {
    return number && *number >= least && *number <= most;
  };
  constexpr auto last = static_cast<std::int64_t>(max_slots) - 1;
  if (node->type != yaml::Type::map) {
    if (const auto word = reader.integer("word", 0, last)) {
      field.words.push_back({0, static_cast<std::uint32_t>(*word)});
    }
    return;
  }
  for (const yaml::Entry& entry : node->entries) {
    const auto words = yaml::parse_integer(entry.key);
    const auto number =
        entry.value.type == yaml::Type::scalar ? yaml::parse_integer(entry.value.scalar) : std::nullopt;
    if (in(words, 1, last + 1) && in(number, 0, *words - 1)) {
      field.words.push_back({static_cast<std::uint16_t>(*words), static_cast<std::uint32_t>(*number)});
    } else {
      reader.findings().add(
          reader.file(), entry.place,
          "an entry of 'word' is how many words there are and the number of the field's word: {3: 2, 12: 3}");
    }
  }
}

/// `[least, most]`, or one number for both.
std::optional<std::array<std::uint16_t, 2>> read_pair(yaml::MapReader& reader, std::string_view key,
                                                      std::string_view what) {
  const yaml::Node* const node = reader.node(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  std::array<std::uint16_t, 2> pair{};
  const bool list = node->type == yaml::Type::sequence && node->items.size() == 2;
  bool good = list || node->type == yaml::Type::scalar;
  for (std::size_t i = 0; good && i < 2; ++i) {
    const yaml::Node& item = list ? node->items[i] : *node;
    const auto number = item.type == yaml::Type::scalar ? yaml::parse_integer(item.scalar) : std::nullopt;
    good = number && *number >= 0 && *number <= max_text_size;
    pair[i] = static_cast<std::uint16_t>(good ? *number : 0);
  }
  if (!good) {
    reader.fail(key, std::string{what});
  }
  return good ? std::optional{pair} : std::nullopt;
}

/// `size` and `characters`: part of a word, in answers whose words have several lengths.
void read_part(yaml::MapReader& reader, FieldSpec& field) {
  if (const auto size =
          read_pair(reader, "size", "'size' is how many characters the word has: 38 or [32, 36]")) {
    field.least_size = (*size)[0];
    field.most_size = (*size)[1];
  }
  if (const auto part = read_pair(reader, "characters", "'characters' is [first, how many], from 0")) {
    field.first_character = (*part)[0];
    field.characters = std::max<std::uint16_t>((*part)[1], 1);
  }
  if (reader.node("word") == nullptr && (field.most_size > 0 || field.characters > 0)) {
    reader.fail(field.most_size > 0 ? "size" : "characters", "'size' and 'characters' go with 'word'");
  }
}

/// Exactly one way of saying where the field is.
void read_place(yaml::MapReader& reader, FieldSpec& field) {
  if (const auto at = reader.integer("at", 0, max_offset)) {
    field.at = static_cast<std::uint32_t>(*at);
  }
  field.after = read_reference(reader, "after");
  field.skip = static_cast<std::uint32_t>(reader.integer("skip", 0, max_offset).value_or(0));
  read_parts(reader, field);
  read_part(reader, field);
  read_word(reader, field);
  field.slot_label = reader.text("label").value_or("");
  if (const auto tag = reader.integer("tag", 0, 255)) {
    field.tag = static_cast<std::uint8_t>(*tag);
  }
  int places = 0;
  for (const std::string_view key : {"at", "after", "parts", "word", "label", "tag"}) {
    places += reader.node(key) != nullptr ? 1 : 0;
  }
  if (places != 1) {
    reader.findings().add(
        reader.file(), field.place,
        "a field has exactly one of 'at' (offset in the payload), 'after' (the end of another field), "
        "'parts', and 'word', 'label' or 'tag' where the query has such a layout; found " +
            std::to_string(places));
  }
  if (field.skip > 0 && reader.node("after") == nullptr) {
    reader.fail("skip", "'skip' counts from the end of the field named by 'after', which is missing here");
  }
}

/// One transform or a list, applied in the order of the file.
void read_transforms(yaml::MapReader& reader, FieldSpec& field) {
  const yaml::Node* const node = reader.node("transform");
  if (node == nullptr) {
    return;
  }
  const auto one = [&](const yaml::Node& item) {
    std::string reason = "a transform is text like scale:0.1";
    const auto transform =
        item.type == yaml::Type::scalar ? parse_transform(item.scalar, reason) : std::nullopt;
    if (transform) {
      field.transforms.push_back(*transform);
    } else {
      reader.findings().add(reader.file(), item.place, reason);
    }
  };
  if (node->type == yaml::Type::sequence) {
    std::for_each(node->items.begin(), node->items.end(), one);
  } else {
    one(*node);
  }
  if (field.transforms.size() > max_transforms) {
    reader.fail("transform", "at most " + std::to_string(max_transforms) + " transforms per field");
  }
}

/// A scaled value shows as many digits as its scale brings, unless the file says otherwise.
int digits_of(const std::vector<Transform>& transforms) {
  double step = 1;
  for (const Transform& t : transforms) {
    step *= t.kind == Transform::Kind::scale    ? std::abs(t.a)
            : t.kind == Transform::Kind::divide ? 1 / t.a
                                                : 1;
  }
  constexpr int most = 6;
  int digits = 0;
  for (double shown = step; digits < most && std::abs(shown - std::round(shown)) > 1e-6; shown *= 10) {
    ++digits;
  }
  return digits;
}

/// Names of codes; of texts, what stands for them. Two codes may have one name.
void read_enumeration(yaml::MapReader& reader, FieldSpec& field) {
  const yaml::Node* const node = reader.node("enum");
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::map || node->entries.empty() || node->entries.size() > max_enumeration) {
    reader.fail("enum", "'enum' must map 1 to 256 codes to names: {0: off, 1: bulk}");
    return;
  }
  bool open = false;  // other texts stand as they are, so that there are more values than the names
  for (const yaml::Entry& entry : node->entries) {
    const auto code = field.type == ValueType::text ? 0 : yaml::parse_integer(entry.key);
    if (!code || entry.value.type != yaml::Type::scalar || entry.value.scalar.empty()) {
      reader.findings().add(reader.file(), entry.place, "an entry of 'enum' is a whole number and its name");
      continue;
    }
    field.enumeration.push_back({*code, entry.value.scalar, entry.key});
    if (field.type == ValueType::text && entry.key == any_text) {
      open = true;
      if (entry.value.scalar != any_text)
        reader.fail("enum", "'*' stands for any other text, which stays: {'*': '*'}");
      continue;
    }
    auto& options = field.quantity.options;
    if (std::find(options.begin(), options.end(), entry.value.scalar) == options.end()) {
      options.push_back(entry.value.scalar);
    }
  }
  if (open) {
    field.quantity.options.clear();
  } else {
    field.quantity.kind = Kind::enumeration;
  }
}

/// Each bit takes what the field says of its quantity (category, device class) and adds its own.
void read_bits(yaml::MapReader& reader, FieldSpec& field) {
  const yaml::Node* const node = reader.require("bits");
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::sequence || node->items.empty()) {
    reader.fail("bits", "'bits' must be a list of {bit: 0, key: …}");
    return;
  }
  for (const yaml::Node& item : node->items) {
    yaml::MapReader bit{reader.document(), item, "bit", reader.findings()};
    BitSpec spec{.quantity = field.quantity, .place = item.place};
    spec.quantity.key.clear();
    spec.quantity.name.clear();
    read_quantity(bit, spec.quantity, KeyRule::plain);
    spec.internal = bit.boolean("internal").value_or(field.internal);
    spec.inverted = bit.boolean("inverted").value_or(false);
    (void)bit.require("bit");
    spec.bit = static_cast<unsigned>(bit.integer("bit", 0, 8 * field.width - 1).value_or(0));
    bit.finish();
    field.bits.push_back(std::move(spec));
  }
}

/// What only numbers have: scaling, names of codes, markers, signs from elsewhere, repetition.
void read_number(yaml::MapReader& reader, FieldSpec& field) {
  constexpr std::array<std::string_view, 2> kinds{"measurement", "counter"};
  read_transforms(reader, field);
  field.quantity.precision = digits_of(field.transforms);
  if (const auto kind = reader.choice("kind", kinds); kind == "counter") {
    field.quantity.kind = Kind::counter;
  }
  read_enumeration(reader, field);
  const std::int64_t least = field.notation == Notation::decimal ? -(std::int64_t{1} << 48) : 0;
  if (const auto raw = reader.integer("unavailable", least, (std::int64_t{1} << 48) - 1)) {
    field.unavailable = static_cast<std::uint64_t>(*raw);
  }
  if (const auto raw = reader.integer("absent", 0, (std::int64_t{1} << 48) - 1)) {
    field.absent = static_cast<std::uint64_t>(*raw);
  }
  if (const yaml::Node* const sign = reader.node("sign")) {
    yaml::MapReader map{reader.document(), *sign, "sign", reader.findings()};
    (void)map.require("positive");
    field.positive = read_reference(map, "positive");
    field.negative = read_reference(map, "negative");
    map.finish();
  }
  field.repeat = read_repeat(reader);
}

/// A text in a slot is as long as the slot; "10-20" bounds it.
void read_bounds(yaml::MapReader& reader, FieldSpec& field) {
  field.text_size = max_text_size;
  field.text_length = TextLength::rest;
  const auto bounds = reader.text("length");
  if (!bounds) {
    return;
  }
  if (*bounds == "prefixed") {
    field.text_length = TextLength::counted;
    field.least_text = 1;
    return;
  }
  const std::size_t dash = bounds->find('-');
  const auto least = yaml::parse_integer(bounds->substr(0, dash));
  const auto most = dash == std::string::npos ? least : yaml::parse_integer(bounds->substr(dash + 1));
  if (!least || !most || *least < 1 || *least > *most || *most > max_text_size) {
    reader.fail("length", "'length' of such a text is how many characters it may have, like 10-20");
    return;
  }
  field.least_text = static_cast<std::uint32_t>(*least);
  field.text_size = static_cast<std::uint32_t>(*most);
}

/// What only texts have: names, a mark they follow, and how long they are.
void read_text(yaml::MapReader& reader, FieldSpec& field) {
  field.quantity.kind = Kind::text;
  read_enumeration(reader, field);
  if (const auto behind = reader.text("behind")) {
    if (behind->size() == 1) {
      field.behind = behind->front();
    } else {
      reader.fail("behind", "'behind' is one character, which the text follows where it stands: ':'");
    }
  }
  if (!field.words.empty() || !field.slot_label.empty()) {
    return read_bounds(reader, field);
  }
  const yaml::Node* const length = reader.require("length");
  if (length == nullptr) {
    return;
  }
  const auto size = yaml::parse_integer(length->scalar);
  if (length->scalar == "prefixed") {
    field.text_length = TextLength::prefixed;
  } else if (length->scalar == "rest") {
    field.text_length = TextLength::rest;
  } else if (size && *size > 0 && *size <= max_text_size) {
    field.text_size = static_cast<std::uint32_t>(*size);
  } else {
    reader.fail("length",
                "'length' of a text is its number of bytes (1…256), prefixed (the first byte tells) or rest");
  }
}

}  // namespace

FieldSpec read_field(const yaml::Document& document, const yaml::Node& node, bool little,
                     yaml::Findings& findings) {
  yaml::MapReader reader{document, node, "field", findings};
  FieldSpec field{.place = node.place};
  field.internal = reader.boolean("internal").value_or(false);
  field.optional = reader.boolean("optional").value_or(false);
  field.when = read_reference(reader, "when");
  read_type(reader, field, little);
  read_place(reader, field);
  switch (field.type) {
    case ValueType::flags:
      field.quantity.kind = Kind::flag;
      break;
    case ValueType::text:
      read_text(reader, field);
      break;
    default:
      read_number(reader, field);
  }
  read_quantity(reader, field.quantity,
                field.repeat                     ? KeyRule::pattern
                : field.type == ValueType::flags ? KeyRule::may_lack
                                                 : KeyRule::plain);
  if (field.type == ValueType::flags) {
    read_bits(reader, field);
  }
  const bool needs_range =
      field.type == ValueType::number && reader.node("enum") == nullptr && !field.internal;
  if (needs_range && !field.quantity.range && reader.node("range") == nullptr) {
    findings.add(document.file, node.place,
                 "number " + yaml::in_quotes(field.quantity.key) + " has no plausible range",
                 "add range: [least, greatest] in the field's unit; what lies outside is not published");
  }
  reader.finish();
  return field;
}

}  // namespace busbar::profile
