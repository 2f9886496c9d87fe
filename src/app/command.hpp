// The commands of the program. Each is one file in commands/ and one line in command_line.cpp.
#pragma once

#include <string>
#include <vector>

namespace busbar::app {

using CommandArguments = std::vector<std::string>;

int run_command(
    const CommandArguments& arguments);  ///< no command word: the daemon, --once, --check-config, --dry-run
int simulate_command(const CommandArguments& arguments);
int status_command(const CommandArguments& arguments);
int cells_command(const CommandArguments& arguments);
int raw_command(const CommandArguments& arguments);
int set_command(const CommandArguments& arguments);
int decode_command(const CommandArguments& arguments);
int profile_command(const CommandArguments& arguments);
int doctor_command(const CommandArguments& arguments);
int probe_command(const CommandArguments& arguments);
int capture_command(const CommandArguments& arguments);
int replay_command(const CommandArguments& arguments);
int healthcheck_command(const CommandArguments& arguments);
int mbus_command(const CommandArguments& arguments);
int scan_command(const CommandArguments& arguments);

/// Dispatches on the first word; used by main.
int command_line(int argc, char** argv);

}  // namespace busbar::app
