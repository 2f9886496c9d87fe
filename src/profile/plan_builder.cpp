// Steps of a plan from the fields of a file.
#include "profile/plan_builder.hpp"

#include <algorithm>
#include <utility>

namespace busbar::profile {
namespace {
constexpr std::size_t max_quantities = 4096;  // a file of a few lines must not fill the memory
}

PlanBuilder::PlanBuilder(std::string file, Shape shape, KeyPlaces& keys, yaml::Findings& findings)
    : file_{std::move(file)}, keys_{&keys}, findings_{&findings}, plan_{std::make_unique<Plan>()} {
  plan_->min_length = shape.min_length;
  plan_->max_length = shape.max_length;
  plan_->trailing = shape.trailing;
  plan_->constants = std::move(shape.constants);
  plan_->slots = std::move(shape.slots);
  for (const Constant& constant : plan_->constants) {
    plan_->min_length = std::max(plan_->min_length, std::size_t{constant.offset} + 1);
  }
}

/// All names first: whoever refers to a later field is told that, rather than that there is no such field.
void PlanBuilder::add(const std::vector<FieldSpec>& fields) {
  for (const FieldSpec& field : fields) {
    coming_.push_back(field.label());
    for (const BitSpec& bit : field.bits) {
      coming_.push_back(bit.quantity.key);
    }
  }
  for (const FieldSpec& field : fields) {
    add(field);
  }
}

/// One field of the file becomes one step; one that stands elsewhere in longer answers, a step for each
/// place.
void PlanBuilder::add(const FieldSpec& field) {
  Step step{.type = field.type,
            .notation = field.notation,
            .width = static_cast<std::uint8_t>(field.width),
            .little = field.little,
            .is_signed = field.is_signed,
            .is_real = field.is_real,
            .optional = field.optional,
            .internal = field.internal,
            .counter = field.quantity.kind == Kind::counter,
            .text_length = field.text_length,
            .text_size = field.text_size,
            .least_text = field.least_text,
            .behind = field.behind};
  step.sign_shift =
      static_cast<std::uint8_t>(64 - 8 * field.width * std::max<std::size_t>(field.parts.size(), 1));
  step.label = add_label(field.label());
  const Range range = field.quantity.range.value_or(everything);
  step.min = range.min;
  step.max = range.max;
  step.has_unavailable = field.unavailable.has_value();
  step.has_absent = field.absent.has_value();
  step.absent = field.absent.value_or(0);
  step.unavailable = field.unavailable.value_or(0);
  slot(field, step);
  place(field, step);
  presence(field, step);
  if (!field.positive.name.empty()) {
    step.positive = value_register(field.positive);
    step.negative = field.negative.name.empty() ? no_register : value_register(field.negative);
  }
  step.transforms = {static_cast<std::uint32_t>(plan_->transforms.size()),
                     static_cast<std::uint32_t>(field.transforms.size())};
  plan_->transforms.insert(plan_->transforms.end(), field.transforms.begin(), field.transforms.end());
  step.enumeration = {static_cast<std::uint32_t>(plan_->enumerations.size()),
                      static_cast<std::uint32_t>(field.enumeration.size())};
  plan_->enumerations.insert(plan_->enumerations.end(), field.enumeration.begin(), field.enumeration.end());
  if (field.type == ValueType::flags) {
    bits(field, step);
  } else if (!field.internal) {
    quantities(field, step);
  }
  least_length(step);
  plain(step);
  define(field.label(), {Named::What::step, plan_->steps.size()}, field.place);
  plan_->steps.push_back(step);
  // The same field, where another number of words puts it elsewhere.
  for (std::size_t i = 1; i < field.words.size(); ++i) {
    step.place.slot = static_cast<std::int16_t>(field.words[i].number);
    step.place.of_words = field.words[i].of_words;
    plan_->steps.push_back(step);
  }
}

/// Fields that stand at no offset: checks that the query has their layout, and numbers their slots.
void PlanBuilder::slot(const FieldSpec& field, Step& step) {
  SlotPlan& slots = plan_->slots;
  const bool commas = slots.layout == Layout::commas;
  const Layout wanted = !field.words.empty()       ? (commas ? Layout::commas : Layout::words)
                        : field.tag                ? Layout::tags
                        : field.slot_label.empty() ? Layout::fixed
                                                   : Layout::labels;
  if (wanted != slots.layout) {
    fail(field.place, "the place of this field does not suit the layout of its query",
         "'word' goes with words, 'label' with labels, 'tag' with tags, all other places with fixed");
    return;
  }
  const bool written =
      slots.layout == Layout::words || slots.layout == Layout::commas || slots.layout == Layout::labels;
  if (field.type != ValueType::text && written != (field.notation != Notation::binary)) {
    fail(field.place, "the type of this field does not suit the layout of its query",
         "decimal, hexadecimal, bitstring, onoff and letters are for words and labels, u8 and the like for "
         "others");
    return;
  }
  if (written && (field.repeat || field.positive.name.size() + field.negative.name.size() > 0)) {
    fail(field.place, "a written value can neither be repeated nor take its sign from elsewhere");
  }
  std::size_t index = field.words.empty() ? 0 : field.words.front().number;
  if (wanted == Layout::labels) {
    const auto found = std::find(slots.labels.begin(), slots.labels.end(), field.slot_label);
    index = static_cast<std::size_t>(found - slots.labels.begin());
    if (found == slots.labels.end()) slots.labels.push_back(field.slot_label);
  } else if (wanted == Layout::tags) {
    const auto found = std::find(slots.tags.begin(), slots.tags.end(), *field.tag);
    index = static_cast<std::size_t>(found - slots.tags.begin());
    if (found == slots.tags.end()) slots.tags.push_back(*field.tag);
    const int size = slots.sizes[*field.tag];
    const bool whole = field.type == ValueType::text || field.repeat || size == static_cast<int>(field.width);
    if (size == 0 || !whole) fail(field.place, "'tags' of the query gives this tag another size, or none");
  }
  if (index >= max_slots) {
    fail(field.place, "more than " + std::to_string(max_slots) + " places in one query");
    return;
  }
  if (wanted == Layout::fixed) return;
  step.place.slot = static_cast<std::int16_t>(index);
  step.place.of_words = field.words.empty() ? std::uint16_t{0} : field.words.front().of_words;
  step.place.least_size = field.least_size;
  step.place.most_size = field.most_size;
  step.place.first_character = field.first_character;
  step.place.characters = field.characters;
}

/// At an offset, behind another field, or in words that lie apart.
void PlanBuilder::place(const FieldSpec& field, Step& step) {
  if (field.parts.empty()) {
    step.place.offset = field.at.value_or(field.skip);
    step.place.base = field.after.name.empty() ? no_register : end_register(field.after);
    const auto before = step.place.base == no_register ? names_.end() : names_.find(field.after.name);
    if (before != names_.end() && plan_->steps[before->second.index].optional && !field.optional) {
      fail(field.place, "a field behind an optional one must be optional too", "add optional: true");
    }
    return;
  }
  if (field.optional || field.repeat || !field.when.name.empty()) {
    fail(field.place, "a field of 'parts' can neither be optional nor repeated nor depend on 'when'");
  }
  step.place.part_count = static_cast<std::uint8_t>(std::min(field.parts.size(), max_parts));
  std::copy_n(field.parts.begin(), step.place.part_count, step.place.parts.begin());
  // Its end, for fields after it, is where its last word ends.
  step.place.offset = *std::max_element(field.parts.begin(), field.parts.end()) + field.width;
}

void PlanBuilder::presence(const FieldSpec& field, Step& step) {
  if (!field.when.name.empty()) {
    step.when = value_register(field.when);
  }
  if (field.repeat) {
    repeat(*field.repeat, step);
  }
}

/// Where the number of items comes from, and which declared numbers it is compared with.
void PlanBuilder::repeat(const RepeatSpec& spec, Step& step) {
  step.count.from = spec.from;
  step.count.fixed = spec.fixed;
  step.count.max = spec.max;
  if (spec.from == Count::From::reg) {
    step.count.reg = value_register(spec.count);
  }
  for (std::size_t i = 0; i < std::min(spec.minus.size(), max_minus); ++i) {
    step.count.minus[i] = value_register(spec.minus[i]);
  }
  step.count.expect.first = static_cast<std::uint32_t>(plan_->expected.size());
  for (const Reference& reference : spec.expect) {
    if (const int declared = value_register(reference); declared != no_register) {
      plan_->expected.push_back(declared);
      ++step.count.expect.count;
    }
  }
}

/// One quantity, or one for every item there can be: all exist from the start, because readings point at
/// them.
void PlanBuilder::quantities(const FieldSpec& field, Step& step) {
  const bool always = !field.optional && field.when.name.empty() && step.count.from <= Count::From::fixed &&
                      step.place.slot < 0 && !field.absent;
  step.quantity = static_cast<std::uint32_t>(plan_->quantities.size());
  if (!field.repeat) {
    (void)add_quantity(field.quantity, field.place, always);
    plan_->typical_readings += 1;
    return;
  }
  if (keys_->size() + field.repeat->max > max_quantities) {
    fail(field.place, "more than " + std::to_string(max_quantities) + " readings in one profile");
    return;
  }
  constexpr std::size_t typical_repeat = 16;
  plan_->typical_readings += std::min<std::size_t>(field.repeat->max, typical_repeat);
  for (unsigned index = 1; index <= field.repeat->max; ++index) {
    Quantity quantity = field.quantity;
    quantity.key = with_index(field.quantity.key, index).value_or("");
    quantity.name = with_index(field.quantity.name, index).value_or(quantity.key);
    quantity.family = field.repeat->family;
    quantity.index_label = field.repeat->label;
    quantity.index = static_cast<int>(index);
    (void)add_quantity(quantity, field.place, always);
  }
}

/// Every bit is a flag of its own, which other fields may refer to by its key.
void PlanBuilder::bits(const FieldSpec& field, Step& step) {
  const bool always = !field.optional && field.when.name.empty() && step.place.slot < 0;
  step.bits.first = static_cast<std::uint32_t>(plan_->bits.size());
  for (const BitSpec& spec : field.bits) {
    Bit bit{.mask = std::uint64_t{1} << spec.bit,
            .inverted = spec.inverted,
            .label = add_label(spec.quantity.key)};
    if (!spec.internal) {
      bit.quantity = static_cast<std::int32_t>(add_quantity(spec.quantity, spec.place, always));
      plan_->typical_readings += 1;
    }
    define(spec.quantity.key, {Named::What::bit, plan_->bits.size()}, spec.place);
    plan_->bits.push_back(bit);
    ++step.bits.count;
  }
}

/// What is there in every payload need not be looked for later: a shorter payload is refused as a whole.
void PlanBuilder::least_length(const Step& step) {
  if (step.optional || step.when != no_register || step.place.base != no_register ||
      step.count.from > Count::From::fixed || step.type == ValueType::acknowledged || step.place.slot >= 0) {
    return;
  }
  std::size_t size = step.count.from == Count::From::fixed ? step.width * step.count.fixed : step.width;
  if (step.place.part_count > 0) {
    size = 0;
  } else if (step.type == ValueType::text) {
    size = step.text_length == TextLength::fixed      ? step.text_size
           : step.text_length == TextLength::prefixed ? 1
                                                      : 0;
  }
  plan_->min_length = std::max(plan_->min_length, step.place.offset + size);
}

/// At most one transform, and one that the tight loop knows: the result is the same to the last bit.
void PlanBuilder::plain(Step& step) const {
  step.plain = step.type == ValueType::number && step.notation == Notation::binary &&
               step.place.part_count == 0 && !step.internal && !step.counter && !step.has_unavailable &&
               !step.has_absent && step.positive == no_register && !step.is_real &&
               step.enumeration.count == 0 && step.transforms.count <= 1;
  if (!step.plain || step.transforms.count == 0) {
    return;
  }
  const Transform& transform = plan_->transforms[step.transforms.first];
  switch (transform.kind) {
    case Transform::Kind::scale:
      step.scale = transform.a;
      break;
    case Transform::Kind::divide:
      step.divisor = transform.a;
      break;
    case Transform::Kind::minus:
      step.offset = -transform.a;
      break;
    case Transform::Kind::offset:
      step.offset = transform.a;
      break;
    default:
      step.plain = false;
  }
}

/// Derived values come after the fields they are made of, in the order of the file.
void PlanBuilder::add(const std::vector<DerivedSpec>& derived) {
  for (const DerivedSpec& spec : derived) {
    Derived value{.operation = spec.operation};
    value.operands.first = static_cast<std::uint32_t>(plan_->operands.size());
    bool guaranteed = true;
    for (const Reference& reference : spec.operands) {
      const int source = aggregate(reference, spec.operation, guaranteed);
      if (source != no_register) {
        plan_->operands.push_back(source);
        ++value.operands.count;
      }
    }
    value.quantity = add_quantity(spec.quantity, spec.place, guaranteed);
    plan_->typical_readings += 1;
    plan_->derived.push_back(value);
  }
}

/// The one reading of a write: that it was acknowledged.
void PlanBuilder::add_acknowledgement() {
  Quantity quantity;
  quantity.key = "acknowledged";
  quantity.name = "Acknowledged";
  quantity.kind = Kind::flag;
  quantity.category = Category::diagnostic;
  quantity.enabled_by_default = false;
  Step step{.type = ValueType::acknowledged, .label = add_label(quantity.key)};
  step.quantity = static_cast<std::uint32_t>(plan_->quantities.size());
  // All writes of a profile have it in common, so it is not looked for among the keys in use.
  plan_->quantities.push_back(std::move(quantity));
  plan_->guaranteed.push_back(true);
  plan_->steps.push_back(step);
}

void PlanBuilder::add_describer(std::unique_ptr<protocol::Codec> codec) {
  plan_->describer = std::make_unique<Describer>(std::move(codec));
}

std::unique_ptr<const Plan> PlanBuilder::finish() {
  for (std::size_t i = 1; i < plan_->steps.size(); ++i) {
    // What was referred to is the first of the places a field may stand in.
    const Step& before = plan_->steps[i - 1];
    Step& step = plan_->steps[i];
    if (step.place.of_words == 0 || step.label != before.label) continue;
    step.value = before.value;
    step.end = before.end;
    step.aggregate = before.aggregate;
  }
  for (const Quantity& quantity : plan_->quantities) {
    plan_->announced.push_back(&quantity);
  }
  return std::move(plan_);
}

}  // namespace busbar::profile
