// Sizes of fields and refusals of payloads.
#include "profile/extent.hpp"

#include <algorithm>
#include <array>

namespace busbar::profile {
namespace {

std::string number(std::size_t value) { return std::to_string(value); }

/// Bytes of a text: as the profile says, as its first byte says, or all that is left.
std::size_t text_size(const Step& step, ByteView payload, std::size_t start, std::size_t left) noexcept {
  switch (step.text_length) {
    case TextLength::fixed:
      return step.text_size;
    case TextLength::prefixed:
      return left == 0 ? 1 : std::size_t{1} + payload[start];
    case TextLength::rest:
    case TextLength::counted:
      break;
  }
  return left;
}

/// Below this an optional field has been left out rather than cut off.
std::size_t least_size(const Step& step) noexcept {
  if (step.type == ValueType::text) {
    return step.text_length == TextLength::fixed ? step.text_size : 1;
  }
  return step.width * (step.count.from == Count::From::fixed ? std::size_t{step.count.fixed} : 1);
}

/// What the payload says, less one for each flag that takes an item away. Below zero: they contradict each
/// other.
std::int64_t declared_items(const Count& count, std::span<const std::int64_t> values) noexcept {
  std::int64_t items = values[static_cast<std::size_t>(count.reg)];
  for (const int minus : count.minus) {
    items -= minus >= 0 && values[static_cast<std::size_t>(minus)] != 0 ? 1 : 0;
  }
  return items;
}

/// How many items stand there; refused when the payload's own numbers do not add up.
bool count_items(const Plan& plan, const Step& step, ByteView payload, std::size_t left,
                 std::span<const std::int64_t> values, Extent& extent, std::optional<Error>& fault) {
  switch (step.count.from) {
    case Count::From::one:
      break;
    case Count::From::fixed:
      extent.count = step.count.fixed;
      break;
    case Count::From::reg: {
      const std::int64_t items = declared_items(step.count, values);
      if (items < 0) {
        fault.emplace(Errc::bad_value,
                      plan.labels[step.label] + " would have " + std::to_string(items) +
                          " elements: its count and the flags contradict each other",
                      payload);
        return false;
      }
      extent.count = static_cast<std::size_t>(items);
      break;
    }
    case Count::From::rest: {
      const std::size_t rest = left - std::min(left, static_cast<std::size_t>(std::max(plan.trailing, 0)));
      extent.count = rest / step.width;
      if (extent.count * step.width != rest) {
        fault.emplace(Errc::bad_length,
                      number(rest) + " bytes are left for " + plan.labels[step.label] + ", no multiple of " +
                          number(step.width),
                      payload);
        return false;
      }
    }
  }
  if (extent.count > step.count.max) {
    fault.emplace(Errc::bad_length,
                  number(extent.count) + " elements of " + plan.labels[step.label] + ", at most " +
                      number(step.count.max) + " expected",
                  payload);
    return false;
  }
  return true;
}

}  // namespace

bool check_slots(const Plan& plan, ByteView payload, Slots& slots, std::optional<Error>& fault) {
  if (!cut(plan.slots, payload, slots)) {
    fault.emplace(Errc::bad_value, "the payload is not made of the words, lines or tags that are expected",
                  payload);
    return false;
  }
  const bool counted = plan.slots.layout == Layout::words || plan.slots.layout == Layout::commas;
  if (counted && (slots.words < plan.min_length || (plan.max_length != 0 && slots.words > plan.max_length))) {
    fault.emplace(Errc::bad_length,
                  number(slots.words) + " words, " + number(plan.min_length) + " to " +
                      number(plan.max_length) + " expected",
                  payload);
    return false;
  }
  return true;
}

bool check_shape(const Plan& plan, ByteView payload, std::optional<Error>& fault) {
  if (plan.slots.layout == Layout::words || plan.slots.layout == Layout::commas) {
    return true;  // its length counts words, see check_slots()
  }
  if (payload.size() < plan.min_length) {
    fault.emplace(
        Errc::short_payload,
        "payload of " + number(payload.size()) + " bytes, at least " + number(plan.min_length) + " expected",
        payload);
    return false;
  }
  if (plan.max_length != 0 && payload.size() > plan.max_length) {
    fault.emplace(
        Errc::bad_length,
        "payload of " + number(payload.size()) + " bytes, at most " + number(plan.max_length) + " expected",
        payload);
    return false;
  }
  for (const Constant& constant : plan.constants) {  // the loader made min_length cover them
    if (payload[constant.offset] != constant.value) {
      fault.emplace(Errc::bad_constant,
                    "byte at offset " + number(constant.offset) + " is " +
                        to_hex(payload.subspan(constant.offset, 1)) + ", in this layout it is always " +
                        to_hex({&constant.value, 1}),
                    payload);
      return false;
    }
  }
  return true;
}

bool check_end(const Plan& plan, ByteView payload, std::size_t end, std::optional<Error>& fault) {
  if (plan.trailing < 0 || end + static_cast<std::size_t>(plan.trailing) == payload.size()) {
    return true;
  }
  fault.emplace(Errc::bad_length,
                "the fields end at offset " + number(end) + " and " + std::to_string(plan.trailing) +
                    " bytes must follow, but the payload has " + number(payload.size()) + " bytes",
                payload);
  return false;
}

bool measure(const Plan& plan, const Step& step, ByteView payload, std::size_t start,
             std::span<const std::int64_t> values, Extent& extent, std::optional<Error>& fault) {
  const std::size_t left = start < payload.size() ? payload.size() - start : 0;
  if (step.optional && least_size(step) > left) {
    extent.beyond_end = true;
    return true;
  }
  extent.count = 1;
  if (step.place.part_count > 0 || step.type == ValueType::acknowledged) {
    return true;  // no bytes, or covered by min_length
  }
  if (step.notation != Notation::binary) {
    extent.size = left;
    return true;
  }
  if (step.type == ValueType::text) {
    extent.size = text_size(step, payload, start, left);
  } else {
    if (step.count.from != Count::From::one &&
        !count_items(plan, step, payload, left, values, extent, fault)) {
      return false;
    }
    extent.size = extent.count * step.width;
  }
  if (extent.size > left) {
    fault.emplace(Errc::short_payload,
                  plan.labels[step.label] + " needs " + number(extent.size) + " bytes at offset " +
                      number(start) + ", the payload has " + number(payload.size()) + " bytes",
                  payload);
    return false;
  }
  return true;
}

bool count_expected(const Plan& plan, const Step& step, std::size_t count,
                    std::span<const std::int64_t> values) noexcept {
  const auto first = plan.expected.begin() + step.count.expect.first;
  return std::any_of(first, first + step.count.expect.count, [&](int reg) {
    return values[static_cast<std::size_t>(reg)] == static_cast<std::int64_t>(count);
  });
}

std::string count_anomaly(const Plan& plan, const Step& step, std::size_t count,
                          std::span<const std::int64_t> values) {
  const auto declared = static_cast<std::size_t>(plan.expected[step.count.expect.first]);
  return plan.labels[step.label] + ": " + number(count) + " carried, " + std::to_string(values[declared]) +
         " declared";
}

}  // namespace busbar::profile
