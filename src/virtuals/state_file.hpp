// The file that keeps counters of energy between two runs. Whole or not there: written beside its place,
// synced, and renamed into it.
#pragma once

#include "virtuals/engine.hpp"

#include <busbar/model/error.hpp>

#include <filesystem>
#include <string>

namespace busbar::virtuals {

/// No file is no error: counters then begin at zero. io_error when it cannot be read, bad_value when it is
/// damaged: not JSON, another version, a negative or infinite counter, more than 1 MiB.
[[nodiscard]] Result<Counters> load_counters(const std::filesystem::path& file);
/// io_error says which call failed on which file, and why. Blocks until the disk has it.
[[nodiscard]] Result<void> save_counters(const std::filesystem::path& file, const Counters& counters);

}  // namespace busbar::virtuals
