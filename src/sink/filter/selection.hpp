// Which readings pass: patterns over DEVICE.KEY. Pure.
#pragma once

#include "sink/filter/options.hpp"
#include "sink/sink.hpp"

#include <optional>
#include <string_view>

namespace busbar::sink::filter {

/// "pack*.cell_*_voltage": '*' is any text, '?' any character. Without a dot it is the key of any device.
[[nodiscard]] bool fits(std::string_view pattern, std::string_view device, std::string_view key) noexcept;

/// Included, and not excluded.
[[nodiscard]] bool passes(const Options& options, std::string_view device, std::string_view key) noexcept;

/// The description without what does not pass; nullopt when nothing is left of the device.
[[nodiscard]] std::optional<DeviceDescription> selected(const Options& options,
                                                        const DeviceDescription& device);
/// Makes `left` the report without what does not pass, over what it was; false when no reading is left.
[[nodiscard]] bool select(const Options& options, const Report& report, Report& left);

}  // namespace busbar::sink::filter
