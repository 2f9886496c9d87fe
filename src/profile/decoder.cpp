// Payload → readings: one flat pass over the plan. No YAML, no look-up by name, no allocation beyond the
// result.
#include "profile/decoder.hpp"

#include "profile/derived.hpp"
#include "profile/extent.hpp"
#include "profile/output.hpp"
#include "profile/plan.hpp"
#include "profile/word.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace busbar::profile {
namespace {

[[gnu::cold, gnu::noinline]] std::string out_of_range(const Quantity& quantity, double value, double min,
                                                      double max) {
  return number_text(value) + (quantity.unit.empty() ? "" : " ") + quantity.unit + " is outside " +
         number_text(min) + "…" + number_text(max);
}

class Run {
 public:
  Run(const Plan& plan, ByteView payload, CounterMemory& memory, Decoded& out, Trace* trace) noexcept
      : plan_{plan}, payload_{payload}, memory_{memory}, out_{out, trace} {
    std::fill_n(values_.begin(), plan.value_registers, 0);
    std::fill_n(ends_.begin(), plan.end_registers, std::size_t{0});
    std::fill_n(aggregates_.begin(), plan.aggregates, empty_aggregate);
  }

  /// False: `fault` says why, and nothing of what is in the result counts.
  [[nodiscard]] bool all(std::optional<Error>& fault) {
    if (!check_shape(plan_, payload_, fault)) {
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

 private:
  [[nodiscard]] bool flag(int reg) const { return values_[static_cast<std::size_t>(reg)] != 0; }

  [[nodiscard]] bool run(const Step& step, std::optional<Error>& fault) {
    const std::size_t start =
        step.place.offset + (step.place.base < 0 ? 0 : ends_[static_cast<std::size_t>(step.place.base)]);
    Extent extent;
    if ((step.when < 0 || flag(step.when)) &&
        !measure(plan_, step, payload_, start, values_, extent, fault)) {
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

  void numbers(const Step& step, std::size_t start, std::size_t count) {
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

  /// The same as number() for a step without peculiarities: a frame of cells is mostly this.
  void plain(const Step& step, std::size_t start, std::size_t count, Aggregate& all) {
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

  void number(const Step& step, std::uint32_t index, std::size_t offset, Aggregate& all) {
    Item item{
        .step = step, .index = index, .offset = step.place.part_count > 0 ? step.place.parts[0] : offset};
    item.bytes = payload_.subspan(item.offset, step.width);
    item.raw = load_word(item.bytes.data(), step.width, step.little);
    for (std::size_t i = 1; i < step.place.part_count; ++i) {
      item.raw =
          item.raw << 8U * step.width | load_word(&payload_[step.place.parts[i]], step.width, step.little);
    }
    const std::int64_t whole = with_sign_bit(step, item.raw);
    if (step.value >= 0) {
      values_[static_cast<std::size_t>(step.value)] = whole;
    }
    if (step.internal) {
      return out_.note(item, Seen::Outcome::internal);
    }
    const Quantity& quantity = plan_.quantities[step.quantity + index];
    if (step.has_unavailable && item.raw == step.unavailable) {
      return out_.push(item, quantity, std::monostate{});
    }
    double value = static_cast<double>(whole);
    for (std::uint32_t i = 0; i < step.transforms.count; ++i) {
      value = apply(plan_.transforms[step.transforms.first + i], value);
    }
    if (step.negative >= 0) {
      value = directed(step, value);
    }
    if (!(value >= step.min && value <= step.max)) {  // NaN fits no range
      out_.drop(item, quantity, out_of_range(quantity, value, step.min, step.max));
    } else if (step.enumeration.count > 0) {
      named(item, quantity, static_cast<std::int64_t>(value));
    } else if (step.counter && !memory_.accept(quantity.key, value)) {
      out_.drop(item, quantity,
                number_text(value) + " is below the counter's last value, kept back until it repeats");
    } else {
      all.add(value);
      out_.push(item, quantity, value);
    }
  }

  [[nodiscard]] double directed(const Step& step, double value) {
    const bool negative = flag(step.negative);
    if (negative && flag(step.positive)) {
      out_.anomaly(plan_.labels[step.label] + ": both direction flags are set, taken as negative");
    }
    return negative && value != 0 ? -value : value;  // there is no negative zero
  }

  void named(const Item& item, const Quantity& quantity, std::int64_t code) {
    const auto first = plan_.enumerations.begin() + item.step.enumeration.first;
    const auto last = first + item.step.enumeration.count;
    const auto found = std::find_if(first, last, [&](const EnumEntry& entry) { return entry.code == code; });
    if (found == last) {
      out_.drop(item, quantity, "code " + std::to_string(code) + " has no name in the profile");
    } else {
      out_.push(item, quantity, found->text);
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
        out_.note(item, Seen::Outcome::internal);
      } else {
        out_.push(item, plan_.quantities[static_cast<std::size_t>(bit.quantity)], on);
      }
    }
  }

  void text(const Step& step, std::size_t offset, std::size_t size) {
    const Item item{.step = step, .offset = offset, .bytes = payload_.subspan(offset, size)};
    const ByteView body = step.text_length == TextLength::prefixed ? item.bytes.subspan(1) : item.bytes;
    // Fixed fields are filled up with blanks or zeros.
    const auto last =
        std::find_if(body.rbegin(), body.rend(), [](auto byte) { return byte != 0 && byte != ' '; });
    const auto odd =
        std::find_if(body.begin(), last.base(), [](auto byte) { return byte < 0x20 || byte > 0x7E; });
    if (step.internal) {
      out_.note(item, Seen::Outcome::internal);
    } else if (const Quantity& quantity = plan_.quantities[step.quantity]; odd != last.base()) {
      out_.drop(item, quantity, "byte " + to_hex({&*odd, 1}) + " is no printable ASCII character");
    } else {
      out_.push(item, quantity, std::string{body.begin(), last.base()});
    }
  }

  void publish(const Derived& derived) {
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

  const Plan& plan_;
  ByteView payload_;
  CounterMemory& memory_;
  Output out_;
  std::size_t last_end_ = 0;
  std::array<std::int64_t, max_registers> values_;  // as many as the plan has are set
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
  std::optional<Error> fault;
  if (!Run{*plan_, payload, memory, out, trace}.all(fault)) {
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
