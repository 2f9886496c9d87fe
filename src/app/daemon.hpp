// The two ways a site runs: as a service until told to stop, or once.
#pragma once

#include "app/configuration.hpp"
#include "sink/sink.hpp"

#include <memory>
#include <vector>

namespace busbar::app {

/// Until SIGTERM or SIGINT; ends within two seconds of it: sinks flushed, offline published, sockets closed.
/// Returns exit_ok, or exit_software when a task died.
[[nodiscard]] int run_daemon(const Configuration& configuration, const profile::Library& profiles);

/// Every device polled once and every sink flushed; exit_ok, or exit_temporary when a device did not answer
/// or a sink could not deliver. `extra` sinks get every report beside those of the configuration.
[[nodiscard]] int run_once(const Configuration& configuration, const profile::Library& profiles,
                           std::vector<std::unique_ptr<sink::Sink>> extra = {});

}  // namespace busbar::app
