// Where one decoding puts its readings and drops, and tells the trace, if there is one.
#pragma once

#include "profile/decoder.hpp"
#include "profile/plan.hpp"
#include "profile/trace.hpp"

#include <busbar/model/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace busbar::profile {

/// One element of a step where it lies in the payload.
struct Item {
  const Step& step;
  const Bit* bit = nullptr;
  std::uint32_t index = 0;
  std::size_t offset = 0;
  ByteView bytes{};
  std::uint64_t raw = 0;
};

class Output {
 public:
  Output(Decoded& out, Trace* trace) noexcept : out_{out}, trace_{trace} {
    out.drops.clear();
    out.anomalies.clear();
  }

  [[nodiscard]] bool traced() const noexcept { return trace_ != nullptr; }

  /// Writes over the readings of the decoding before: in the same place stands mostly a value of the same
  /// type, and a text that has room for this one.
  template <class T>
  void put(const Quantity& quantity, const T& value) {
    if (written_ == out_.readings.size()) {
      out_.readings.emplace_back();
    }
    Reading& reading = out_.readings[written_++];
    reading.quantity = &quantity;
    auto* const text = std::get_if<std::string>(&reading.value);
    if constexpr (!std::is_convertible_v<T, std::string_view>)
      reading.value = value;
    else if (text != nullptr)
      text->assign(value);
    else
      reading.value.template emplace<std::string>(value);
  }

  template <class T>
  void push(const Item& item, const Quantity& quantity, const T& value) {
    put(quantity, value);
    if (traced()) [[unlikely]] {
      note(item, Seen::Outcome::reading, &quantity);
    }
  }

  /// Room for `count` numbers, to be written in place. commit() says how many were.
  [[nodiscard]] Reading* room(std::size_t count) {
    if (out_.readings.size() < written_ + count) {
      out_.readings.resize(written_ + count);
    }
    return out_.readings.data() + written_;
  }
  void commit(std::size_t count) noexcept { written_ += count; }

  void drop(const Quantity& quantity, std::string reason) {
    out_.drops.push_back({&quantity, std::move(reason)});
  }
  void drop(const Item& item, const Quantity& quantity, std::string reason) {
    drop(quantity, std::move(reason));
    note(item, Seen::Outcome::dropped, &quantity);
  }
  void anomaly(std::string text) { out_.anomalies.push_back(std::move(text)); }

  void note(const Item& item, Seen::Outcome outcome, const Quantity* quantity = nullptr) {
    if (trace_ != nullptr) {
      const Reading* const reading =
          outcome == Seen::Outcome::reading ? &out_.readings[written_ - 1] : nullptr;
      trace_->seen(
          {&item.step, item.bit, item.index, item.offset, item.bytes, item.raw, outcome, quantity, reading});
    }
  }

  /// Takes away what the decoding before left behind.
  void finish() { out_.readings.resize(written_); }

 private:
  Decoded& out_;
  Trace* trace_;
  std::size_t written_ = 0;
};

}  // namespace busbar::profile
