// What a profile's query is compiled into: flat arrays a decoder walks once from front to back. Everything
// that can be looked up, checked or named is so at load; the decoder only adds offsets, loads integers and
// compares.
//
// A step knows where its bytes are (its place) apart from what they mean (its value), so that another way of
// finding a field (the nth word of a text answer, the value behind a label) is a new place and no new value.
#pragma once

#include "profile/describer.hpp"
#include "profile/slots.hpp"
#include "profile/transform.hpp"
#include "profile/written.hpp"

#include <busbar/model/bytes.hpp>
#include <busbar/model/quantity.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::profile {

// Registers carry what one step knows and a later one needs. The limits are checked at load.
inline constexpr int no_register = -1;
inline constexpr int max_registers = 64;   ///< of each sort: values, ends
inline constexpr int max_aggregates = 32;  ///< sources of derived values
inline constexpr std::size_t max_parts = 4;
inline constexpr std::size_t max_minus = 4;

/// A run of elements in one of the plan's arrays.
struct Slice {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct Place {
  int base = no_register;    ///< end register the offset counts from; none: the start of the payload
  std::uint32_t offset = 0;  ///< bytes
  /// Words of one number that lie apart, most significant first, as payload offsets; none: one piece at
  /// `offset`.
  std::array<std::uint32_t, max_parts> parts{};
  std::uint8_t part_count = 0;
  std::int16_t slot = -1;  ///< in a payload without offsets: where it stands; −1: at an offset
  // Of a slot: there only when the payload has so many words, or the word so many characters; 0: any number.
  std::uint16_t of_words = 0;
  std::uint16_t least_size = 0;
  std::uint16_t most_size = 0;
  std::uint16_t first_character = 0;  ///< the part of the word it is
  std::uint16_t characters = 0;       ///< 0: all of it
};

struct Count {
  enum class From : std::uint8_t { one, fixed, reg, rest };
  From from = From::one;
  std::uint32_t fixed = 0;
  int reg = no_register;
  std::array<int, max_minus> minus{no_register, no_register, no_register, no_register};
  std::uint32_t max = 1;
  Slice expect{};  ///< value registers (in Plan::expected) one of which must equal the count
};

enum class ValueType : std::uint8_t { number, flags, text, acknowledged };
enum class TextLength : std::uint8_t { fixed, prefixed, rest, counted };  // counted: by its first two digits

struct Step {
  Place place{};
  Count count{};
  ValueType type = ValueType::number;
  Notation notation = Notation::binary;
  std::uint8_t width = 1;  ///< bytes of one word
  bool little = false;
  bool is_signed = false;
  bool is_real = false;         ///< an IEEE 754 number of 4 bytes
  std::uint8_t sign_shift = 0;  ///< bits above the number in a 64-bit word
  bool optional = false;        ///< may lie beyond the end of a shorter payload
  bool internal = false;        ///< gives no reading
  bool counter = false;
  bool has_unavailable = false;
  bool has_absent = false;
  bool plain = false;  ///< a number that is just raw × scale ÷ divisor + offset: decoded in a tight loop
  TextLength text_length = TextLength::fixed;
  int when = no_register;       ///< value register; 0 there: the field is not in the payload
  int value = no_register;      ///< value register that takes the raw number
  int end = no_register;        ///< end register that takes the offset after the field
  int aggregate = no_register;  ///< takes part in derived values
  int positive = no_register;   ///< sign from flags: both given, the first, or none
  int negative = no_register;
  std::uint32_t text_size = 0;
  std::uint32_t least_text = 0;   ///< of a text in a slot, whose longest is text_size
  char behind = 0;                ///< a text begins behind this character where it has one; 0: as it is
  std::uint64_t unavailable = 0;  ///< raw
  std::uint64_t absent = 0;       ///< raw: there is nothing in this place
  double scale = 1;
  double divisor = 1;
  double offset = 0;
  double min = 0;
  double max = 0;
  std::uint32_t quantity = 0;  ///< first of its quantities in Plan::quantities
  Slice transforms{};
  Slice bits{};
  Slice enumeration{};
  std::uint32_t label = 0;  ///< in Plan::labels, for messages
};

struct Bit {
  std::uint64_t mask = 0;
  std::int32_t quantity = -1;  ///< −1: internal
  bool inverted = false;       ///< 0 means yes
  int value = no_register;
  std::uint32_t label = 0;
};

struct EnumEntry {
  std::int64_t code = 0;
  std::string text;
  std::string word{};  ///< of a text: what stands for it
};

/// A byte that has always this value; anything else is not this layout.
struct Constant {
  std::uint32_t offset = 0;
  std::uint8_t value = 0;
};

/// Of a quantity without a range of its own: all finite numbers.
inline constexpr Range everything{std::numeric_limits<double>::lowest(), std::numeric_limits<double>::max()};

struct Derived {
  enum class Operation : std::uint8_t { count, sum, min, max, delta, mean, product };
  Operation operation = Operation::sum;
  Slice operands{};  ///< aggregates, in Plan::operands
  std::uint32_t quantity = 0;
};

struct Plan {
  std::size_t min_length = 0;
  std::size_t max_length = 0;  ///< 0: no bound
  int trailing = -1;           ///< bytes that must follow the last field, exactly; −1: not checked
  int value_registers = 0;
  int end_registers = 0;
  int aggregates = 0;
  std::size_t typical_readings = 0;  ///< to reserve
  SlotPlan slots;
  std::unique_ptr<Describer> describer;  ///< of payloads that describe themselves; null: the steps say all
  std::vector<Constant> constants;
  std::vector<Step> steps;
  std::vector<Transform> transforms;
  std::vector<Bit> bits;
  std::vector<EnumEntry> enumerations;
  std::vector<int> expected;
  std::vector<Derived> derived;
  std::vector<int> operands;
  std::vector<Quantity> quantities;  ///< never touched after load: readings point into it
  std::vector<bool> guaranteed;      ///< parallel to quantities
  std::vector<const Quantity*> announced;
  std::vector<std::string> labels;  ///< key, or family of a repeated field
};

[[nodiscard]] std::string_view to_string(Derived::Operation operation) noexcept;

}  // namespace busbar::profile
