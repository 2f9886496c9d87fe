#include "sink/trouble.hpp"

#include "model/value_text.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace busbar::sink {

void Trouble::fails(std::string problem, std::string_view consequence) {
  complains(std::move(problem), consequence);
  failing_ = true;
}

void Trouble::fails(std::string problem, std::chrono::milliseconds interval) {
  const double seconds = std::chrono::duration<double>(interval).count();
  fails(std::move(problem), "trying again every " + number_text(seconds) + " s");
}

void Trouble::complains(std::string problem, std::string_view consequence) {
  ++errors_;
  if (problem != last_error_) spdlog::error("sink {}: {}; {}", sink_, problem, consequence);
  last_error_ = std::move(problem);
}

void Trouble::recovers(std::string_view again) {
  if (std::exchange(failing_, false)) spdlog::info("sink {}: {}", sink_, again);
}

void Trouble::works(std::string_view again) {
  recovers(again);
  last_error_.clear();
}

SinkAccount Trouble::told_in(SinkAccount account) const {
  account.name = sink_;
  account.healthy = !failing_;
  account.errors = errors_;
  account.last_error = last_error_;
  return account;
}

}  // namespace busbar::sink
