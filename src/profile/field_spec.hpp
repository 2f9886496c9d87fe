// One entry of a profile's `fields:` or `derived:` as it stands in the file: typed and checked by itself, its
// references to other fields not yet resolved.
#pragma once

#include "profile/plan.hpp"
#include "yaml/map_reader.hpp"
#include "yaml/node.hpp"

#include <busbar/model/quantity.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace busbar::profile {

/// A name used in the file for another field.
struct Reference {
  std::string name;  ///< "": none
  yaml::Place place{};
};

struct RepeatSpec {
  Count::From from = Count::From::fixed;
  std::uint32_t fixed = 0;
  Reference count{};
  std::vector<Reference> minus{};
  std::vector<Reference> expect{};
  std::uint32_t max = 0;
  std::string family{};
  std::string label{};
};

struct BitSpec {
  unsigned bit = 0;
  bool internal = false;
  bool inverted = false;
  Quantity quantity{};
  yaml::Place place{};
};

struct FieldSpec {
  yaml::Place place{};
  Quantity quantity{};  ///< of a repeated field: key and name still with {index}
  ValueType type = ValueType::number;
  unsigned width = 1;
  bool little = false;
  bool is_signed = false;
  bool is_real = false;
  TextLength text_length = TextLength::fixed;
  std::uint32_t text_size = 0;
  Notation notation = Notation::binary;
  std::uint32_t least_text = 0;
  char behind = 0;
  std::optional<std::uint32_t> at{};
  /// Slots, by the layout of the query: the number of the word, each in a payload of so many words (0: any).
  struct Word {
    std::uint16_t of_words = 0;
    std::uint32_t number = 0;
  };
  std::vector<Word> words{};
  std::uint16_t least_size = 0;
  std::uint16_t most_size = 0;
  std::uint16_t first_character = 0;
  std::uint16_t characters = 0;
  std::string slot_label{};
  std::optional<std::uint8_t> tag{};
  Reference after{};
  std::uint32_t skip = 0;
  std::vector<std::uint32_t> parts{};
  std::vector<Transform> transforms{};
  std::vector<EnumEntry> enumeration{};
  std::vector<BitSpec> bits{};
  std::optional<std::uint64_t> unavailable{};
  std::optional<std::uint64_t> absent{};
  bool optional = false;
  bool internal = false;
  Reference when{};
  Reference positive{};
  Reference negative{};
  std::optional<RepeatSpec> repeat{};

  /// What other fields call it.
  [[nodiscard]] const std::string& label() const { return repeat ? repeat->family : quantity.key; }
};

struct DerivedSpec {
  yaml::Place place{};
  Quantity quantity{};
  Derived::Operation operation = Derived::Operation::sum;
  std::vector<Reference> operands{};
};

/// Each adds a finding for everything wrong and returns what could be understood: the caller goes on to find
/// more.
[[nodiscard]] FieldSpec read_field(const yaml::Document& document, const yaml::Node& node, bool little,
                                   yaml::Findings& findings);
[[nodiscard]] DerivedSpec read_derived(const yaml::Document& document, const yaml::Node& node,
                                       yaml::Findings& findings);

/// key, name, unit, precision, range, category, device_class, enabled. What is not given is taken from
/// `quantity`.
enum class KeyRule {
  plain,
  pattern,   ///< of a repeated field: must contain {index}
  may_lack,  ///< a field of flags needs one only to be referred to
};
void read_quantity(yaml::MapReader& reader, Quantity& quantity, KeyRule rule);
[[nodiscard]] std::vector<Reference> read_references(yaml::MapReader& reader, std::string_view key);
[[nodiscard]] Reference read_reference(yaml::MapReader& reader, std::string_view key);
[[nodiscard]] std::optional<RepeatSpec> read_repeat(yaml::MapReader& field);

/// "cell_{index:02}_voltage", 3 → "cell_03_voltage". nullopt: there is no {index} in it, or something else in
/// braces.
[[nodiscard]] std::optional<std::string> with_index(std::string_view pattern, unsigned index);

}  // namespace busbar::profile
