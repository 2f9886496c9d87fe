// The doctor's examinations. Each adds what it finds, good and bad; none changes anything.
#pragma once

#include "app/configuration.hpp"
#include "app/doctor/access.hpp"
#include "app/doctor/finding.hpp"
#include "async/asio.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace busbar::app::doctor {

/// The site file: there, readable, valid, not readable for everybody when it holds secrets. The
/// configuration, when it is valid, with its profiles.
[[nodiscard]] Loaded check_configuration(const std::string& path, const Identity& who, Findings& findings);

/// What the kernel knows about its clock.
struct ClockState {
  UtcMillis now{};
  std::optional<bool> synchronised{};  ///< nullopt: it does not say, as in some containers
  [[nodiscard]] static ClockState of_system();
};
void check_clock(const ClockState& clock, Findings& findings);
void check_user(const Identity& who, Findings& findings);

/// A directory that must be there, with room and rights to write.
void check_directory(const std::string& subject, const std::string& path, const Identity& who,
                     Findings& findings);
void check_paths(const Configuration& configuration, const Identity& who, Findings& findings);

/// True when every device on the channel speaks by itself, and none is ever asked.
[[nodiscard]] bool only_listens(const Configuration& configuration, const profile::Library& profiles,
                                const std::string& channel);
/// Opens the link, listens for a moment, closes it; says nothing to the devices.
[[nodiscard]] asio::awaitable<Findings> check_channel(ChannelConfiguration channel, bool only_listens,
                                                      Identity who);
/// Broker login, servers that are pushed to, port of the HTTP sink. Files are check_paths' business.
[[nodiscard]] asio::awaitable<Findings> check_sink(SinkConfiguration sink);

}  // namespace busbar::app::doctor
