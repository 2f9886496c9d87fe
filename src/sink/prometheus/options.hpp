// Settings of the two Prometheus sinks; filled by the configuration.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace busbar::sink::prometheus {

struct TextfileOptions {
  std::string name = "textfile";
  std::string path;  ///< …/busbar.prom
  unsigned mode = 0644;
  unsigned backups = 0;  ///< path.1 … path.N, newest first
  /// Rewritten so often, also when nothing changed: mtime means alive.
  std::chrono::milliseconds interval{10000};
  bool operator==(const TextfileOptions&) const = default;
};

struct HttpOptions {
  std::string name = "http";
  std::string address = "127.0.0.1";
  std::uint16_t port = 9878;
  std::size_t max_connections = 64;
  std::chrono::milliseconds timeout{10000};  ///< for a whole request, and for an idle connection
  bool operator==(const HttpOptions&) const = default;
};

}  // namespace busbar::sink::prometheus
