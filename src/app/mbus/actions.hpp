// What `busbar mbus` can do; each is one function, chosen by its first word.
#pragma once

#include "app/arguments.hpp"

#include <busbar/client/mbus_types.hpp>

#include <string>
#include <vector>

namespace busbar::app::mbus {

/// A frame explained; opens no link.
int decode(const Arguments& options);

/// The meter an action is about.
struct Meter {
  client::MbusOptions bus;
  client::MeterAddress address;
};
int get_info(const Arguments& options, const Meter& meter);
int read(const Arguments& options, const Meter& meter);
int monitor(const Arguments& options, const Meter& meter);
// These change the meter, and ask before they do.
int set_address(const Arguments& options, const Meter& meter, const std::string& value);
int set_baud(const Arguments& options, const Meter& meter, const std::string& value);
int reset(const Arguments& options, const Meter& meter);

}  // namespace busbar::app::mbus
