// Payload → readings: one flat pass over the plan. No YAML, no look-up by name, no allocation beyond the
// result.
#include "profile/decoder.hpp"

#include "model/value_text.hpp"
#include "profile/describer.hpp"
#include "profile/extent.hpp"
#include "profile/reasons.hpp"
#include "profile/run.hpp"
#include "profile/word.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace busbar::profile {
namespace {

/// Where in the payload a step's slot is; not there when this payload or its word is of another form.
Slot part_of(const Place& place, const Slots& slots) noexcept {
  Slot slot = slots.slots[static_cast<std::size_t>(place.slot)];
  const std::size_t last = std::size_t{place.first_character} + place.characters;
  slot.there = slot.there && (place.of_words == 0 || place.of_words == slots.words) &&
               (place.most_size == 0 || (slot.size >= place.least_size && slot.size <= place.most_size)) &&
               slot.size >= last;
  if (slot.there && place.characters > 0) {
    slot.offset += place.first_character;
    slot.size = place.characters;
  }
  return slot;
}

}  // namespace

/// The shape first, then every field from front to back, then what is derived from them. A payload whose
/// shape does not fit gives no reading at all: a layout of another version would give wrong ones.
bool Run::all(std::optional<Error>& fault) {
  if (!check_shape(plan_, payload_, fault) ||
      (plan_.slots.layout != Layout::fixed && !check_slots(plan_, payload_, slots_.emplace(), fault))) {
    return false;
  }
  for (const Step& step : plan_.steps) {
    if (!run(step, fault)) {
      return false;
    }
  }
  if (!check_end(plan_, payload_, last_end_, fault)) {
    return false;
  }
  for (const Derived& derived : plan_.derived) {
    publish(derived);
  }
  out_.finish();
  return true;
}

/// One field: where it is, whether it is there, how many items it has, and then its values. What is not
/// there, by its `when`, its form or the end of the payload, is noted and gives no reading: missing is not
/// zero.
bool Run::run(const Step& step, std::optional<Error>& fault) {
  std::size_t start =
      step.place.offset + (step.place.base < 0 ? 0 : ends_[static_cast<std::size_t>(step.place.base)]);
  ByteView within = payload_;
  Extent extent;
  bool there = step.when < 0 || flag(step.when);
  if (step.place.slot >= 0) {
    const Slot slot = part_of(step.place, *slots_);
    start = slot.offset;
    within = payload_.first(slot.offset + slot.size);
    extent.beyond_end = !slot.there;
    there = there && slot.there;
  }
  if (there && !measure(plan_, step, within, start, values_, extent, fault)) {
    return false;
  }
  if (step.end >= 0) {
    ends_[static_cast<std::size_t>(step.end)] = start + extent.size;
  }
  if (step.count.expect.count > 0 && !count_expected(plan_, step, extent.count, values_)) {
    out_.anomaly(count_anomaly(plan_, step, extent.count, values_));
  }
  if (extent.count == 0) {
    out_.note({.step = step, .offset = start},
              extent.beyond_end ? Seen::Outcome::beyond_end : Seen::Outcome::not_present);
    return true;
  }
  last_end_ = std::max(last_end_, start + extent.size);
  if (step.notation != Notation::binary) {
    written(step, start, extent.size);
    return true;
  }
  switch (step.type) {
    case ValueType::number:
      numbers(step, start, extent.count);
      break;
    case ValueType::flags:
      flags(step, start);
      break;
    case ValueType::text:
      text(step, start, extent.size);
      break;
    case ValueType::acknowledged:
      out_.push({.step = step}, plan_.quantities[step.quantity], true);
      break;
  }
  return true;
}

/// The tight loop where nothing is peculiar and nobody watches; a trace wants every transform by itself.
void Run::numbers(const Step& step, std::size_t start, std::size_t count) {
  Aggregate all = empty_aggregate;
  all.carried = static_cast<std::uint32_t>(count);
  if (step.plain && !out_.traced()) {
    plain(step, start, count, all);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      number(step, static_cast<std::uint32_t>(i), start + i * step.width, all);
    }
  }
  if (step.aggregate >= 0) {
    aggregates_[static_cast<std::size_t>(step.aggregate)] = all;
  }
}

void Run::plain(const Step& step, std::size_t start, std::size_t count, Aggregate& all) {
  const std::uint8_t* bytes = payload_.data() + start;
  const Quantity* quantity = &plan_.quantities[step.quantity];
  Reading* reading = out_.room(count);
  Aggregate sum = all;  // in registers: sixteen cells need not wait for memory
  std::int64_t raw = 0;
  for (std::size_t i = 0; i < count; ++i, bytes += step.width, ++quantity) {
    raw = with_sign_bit(step, load_word(bytes, step.width, step.little));
    const double value = static_cast<double>(raw) * step.scale / step.divisor + step.offset;
    if (value >= step.min && value <= step.max) [[likely]] {
      reading->quantity = quantity;
      reading->value = value;
      ++reading;
      sum.add(value);
    } else {
      out_.drop(*quantity, out_of_range(*quantity, value, step.min, step.max));
    }
  }
  all = sum;
  out_.commit(sum.good);
  if (step.value >= 0) {
    values_[static_cast<std::size_t>(step.value)] = raw;
  }
}

/// One item, put together from its words where they lie apart.
void Run::number(const Step& step, std::uint32_t index, std::size_t offset, Aggregate& all) {
  Item item{.step = step, .index = index, .offset = step.place.part_count > 0 ? step.place.parts[0] : offset};
  item.bytes = payload_.subspan(item.offset, step.width);
  item.raw = load_word(item.bytes.data(), step.width, step.little);
  for (std::size_t i = 1; i < step.place.part_count; ++i) {
    item.raw =
        item.raw << 8U * step.width | load_word(&payload_[step.place.parts[i]], step.width, step.little);
  }
  const std::int64_t whole = with_sign_bit(step, item.raw);
  evaluate(item, whole, step.is_real ? real_number(item.raw) : static_cast<double>(whole), all);
}

/// The order matters: markers are compared with the raw number, before any transform; the range with what
/// would be published, before a name is looked for or a counter asked, so that no implausible value is
/// remembered.
void Run::evaluate(const Item& item, std::int64_t whole, double value, Aggregate& all) {
  const Step& step = item.step;
  if (step.value >= 0) {
    values_[static_cast<std::size_t>(step.value)] = whole;
  }
  if (step.internal) {
    return out_.note(item, Seen::Outcome::internal);
  }
  const Quantity& quantity = plan_.quantities[step.quantity + item.index];
  if (step.has_absent && item.raw == step.absent) {
    --all.carried;
    return out_.note(item, Seen::Outcome::not_present);
  }
  if (step.has_unavailable && item.raw == step.unavailable) {
    return out_.push(item, quantity, std::monostate{});
  }
  for (std::uint32_t i = 0; i < step.transforms.count; ++i) {
    value = apply(plan_.transforms[step.transforms.first + i], value);
  }
  if (step.positive >= 0) {
    value = directed(step, value);
  }
  if (!(value >= step.min && value <= step.max)) {  // NaN fits no range
    out_.drop(item, quantity, out_of_range(quantity, value, step.min, step.max));
  } else if (step.enumeration.count > 0) {
    named(item, quantity, value);
  } else if (step.counter && !memory_.accept(quantity.key, value)) {
    out_.drop(item, quantity,
              number_text(value) + " is below the counter's last value, kept back until it repeats");
  } else {
    all.add(value);
    out_.push(item, quantity, value);
  }
}

/// The sign that flags say, where the number itself has none.
double Run::directed(const Step& step, double value) {
  const bool positive = flag(step.positive);
  const bool negative = step.negative >= 0 ? flag(step.negative) : !positive;
  if (negative && positive) {
    out_.anomaly(plan_.labels[step.label] + ": both direction flags are set, taken as negative");
  }
  return negative && value != 0 ? -value : value;  // there is no negative zero
}

/// The name of a code. One without a name is dropped: a number among names would be a new kind of value.
void Run::named(const Item& item, const Quantity& quantity, double code) {
  const auto first = plan_.enumerations.begin() + item.step.enumeration.first;
  const auto last = first + item.step.enumeration.count;
  const auto found = std::find_if(first, last, [&](const EnumEntry& entry) {
    // Text may hold 1e49 or 1.5: no integer, so no code.
    return static_cast<double>(entry.code) == code;
  });
  if (found == last) {
    out_.drop(item, quantity, "code " + number_text(code) + " has no name in the profile");
  } else {
    out_.push(item, quantity, found->text);
  }
}

/// Nothing at all when an operand is missing, or has lost an item to its range: a sum of the rest would be
/// wrong.
void Run::publish(const Derived& derived) {
  const auto value = derive(plan_, derived, aggregates_);
  const Quantity& quantity = plan_.quantities[derived.quantity];
  if (!value) {
    return;
  }
  const Range& range = quantity.range ? *quantity.range : everything;
  if (*value >= range.min && *value <= range.max) {
    out_.put(quantity, *value);
  } else {
    out_.drop(quantity, out_of_range(quantity, *value, range.min, range.max));
  }
}

Result<Decoded> Decoder::decode(ByteView payload, CounterMemory& memory) const {
  Decoded decoded;
  if (auto outcome = decode_into(payload, memory, decoded); !outcome) {
    return outcome.error();
  }
  return decoded;
}

Result<void> Decoder::decode_into(ByteView payload, CounterMemory& memory, Decoded& out, Trace* trace) const {
  if (plan_->describer) {
    return plan_->describer->decode(payload, memory, out);
  }
  out.readings.reserve(plan_->typical_readings);
  std::optional<Error> fault;
  if (!Run{*plan_, payload, memory, out, trace}.all(fault)) {
    out.clear();
    return *std::move(fault);
  }
  return {};
}

}  // namespace busbar::profile
