// busbar status: every reading of the chosen devices, asked now.
#include "app/command.hpp"
#include "app/daemon.hpp"
#include "app/exit_code.hpp"
#include "app/target.hpp"
#include "sink/screen/options.hpp"

namespace busbar::app {

int status_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar status [DEVICE…] [--config FILE | --link URL --profile NAME --address N]",
      "Asks each device once and shows its readings. Talks to the device itself: a gateway that\n"
      "accepts a single connection must not be in use by the daemon at that moment."};
  declare_target(options);
  options.value("format,f", "FORMAT", "table, json or jsonl", "table");
  if (const auto code = options.parse(arguments)) return *code;
  sink::screen::Options screen;
  const auto format = options.text("format");
  if (format == "json") {
    screen.format = sink::screen::Format::json;
  } else if (format == "jsonl") {
    screen.format = sink::screen::Format::jsonl;
  } else if (format != "table") {
    return usage_error("--format is '" + format + "', expected table, json or jsonl");
  }
  int code = exit_ok;
  auto target = choose_target(options, code);
  if (!target) return code;
  target->configuration.sinks.emplace_back(screen);
  return run_once(std::move(*target));
}

}  // namespace busbar::app
