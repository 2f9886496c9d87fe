// Finds the meters of an M-Bus and prints what they say: read_meters tcp://127.0.0.1:10001
#include <busbar/client/mbus.hpp>

#include <iostream>

int main(int argc, char** argv) {
  busbar::client::Mbus bus{argc > 1 ? argv[1] : "tcp://127.0.0.1:10001"};
  const auto found = bus.discover({.from = 1, .to = 4});
  if (!found) {
    std::cerr << to_string(found.error()) << "\n";
    return 1;
  }
  for (const auto& meter : found->meters) {
    const auto data = bus.read_data(meter.asked);
    if (!data) continue;
    for (const auto& [quantity, value] : data->readings().items)
      std::cout << quantity.name << ": " << format_value(quantity, value) << " " << quantity.unit << "\n";
  }
}
