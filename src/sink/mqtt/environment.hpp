// What tests of the MQTT sink replace: clock, chance, broker.
#pragma once

#include "async/asio.hpp"
#include "sink/mqtt/connection.hpp"
#include "sink/mqtt/session.hpp"

#include <functional>
#include <memory>

namespace busbar::sink::mqtt {

/// What is empty is the real thing.
struct Environment {
  std::function<Steady()> now;
  Session::Random random;
  std::function<std::unique_ptr<Connection>(const Options&, ConnectionEvents&)> connect;
};

[[nodiscard]] Environment completed(Environment environment, asio::any_io_executor executor);

}  // namespace busbar::sink::mqtt
