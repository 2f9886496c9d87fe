// What the policy needs to know about a request; its bytes and its caller are the shell's business.
#pragma once

#include "channel/options.hpp"

#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace busbar::channel {

using JobId = std::uint64_t;

struct Job {
  JobId id = 0;
  std::string device;
  std::uint32_t address = 0;
  Priority priority = Priority::scheduled;
  Steady deadline = Steady::max();  ///< no attempt starts after this
  milliseconds timeout{};
  milliseconds spacing{};
  bool once = false;  ///< may do something else when it is sent twice: no further attempt, whatever happened

  // How it has fared.
  unsigned attempts = 0;
  Steady not_before{};          ///< of the next attempt
  std::optional<Errc> error{};  ///< of the last attempt
  bool abandoned = false;       ///< the caller is gone; not worth another attempt
};

}  // namespace busbar::channel
