// Settings of the InfluxDB sink; filled by the configuration.
#pragma once

#include "sink/http_url.hpp"
#include "sink/tls_options.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace busbar::sink::influx {

struct Options {
  std::string name = "influx";
  HttpUrl url{false, "localhost", 8086, ""};
  std::string database{};          ///< version 1: /write
  std::string retention_policy{};  ///< version 1; "" = the database's default
  std::string username{};          ///< version 1
  std::string password{};          ///< secret
  std::string bucket{};            ///< version 2: /api/v2/write; either this or `database`
  std::string org{};               ///< version 2
  std::string token{};             ///< version 2; secret
  std::string measurement = "busbar";
  std::map<std::string, std::string> tags{};  ///< of every point, beside `device`
  std::chrono::milliseconds interval{10000};  ///< points wait at most so long
  std::chrono::milliseconds timeout{10000};   ///< for a whole request
  std::size_t batch = 5000;                   ///< points in one request at most
  std::size_t max_queue = 100000;             ///< points
  std::size_t max_queue_bytes = 16 * 1024 * 1024;
  TlsOptions tls{};
  bool operator==(const Options&) const = default;
};

}  // namespace busbar::sink::influx
