// The doctor's examinations. Each adds what it finds, good and bad; none changes anything.
#pragma once

#include "app/configuration.hpp"
#include "app/doctor/access.hpp"
#include "app/doctor/finding.hpp"
#include "async/asio.hpp"

#include <cstdint>

namespace busbar::app::doctor {

/// The site file: there, readable, valid, not readable for everybody when it holds secrets. The
/// configuration, when it is valid.
[[nodiscard]] std::optional<Configuration> check_configuration(const std::string& path, const Identity& who,
                                                               Findings& findings);

/// What the kernel knows about its clock.
struct ClockState {
  UtcMillis now{};
  bool synchronised = false;
  [[nodiscard]] static ClockState of_system();
};
void check_clock(const ClockState& clock, Findings& findings);
void check_user(const Identity& who, Findings& findings);

/// A directory that must be there, with room and rights to write.
void check_directory(const std::string& subject, const std::string& path, const Identity& who,
                     Findings& findings);
void check_paths(const Configuration& configuration, const Identity& who, Findings& findings);

/// Opens the link of each channel and closes it; says nothing to the devices.
[[nodiscard]] asio::awaitable<Findings> check_channel(ChannelConfiguration channel, Identity who);
/// Broker login, port of the HTTP sink. Files are check_paths' business.
[[nodiscard]] asio::awaitable<Findings> check_sink(SinkConfiguration sink);

}  // namespace busbar::app::doctor
