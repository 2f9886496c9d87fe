// Counts what is allocated on the heap, by replacing operator new and aligned_alloc of the whole program.
#pragma once

#include <cstddef>

namespace busbar::test {

/// Calls of either since the start of the program, in all threads.
[[nodiscard]] std::size_t allocations() noexcept;

}  // namespace busbar::test
