// Runs a function and keeps what it prints.
#pragma once

#include <functional>
#include <iostream>
#include <sstream>
#include <string>

namespace busbar::test {

struct CapturedOutput {
  int code = -1;
  std::string out;
  std::string err;
};

inline CapturedOutput run_captured(const std::function<int()>& function) {
  std::ostringstream out;
  std::ostringstream err;
  auto* const old_out = std::cout.rdbuf(out.rdbuf());
  auto* const old_err = std::cerr.rdbuf(err.rdbuf());
  CapturedOutput result;
  result.code = function();
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  result.out = out.str();
  result.err = err.str();
  return result;
}

}  // namespace busbar::test
