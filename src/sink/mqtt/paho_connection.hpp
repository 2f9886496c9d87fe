// The broker connection made with Paho MQTT C++. The only user of that library is paho_connection.cpp.
#pragma once

#include "async/asio.hpp"
#include "sink/mqtt/connection.hpp"

#include <memory>

namespace busbar::sink::mqtt {

/// Events are posted to `executor`; none arrives after the connection object is destroyed. The destructor
/// waits at most a second for the library, then leaves it behind.
[[nodiscard]] std::unique_ptr<Connection> make_paho_connection(asio::any_io_executor executor,
                                                               const Options& options,
                                                               ConnectionEvents& events);

}  // namespace busbar::sink::mqtt
