// Settings of the sinks that write to standard output.
#pragma once

#include <string>

namespace busbar::sink::screen {

enum class Format { table, json, jsonl };
enum class Colour { automatic, always, never };

struct Options {
  std::string name = "screen";
  Format format = Format::table;
  Colour colour = Colour::automatic;  ///< automatic: only on a terminal and when NO_COLOR is not set
  bool once = false;  ///< one-shot run, set by the app: table and json come out whole, in finish()
  bool operator==(const Options&) const = default;
};

}  // namespace busbar::sink::screen
