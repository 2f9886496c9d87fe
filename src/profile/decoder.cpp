// Payload → readings: one flat pass over the plan. No YAML, no look-up by name, no allocation beyond the
// result.
#include "profile/decoder.hpp"

#include "profile/derived.hpp"
#include "profile/extent.hpp"
#include "profile/plan.hpp"
#include "profile/trace.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace busbar::profile {
namespace {

std::uint64_t load_word(const std::uint8_t* bytes, std::uint32_t width, bool little) noexcept {
  std::uint64_t value = 0;
  for (std::uint32_t i = 0; i < width; ++i) {
    value = value << 8U | bytes[little ? width - 1 - i : i];
  }
  return value;
}

/// One element of a step where it lies in the payload.
struct Item {
  const Step& step;
  const Bit* bit = nullptr;
  std::uint32_t index = 0;
  std::size_t offset = 0;
  ByteView bytes{};
  std::uint64_t raw = 0;
};

class Run {
 public:
  Run(const Plan& plan, ByteView payload, CounterMemory& memory, Decoded& out, Trace* trace) noexcept
      : plan_{plan}, payload_{payload}, memory_{memory}, out_{out}, trace_{trace} {
    std::fill_n(values_.begin(), plan.value_registers, 0);
    std::fill_n(ends_.begin(), plan.end_registers, std::size_t{0});
  }

  [[nodiscard]] std::optional<Error> all() {
    if (auto fault = check_shape(plan_, payload_)) {
      return fault;
    }
    for (const Step& step : plan_.steps) {
      if (auto fault = run(step)) {
        return fault;
      }
    }
    if (auto fault = check_end(plan_, payload_, last_end_)) {
      return fault;
    }
    for (const Derived& derived : plan_.derived) {
      publish(derived);
    }
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool flag(int reg) const { return values_[static_cast<std::size_t>(reg)] != 0; }
  [[nodiscard]] Aggregate& aggregate(const Step& step) {
    return aggregates_[static_cast<std::size_t>(step.aggregate)];
  }

  [[nodiscard]] std::optional<Error> run(const Step& step) {
    const std::size_t start =
        step.place.offset + (step.place.base < 0 ? 0 : ends_[static_cast<std::size_t>(step.place.base)]);
    Extent extent;
    if (step.when < 0 || flag(step.when)) {
      if (auto fault = measure(plan_, step, payload_, start, values_, extent)) {
        return fault;
      }
    }
    if (step.end >= 0) {
      ends_[static_cast<std::size_t>(step.end)] = start + extent.size;
    }
    if (step.count.expect.count > 0) {
      if (auto anomaly = count_anomaly(plan_, step, extent.count, values_); !anomaly.empty()) {
        out_.anomalies.push_back(std::move(anomaly));
      }
    }
    if (extent.count == 0) {
      absent(step, start, extent.beyond_end);
      return std::nullopt;
    }
    last_end_ = std::max(last_end_, start + extent.size);
    if (step.aggregate >= 0) {
      aggregate(step).carried = static_cast<std::uint32_t>(extent.count);
    }
    switch (step.type) {
      case ValueType::number:
        for (std::size_t i = 0; i < extent.count; ++i) {
          number(step, static_cast<std::uint32_t>(i), start + i * step.width);
        }
        break;
      case ValueType::flags:
        flags(step, start);
        break;
      case ValueType::text:
        text(step, start, extent.size);
        break;
      case ValueType::acknowledged:
        push({.step = step}, plan_.quantities[step.quantity], true);
        break;
    }
    return std::nullopt;
  }

  void number(const Step& step, std::uint32_t index, std::size_t offset) {
    const bool parted = step.place.part_count > 0;
    Item item{.step = step, .index = index, .offset = parted ? step.place.parts[0] : offset};
    item.bytes = payload_.subspan(item.offset, step.width);
    item.raw = load_word(item.bytes.data(), step.width, step.little);
    for (std::size_t i = 1; i < step.place.part_count; ++i) {
      item.raw =
          item.raw << 8U * step.width | load_word(&payload_[step.place.parts[i]], step.width, step.little);
    }
    const auto whole = step.is_signed
                           ? static_cast<std::int64_t>(item.raw << step.sign_shift) >> step.sign_shift
                           : static_cast<std::int64_t>(item.raw);
    if (step.value >= 0) {
      values_[static_cast<std::size_t>(step.value)] = whole;
    }
    if (step.internal) {
      note(item, Seen::Outcome::internal);
      return;
    }
    const Quantity& quantity = plan_.quantities[step.quantity + index];
    if (step.has_unavailable && item.raw == step.unavailable) {
      push(item, quantity, std::monostate{});
      return;
    }
    double value = static_cast<double>(whole);
    for (std::uint32_t i = 0; i < step.transforms.count; ++i) {
      value = apply(plan_.transforms[step.transforms.first + i], value);
    }
    if (step.negative >= 0) {
      value = with_sign(step, value);
    }
    if (!(value >= step.min && value <= step.max)) {  // NaN fits no range
      drop(item, quantity,
           number_text(value) + (quantity.unit.empty() ? "" : " ") + quantity.unit + " is outside " +
               number_text(step.min) + "…" + number_text(step.max));
    } else if (step.enumeration.count > 0) {
      named(item, quantity, static_cast<std::int64_t>(value));
    } else if (step.counter && !memory_.accept(quantity.key, value)) {
      drop(item, quantity,
           number_text(value) + " is below the counter's last value, kept back until it repeats");
    } else {
      if (step.aggregate >= 0) {
        aggregate(step).add(value);
      }
      push(item, quantity, value);
    }
  }

  [[nodiscard]] double with_sign(const Step& step, double value) {
    const bool negative = flag(step.negative);
    if (negative && flag(step.positive)) {
      out_.anomalies.push_back(plan_.labels[step.label] +
                               ": both direction flags are set, taken as negative");
    }
    return negative && value != 0 ? -value : value;  // there is no negative zero
  }

  void named(const Item& item, const Quantity& quantity, std::int64_t code) {
    const auto first = plan_.enumerations.begin() + item.step.enumeration.first;
    const auto last = first + item.step.enumeration.count;
    const auto found = std::find_if(first, last, [&](const EnumEntry& entry) { return entry.code == code; });
    if (found == last) {
      drop(item, quantity, "code " + std::to_string(code) + " has no name in the profile");
    } else {
      push(item, quantity, found->text);
    }
  }

  void flags(const Step& step, std::size_t offset) {
    Item item{.step = step, .offset = offset, .bytes = payload_.subspan(offset, step.width)};
    item.raw = load_word(item.bytes.data(), step.width, step.little);
    for (std::uint32_t i = 0; i < step.bits.count; ++i) {
      const Bit& bit = plan_.bits[step.bits.first + i];
      const bool on = (item.raw & bit.mask) != 0;
      item.bit = &bit;
      if (bit.value >= 0) {
        values_[static_cast<std::size_t>(bit.value)] = on ? 1 : 0;
      }
      if (bit.quantity < 0) {
        note(item, Seen::Outcome::internal);
      } else {
        push(item, plan_.quantities[static_cast<std::size_t>(bit.quantity)], on);
      }
    }
  }

  void text(const Step& step, std::size_t offset, std::size_t size) {
    const Quantity& quantity = plan_.quantities[step.quantity];
    const Item item{.step = step, .offset = offset, .bytes = payload_.subspan(offset, size)};
    const ByteView body = step.text_length == TextLength::prefixed ? item.bytes.subspan(1) : item.bytes;
    // Fixed fields are filled up with blanks or zeros.
    const auto last =
        std::find_if(body.rbegin(), body.rend(), [](auto byte) { return byte != 0 && byte != ' '; });
    const auto odd =
        std::find_if(body.begin(), last.base(), [](auto byte) { return byte < 0x20 || byte > 0x7E; });
    if (odd != last.base()) {
      drop(item, quantity, "byte " + to_hex({&*odd, 1}) + " is no printable ASCII character");
    } else {
      push(item, quantity, std::string{body.begin(), last.base()});
    }
  }

  void publish(const Derived& derived) {
    const auto value = derive(plan_, derived, aggregates_);
    const Quantity& quantity = plan_.quantities[derived.quantity];
    if (!value) {
      return;
    }
    const auto range = quantity.range.value_or(everything);
    if (*value >= range.min && *value <= range.max) {
      out_.readings.push_back({&quantity, *value});
    } else {
      out_.drops.push_back({&quantity, number_text(*value) + " is outside " + number_text(range.min) + "…" +
                                           number_text(range.max)});
    }
  }

  template <class T>
  void push(const Item& item, const Quantity& quantity, T&& value) {
    out_.readings.push_back({&quantity, Value{std::forward<T>(value)}});
    note(item, Seen::Outcome::reading, &quantity);
  }

  [[gnu::cold]] void drop(const Item& item, const Quantity& quantity, std::string reason) {
    out_.drops.push_back({&quantity, std::move(reason)});
    note(item, Seen::Outcome::dropped, &quantity);
  }

  void absent(const Step& step, std::size_t offset, bool beyond_end) {
    note({.step = step, .offset = offset},
         beyond_end ? Seen::Outcome::beyond_end : Seen::Outcome::not_present);
  }

  void note(const Item& item, Seen::Outcome outcome, const Quantity* quantity = nullptr) {
    if (trace_ != nullptr) [[unlikely]] {
      trace_->seen({&item.step, item.bit, item.index, item.offset, item.bytes, item.raw, outcome, quantity});
    }
  }

  const Plan& plan_;
  ByteView payload_;
  CounterMemory& memory_;
  Decoded& out_;
  Trace* trace_;
  std::size_t last_end_ = 0;
  std::array<std::int64_t, max_registers> values_;  // as many as the plan has are set to 0
  std::array<std::size_t, max_registers> ends_;
  std::array<Aggregate, max_aggregates> aggregates_;
};

}  // namespace

Decoder::Decoder() : plan_{std::make_unique<const Plan>()} {}
Decoder::Decoder(std::unique_ptr<const Plan> plan) : plan_{std::move(plan)} {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

Result<Decoded> Decoder::decode(ByteView payload, CounterMemory& memory) const {
  Decoded decoded;
  decoded.readings.reserve(plan_->typical_readings);
  if (auto outcome = decode_into(payload, memory, decoded); !outcome) {
    return outcome.error();
  }
  return decoded;
}

Result<void> Decoder::decode_into(ByteView payload, CounterMemory& memory, Decoded& out, Trace* trace) const {
  out.clear();
  if (auto fault = Run{*plan_, payload, memory, out, trace}.all()) {
    out.clear();
    return *std::move(fault);
  }
  return {};
}

const std::vector<const Quantity*>& Decoder::quantities() const noexcept { return plan_->announced; }

bool Decoder::guaranteed(const Quantity& quantity) const noexcept {
  const Quantity* const first = plan_->quantities.data();
  return &quantity >= first && &quantity < first + plan_->quantities.size() &&
         plan_->guaranteed[static_cast<std::size_t>(&quantity - first)];
}

}  // namespace busbar::profile
