// How many elements a step has in a payload and how many bytes they take; every refusal of a payload as a
// whole.
#pragma once

#include "profile/plan.hpp"

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace busbar::profile {

struct Extent {
  std::size_t count = 0;
  std::size_t size = 0;
  bool beyond_end = false;  ///< optional and not in this payload
};

/// Length bounds and constant bytes. The error carries the payload.
[[nodiscard]] std::optional<Error> check_shape(const Plan& plan, ByteView payload);
/// The bytes behind the last field, where the profile says how many there must be.
[[nodiscard]] std::optional<Error> check_end(const Plan& plan, ByteView payload, std::size_t end);

/// Fills `extent`; what the payload cannot hold is an error. `values` are the value registers.
[[nodiscard]] std::optional<Error> measure(const Plan& plan, const Step& step, ByteView payload,
                                           std::size_t start, std::span<const std::int64_t> values,
                                           Extent& extent);

/// "cell_voltage: 16 carried, 15 declared" when the count is none of those the step expects; "" otherwise.
[[nodiscard]] std::string count_anomaly(const Plan& plan, const Step& step, std::size_t count,
                                        std::span<const std::int64_t> values);

}  // namespace busbar::profile
