// The two ways a site runs: as a service until told to stop, or once.
#pragma once

#include "app/changes.hpp"
#include "app/recording.hpp"
#include "model/command.hpp"
#include "sink/sink.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace busbar::app {

/// Reads the site file again, on a thread of its own: a slow disk must not hold up the polls. What it returns
/// is called on the loop, says in the log what there is to say, and gives the new setup; null when the file
/// is invalid.
using Reload = std::function<std::function<SharedSetup()>()>;

/// Until SIGTERM or SIGINT; ends within two seconds of it: sinks flushed, offline published, sockets closed.
/// SIGHUP applies what `reload` gives; null keeps everything as it is. Returns exit_ok, or exit_software when
/// a task died.
[[nodiscard]] int run_daemon(SharedSetup setup, Reload reload, std::optional<Recording> recording = {});

/// Every device polled once and every sink flushed; exit_ok, or exit_temporary when a device did not answer
/// or a sink could not deliver. `extra` sinks get every report beside those of the configuration.
[[nodiscard]] int run_once(Setup setup, std::vector<std::unique_ptr<sink::Sink>> extra = {},
                           std::optional<Recording> recording = {});

/// Sets one thing on one device of `setup` and says on stdout what came of it. exit_ok when it was accepted;
/// exit_no_permission, exit_data, exit_protocol or exit_temporary tell why it was not.
[[nodiscard]] int run_set(Setup setup, Command command);

/// Polls (or only listens) and records until told to stop, until `duration` has passed, or until the
/// recording has ended by itself. exit_ok when anything was recorded, else exit_temporary.
[[nodiscard]] int run_capture(Setup setup, Recording recording,
                              std::optional<std::chrono::milliseconds> duration, bool poll);

}  // namespace busbar::app
