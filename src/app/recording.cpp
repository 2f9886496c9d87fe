#include "app/recording.hpp"

#include <busbar/version.hpp>

#include <spdlog/spdlog.h>

#include <charconv>
#include <filesystem>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace busbar::app {
namespace {

namespace fs = std::filesystem;

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::string file_of(const Recording& recording, const std::string& channel) {
  return is_directory(recording.path) ? (fs::path{recording.path} / (channel + ".capture")).string()
                                      : recording.path;
}

}  // namespace

std::string check_recording(const Recording& recording, std::size_t channels) {
  if (recording.path.empty()) return "no file is named to record to";
  const bool directory = is_directory(recording.path);
  if (!directory && channels > 1) {
    return "one file cannot hold " + std::to_string(channels) +
           " channels: name a directory that exists, or one channel";
  }
  const fs::path parent = directory ? fs::path{recording.path} : fs::absolute(recording.path).parent_path();
  if (!is_directory(parent)) return "the directory " + parent.string() + " does not exist";
  if (::access(parent.c_str(), W_OK) != 0)
    return "the directory " + parent.string() + " may not be written by this user";
  return {};
}

std::unique_ptr<channel::Recorder> start_recording(const std::optional<Recording>& recording,
                                                   const channel::Options& channel,
                                                   const profile::Profile& profile) {
  if (!recording) return nullptr;
  auto recorder = channel::Recorder::create({.path = file_of(*recording, channel.id),
                                             .limit = recording->limit,
                                             .rotate = recording->rotate,
                                             .origin = recording->origin,
                                             .header = {.version = version,
                                                        .channel = channel.id,
                                                        .protocol = profile.protocol,
                                                        .dialect = profile.dialect,
                                                        .timeout = channel.timeout,
                                                        .spacing = channel.spacing},
                                             .on_end = recording->on_end});
  if (recorder) return std::move(*recorder);
  spdlog::error("channel {} is not recorded: {}", channel.id, recorder.error().detail);
  if (recording->on_end) recording->on_end();
  return nullptr;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  constexpr std::uint64_t least = 64 * 1024;
  constexpr std::uint64_t most = std::uint64_t{1} << 40U;
  std::uint64_t number = 0;
  const auto [rest, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit{rest, static_cast<std::size_t>(text.data() + text.size() - rest)};
  if (bad != std::errc{}) return std::nullopt;
  if (unit.ends_with("iB")) unit.remove_suffix(2);
  constexpr std::string_view prefixes = "kMG";
  if (!unit.empty()) {
    const auto power = prefixes.find(unit == "K" ? 'k' : unit[0]);
    if (unit.size() != 1 || power == std::string_view::npos) return std::nullopt;
    const auto shift = static_cast<unsigned>(10U * (power + 1));
    // Before the shift: what leaves at the top would come back as a small number.
    if (number > most >> shift) return std::nullopt;
    number <<= shift;
  }
  return number >= least && number <= most ? std::optional{number} : std::nullopt;
}

}  // namespace busbar::app
