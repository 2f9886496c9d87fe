// A history of all readings in InfluxDB, version 1 or 2, by its line protocol over HTTP.
#pragma once

#include "sink/influx/options.hpp"
#include "sink/sink.hpp"

#include <memory>
#include <string>

namespace busbar::sink::influx {

/// Path and query of write requests, without credentials.
[[nodiscard]] std::string write_target(const Options& options);

/// One point per report, with the time it was measured. Points are sent in batches; while the server cannot
/// be reached they wait, the oldest are dropped when there is no room. A point the server refuses is dropped
/// alone. The account counts points.
[[nodiscard]] std::unique_ptr<Sink> make_influx_sink(asio::any_io_executor executor, Options options);

}  // namespace busbar::sink::influx
