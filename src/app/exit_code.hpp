// Exit codes, after sysexits.h; part of the interface for scripts and for systemd's RestartPreventExitStatus.
#pragma once

namespace busbar::app {

enum ExitCode : int {
  exit_ok = 0,
  exit_failure = 1,
  exit_usage = 64,          ///< the command line is wrong
  exit_data = 65,           ///< input does not decode, an example fails
  exit_unavailable = 69,    ///< the daemon or service asked is not there
  exit_software = 70,       ///< a task of the daemon died
  exit_temporary = 75,      ///< a device did not answer, or an output could not be delivered: try again
  exit_protocol = 76,       ///< a device rejected what was set, or shows another value
  exit_no_permission = 77,  ///< refused: not allowed by the site file
  exit_configuration = 78,  ///< the configuration is invalid; a restart will not help
};

}  // namespace busbar::app
