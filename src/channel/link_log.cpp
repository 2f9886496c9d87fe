// What the log says about one channel's link. A gateway that is away for a week is not worth a log of its
// own.
#include "channel/link_log.hpp"

#include <spdlog/spdlog.h>

#include <bit>
#include <utility>

namespace busbar::channel {

LinkLog::LinkLog(std::string channel, std::string endpoint)
    : channel_{std::move(channel)}, endpoint_{std::move(endpoint)} {}

void LinkLog::connected() const {
  if (troubles_ == 0 || std::has_single_bit(troubles_))
    spdlog::info("channel {}: connected to {}", channel_, endpoint_);
}

void LinkLog::trouble(const Error& error) {
  if (!std::has_single_bit(++troubles_)) return;
  const std::string text = error.detail.empty() ? to_string(error) : error.detail;
  spdlog::warn("channel {}: {}{}", channel_, text,
               troubles_ == 1 ? "" : fmt::format(" ({} times)", troubles_));
}

void LinkLog::bytes(char direction, ByteView bytes) const {
  if (!spdlog::should_log(spdlog::level::trace)) return;
  spdlog::trace("channel {} {} {}", channel_, direction, to_hex(bytes, ' '));
}

}  // namespace busbar::channel
