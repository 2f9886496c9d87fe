// One decoding: the payload, and what the steps before have found out about it.
#pragma once

#include "profile/decoder.hpp"
#include "profile/derived.hpp"
#include "profile/output.hpp"
#include "profile/plan.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace busbar::profile {

class Run {
 public:
  Run(const Plan& plan, ByteView payload, CounterMemory& memory, Decoded& out, Trace* trace) noexcept
      : plan_{plan}, payload_{payload}, memory_{memory}, out_{out, trace} {
    std::fill_n(values_.begin(), plan.value_registers, 0);
    std::fill_n(ends_.begin(), plan.end_registers, std::size_t{0});
    std::fill_n(aggregates_.begin(), plan.aggregates, empty_aggregate);
  }
  /// False: `fault` says why, and nothing of what is in the result counts.
  [[nodiscard]] bool all(std::optional<Error>& fault);

 private:
  [[nodiscard]] bool flag(int reg) const { return values_[static_cast<std::size_t>(reg)] != 0; }
  [[nodiscard]] bool run(const Step& step, std::optional<Error>& fault);
  void numbers(const Step& step, std::size_t start, std::size_t count);
  /// The same as number() for a step without peculiarities: a frame of cells is mostly this.
  void plain(const Step& step, std::size_t start, std::size_t count, Aggregate& all);
  void number(const Step& step, std::uint32_t index, std::size_t offset, Aggregate& all);
  /// From the number on the wire to the reading.
  void evaluate(const Item& item, std::int64_t whole, double value, Aggregate& all);
  [[nodiscard]] double directed(const Step& step, double value);
  void named(const Item& item, const Quantity& quantity, double code);
  void flags(const Step& step, std::size_t offset);
  /// A written value: a number, or bits of which the text says only some.
  void written(const Step& step, std::size_t offset, std::size_t size);
  void bits(Item& item, std::uint64_t known);
  void text(const Step& step, std::size_t offset, std::size_t size);
  void phrase(const Item& item, const Quantity& quantity, std::string_view text);
  void publish(const Derived& derived);

  const Plan& plan_;
  ByteView payload_;
  CounterMemory& memory_;
  Output out_;
  std::optional<Slots> slots_;
  std::size_t last_end_ = 0;
  std::array<std::int64_t, max_registers> values_;  // as many as the plan has are set
  std::array<std::size_t, max_registers> ends_;
  std::array<Aggregate, max_aggregates> aggregates_;
};

}  // namespace busbar::profile
