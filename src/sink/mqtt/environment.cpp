// The real clock, the real chance, the real broker.
#include "sink/mqtt/environment.hpp"

#include "sink/mqtt/paho_connection.hpp"

#include <random>
#include <utility>

namespace busbar::sink::mqtt {

Environment completed(Environment environment, asio::any_io_executor executor) {
  if (!environment.now) environment.now = [] { return std::chrono::steady_clock::now(); };
  if (!environment.random) {
    environment.random = [engine = std::minstd_rand{std::random_device{}()}]() mutable {
      return std::uniform_real_distribution<double>{}(engine);
    };
  }
  if (!environment.connect) {
    environment.connect = [executor = std::move(executor)](const Options& options, ConnectionEvents& events) {
      return make_paho_connection(executor, options, events);
    };
  }
  return environment;
}

}  // namespace busbar::sink::mqtt
