// The latest readings under http://…/metrics for a Prometheus server, and /healthz for whoever watches the
// daemon.
#pragma once

#include "sink/prometheus/options.hpp"
#include "sink/sink.hpp"

#include <cstdint>
#include <memory>

namespace busbar::sink::prometheus {

class HttpSink : public Sink {
 public:
  /// The port listened on, also when 0 was asked for; 0 while not listening.
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

/// HTTP/1.1 without TLS or authentication: on loopback unless the site says otherwise. An address that cannot
/// be listened on is counted, logged once and tried again with backoff; connections beyond the limit get 503.
[[nodiscard]] std::unique_ptr<HttpSink> make_http_sink(asio::any_io_executor executor, HttpOptions options,
                                                       HealthSource health);

}  // namespace busbar::sink::prometheus
