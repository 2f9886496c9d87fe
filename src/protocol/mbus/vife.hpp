// What the extensions behind a VIF do to the value in front of them.
#pragma once

#include "protocol/mbus/numbers.hpp"

#include <busbar/protocol/mbus/record.hpp>

namespace busbar::protocol::mbus {

/// Applies one modifier: scaling, type of the data, role and unit of the record. What has no effect on the
/// value is only a name.
void apply(Modifier modifier, Record& record, Coding& coding, Scaling& scaling) noexcept;

}  // namespace busbar::protocol::mbus
