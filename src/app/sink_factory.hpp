// The registry of sinks: one overload per kind of sink settings.
#pragma once

#include "app/configuration.hpp"
#include "async/asio.hpp"
#include "model/command.hpp"
#include "sink/sink.hpp"

#include <memory>

namespace busbar::app {

[[nodiscard]] std::unique_ptr<sink::Sink> make_sink(const SinkConfiguration& options,
                                                    const sink::filter::Options& filter,
                                                    asio::any_io_executor executor, sink::HealthSource health,
                                                    CommandHandler commands);

}  // namespace busbar::app
