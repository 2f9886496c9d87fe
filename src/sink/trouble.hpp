// Whether an output works, in the log and in its account: every failure is counted, news alone are logged.
#pragma once

#include "model/health.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace busbar::sink {

class Trouble {
 public:
  /// `sink` is its name in the log.
  explicit Trouble(std::string sink) : sink_{std::move(sink)} {}

  /// It fails until works() is called. `consequence` says what is done about it: "2 point(s) dropped".
  void fails(std::string problem, std::string_view consequence);
  /// The same; it is tried again at every interval.
  void fails(std::string problem, std::chrono::milliseconds interval);
  /// One thing went wrong while the output as such works: a point that the server refuses.
  void complains(std::string problem, std::string_view consequence);
  /// The failure, if there was one, is over; `again` is what is logged then: "writes again".
  void recovers(std::string_view again);
  /// Recovered, and nothing is wrong.
  void works(std::string_view again);

  [[nodiscard]] bool failing() const noexcept { return failing_; }
  /// The account with name, health and errors of this output.
  [[nodiscard]] SinkAccount told_in(SinkAccount account) const;

 private:
  std::string sink_;
  bool failing_ = false;
  std::uint64_t errors_ = 0;
  std::string last_error_;
};

}  // namespace busbar::sink
