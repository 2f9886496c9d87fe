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

// Each gives false after filling `fault`. (A bool, because an optional error takes longer to return than most
// fields take to decode.)
/// Length bounds and constant bytes.
[[nodiscard]] bool check_shape(const Plan& plan, ByteView payload, std::optional<Error>& fault);
/// The bytes behind the last field, where the profile says how many there must be.
[[nodiscard]] bool check_end(const Plan& plan, ByteView payload, std::size_t end,
                             std::optional<Error>& fault);
/// Cuts a payload without offsets into its slots.
[[nodiscard]] bool check_slots(const Plan& plan, ByteView payload, Slots& slots, std::optional<Error>& fault);
/// Fills `extent`; what the payload cannot hold is a fault. `values` are the value registers.
[[nodiscard]] bool measure(const Plan& plan, const Step& step, ByteView payload, std::size_t start,
                           std::span<const std::int64_t> values, Extent& extent, std::optional<Error>& fault);

/// Whether the count is one of those the step expects.
[[nodiscard]] bool count_expected(const Plan& plan, const Step& step, std::size_t count,
                                  std::span<const std::int64_t> values) noexcept;
/// "cell_voltage: 16 carried, 15 declared"
[[nodiscard]] std::string count_anomaly(const Plan& plan, const Step& step, std::size_t count,
                                        std::span<const std::int64_t> values);

}  // namespace busbar::profile
