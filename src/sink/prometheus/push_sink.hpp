// The latest readings pushed to a Pushgateway, for a Prometheus server that cannot reach this machine.
#pragma once

#include "sink/prometheus/options.hpp"
#include "sink/sink.hpp"

#include <memory>
#include <string>

namespace busbar::sink::prometheus {

/// /metrics/job/JOB/instance/INSTANCE; a value with a slash, or an empty one, in base64. Source: README of
/// the Pushgateway, section "URL".
[[nodiscard]] std::string grouping_path(const std::string& job, const std::string& instance);

/// PUTs the whole page at every interval, so that what is gone here is gone there. When the daemon stops, its
/// group is deleted (unless told otherwise); after a one-shot run it stays. A gateway that cannot be reached
/// or refuses is counted and logged once; pushing goes on.
[[nodiscard]] std::unique_ptr<Sink> make_push_sink(asio::any_io_executor executor, PushOptions options,
                                                   HealthSource health);

}  // namespace busbar::sink::prometheus
