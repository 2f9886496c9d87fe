// Command-line arguments of one command: declared, parsed, explained. Boost.Program_options behind a narrow
// door.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::app {

class Arguments {
 public:
  /// `usage` is the first line of the help: "busbar simulate orion [options]"; `text` the paragraphs below
  /// it.
  Arguments(std::string usage, std::string text);
  ~Arguments();

  // Declarations. `names` is "config,c" or "config"; a default of "" means none.
  Arguments& flag(const char* names, const char* help);
  Arguments& value(const char* names, const char* metavariable, const char* help,
                   const std::string& fallback = "");
  Arguments& values(const char* names, const char* metavariable,
                    const char* help);                                     ///< may be given more than once
  Arguments& positional(const char* name, int at_most, const char* help);  ///< at_most -1: any number

  /// nullopt: go on. Otherwise the exit code: help was printed to stdout (0), or an error to stderr (64).
  [[nodiscard]] std::optional<int> parse(const std::vector<std::string>& arguments);

  /// Given, or has a fallback.
  [[nodiscard]] bool has(const std::string& name) const;
  /// Given on the command line.
  [[nodiscard]] bool given(const std::string& name) const;
  [[nodiscard]] std::string text(const std::string& name) const;  ///< "" when absent
  [[nodiscard]] std::vector<std::string> list(const std::string& name) const;
  /// Prints an error to stderr and gives nullopt when the value is no integer within [min, max].
  [[nodiscard]] std::optional<std::int64_t> integer(const std::string& name, std::int64_t min,
                                                    std::int64_t max) const;

  [[nodiscard]] std::string help() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// "busbar: <message>" on stderr and the code, for `return usage_error("…")`.
int usage_error(std::string_view message);
int fail(int code, std::string_view message);

}  // namespace busbar::app
