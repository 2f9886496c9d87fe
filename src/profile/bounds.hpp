// What only the device at hand can say about the values it takes: ranges that go by the voltage of its
// battery, or a list of its own. The profile's range holds for all devices of a family, and is wider. Pure.
#pragma once

#include <busbar/model/report.hpp>

#include <optional>
#include <string>
#include <vector>

namespace busbar::profile {

struct Bounds {
  struct Range {
    double of = 0;  ///< what the reading says where this range holds; a tenth more or less is the same
    double min = 0;
    double max = 0;
    double step = 1;
  };
  std::string reading{};  ///< key of the reading that tells
  std::string query{};    ///< the query that brings it
  /// Empty: the reading is a text that lists the values, "002 010 020 030".
  std::vector<Range> ranges{};

  /// Why a device that says this does not take `number`; nothing when it does. A list that names no number
  /// refuses nothing.
  [[nodiscard]] std::optional<std::string> refusal(double number, const Value& said) const;
};

}  // namespace busbar::profile
