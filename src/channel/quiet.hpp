// The silences a shared line needs before a request. Pure: the time is passed in.
#pragma once

#include <busbar/model/report.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace busbar::channel {

class Quiet {
 public:
  using milliseconds = std::chrono::milliseconds;
  struct Pauses {
    milliseconds after_connect{};
    milliseconds on_unit_change{};  ///< on top of the spacing
    milliseconds settle{};          ///< after a request that got no answer
  };

  explicit Quiet(Pauses pauses) : pauses_{pauses} {}

  void connected(Steady now);
  /// The last byte of a response to, or of a late answer from, `address`.
  void response_ended(Steady now, std::uint32_t address);
  /// A request to `address` got no answer; the answer may still come.
  void unanswered(Steady now, std::uint32_t address);

  /// A request to `address` may start then, `spacing` being asked for after the last response.
  [[nodiscard]] Steady earliest(std::uint32_t address, milliseconds spacing) const;

 private:
  Pauses pauses_;
  Steady open_from_{};                      // connect and settle
  std::optional<Steady> last_end_{};        // of a response
  std::optional<std::uint32_t> address_{};  // of the last request
};

}  // namespace busbar::channel
