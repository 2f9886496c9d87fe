// Settings of the sinks that write to standard output.
#pragma once

#include <string>

namespace busbar::sink::screen {

enum class Format { table, json, jsonl };
enum class Colour { automatic, always, never };

struct Options {
  std::string name = "screen";
  Format format = Format::table;
  Colour colour = Colour::automatic;  ///< automatic: only when the output is a terminal and NO_COLOR is not set
  bool operator==(const Options&) const = default;
};

}  // namespace busbar::sink::screen
