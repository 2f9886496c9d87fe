// The recording of a run as the command line asks for it: one capture file a channel.
#pragma once

#include "app/configuration.hpp"
#include "channel/recorder.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace busbar::app {

struct Recording {
  std::string path;  ///< a file, or a directory where each channel has its own <channel>.capture
  std::uint64_t limit = 64 * 1024 * 1024;  ///< bytes a channel
  bool rotate = false;                     ///< keeps the newest traffic instead of the first
  Steady origin = std::chrono::steady_clock::now();
  std::function<void()> on_end{};  ///< a recording has ended by itself
};

struct RecordingSize {
  std::uint64_t bytes = 0;
  std::uint64_t exchanges = 0;
};

/// What of `path` cannot be, in words: several channels and one file, no directory to put it in; "" when all
/// is well.
[[nodiscard]] std::string check_recording(const Recording& recording, std::size_t channels);
/// Null when nothing is to be recorded, or when it cannot be, which is logged: the site runs without.
[[nodiscard]] std::unique_ptr<channel::Recorder> start_recording(const std::optional<Recording>& recording,
                                                                 const channel::Options& channel,
                                                                 const profile::Profile& profile);
/// "500k", "64M", "1G", with or without "iB": bytes, 64 KiB to 1 TiB. nullopt when it is none.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace busbar::app
