// Settings of the Prometheus sinks; filled by the configuration.
#pragma once

#include "sink/http_url.hpp"
#include "sink/tls_options.hpp"

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

struct PushOptions {
  std::string name = "pushgateway";
  HttpUrl url{false, "localhost", 9091, ""};
  std::string job = "busbar";
  std::string instance{};  ///< "" = the host's name
  std::chrono::milliseconds interval{60000};
  std::chrono::milliseconds timeout{10000};  ///< for a whole push
  /// A Pushgateway keeps values for ever: without this, those of a daemon that was stopped, too.
  bool delete_at_exit = true;
  std::string username{};
  std::string password{};  ///< secret
  TlsOptions tls{};
  bool operator==(const PushOptions&) const = default;
};

}  // namespace busbar::sink::prometheus
