// What a simulated Orion pack can say at all, so that a test can tell a right value from a wrong one that
// only looks like one.
#pragma once

#include <string>
#include <string_view>

namespace busbar::test {

/// `report` is one line of the jsonl output. Empty when the simulated pack with this address and number of
/// cells can have said exactly that; otherwise what it can not have said.
[[nodiscard]] std::string impossible(std::string_view report, unsigned address, unsigned cells);

}  // namespace busbar::test
