// Where the daemon's log goes: standard error, in the form the reader there understands.
#pragma once

#include <string>
#include <vector>

namespace busbar::app {

/// trace, debug, info, warning, error, off. On a terminal: time, coloured level. Under systemd's journal:
/// `<N>` priority prefixes and no time. Every text in `secrets` is masked. False when `level` is not a level.
[[nodiscard]] bool set_up_logging(const std::string& level, std::vector<std::string> secrets = {});

}  // namespace busbar::app
