// Runs a program to its end.
#pragma once

#include "support/process.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace busbar::test {

struct Finished {
  int code = -1;  ///< -1: it did not end in time
  std::string out;
  std::string err;
};

[[nodiscard]] inline Finished run_to_end(std::vector<std::string> command,
                                         std::map<std::string, std::string> environment = {},
                                         std::chrono::milliseconds limit = seconds{60}) {
  Process process{std::move(command), std::move(environment)};
  const auto code = process.wait(limit);
  return {code.value_or(-1), process.out(), process.err()};
}

[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::string::size_type from = 0, to; (to = text.find('\n', from)) != std::string::npos;
       from = to + 1) {
    lines.push_back(text.substr(from, to - from));
  }
  return lines;
}

}  // namespace busbar::test
