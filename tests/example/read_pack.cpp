// Reads one pack and prints what it says: read_pack tcp://127.0.0.1:4001
#include <busbar/client/client.hpp>

#include <iostream>

int main(int argc, char** argv) {
  busbar::client::Client client{argc > 1 ? argv[1] : "tcp://127.0.0.1:4001", "orion1000"};
  for (const auto* query : {"voltages", "status", "capacity"}) {
    const auto report = client.read(/*address=*/1, query);
    if (!report) {
      std::cerr << query << ": " << to_string(report.error()) << "\n";
      return 1;
    }
    for (const auto& reading : report->readings)
      std::cout << reading.quantity->name << ": " << format_value(*reading.quantity, reading.value) << " "
                << reading.quantity->unit << "\n";
  }
}
