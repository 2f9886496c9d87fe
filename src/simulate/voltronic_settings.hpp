// What can be set on a simulated Voltronic inverter: it takes the orders of its firmware, refuses what lies
// out of range, and shows in its ratings and flags what was set. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::simulate {

enum class VoltronicVariant {
  pi30,  ///< QPIGS with 21 words, no second PV input
  hs,    ///< the oldest firmware: QPIGS with 17 words, no equalization
  max,   ///< QPIGS with 24 words, QPIGS2, energy counters
  pi18,  ///< values between commas
};

class VoltronicSettings {
 public:
  explicit VoltronicSettings(VoltronicVariant variant);

  /// Whether it does as told; what it does not know it refuses.
  bool obey(std::string_view command);
  /// What a query for settings gets; nullopt when the query is none.
  [[nodiscard]] std::optional<std::string> answer(std::string_view query) const;

 private:
  struct Rule;
  using Words = std::vector<std::string>;

  [[nodiscard]] Words* record(char name);
  [[nodiscard]] bool apply(const Rule& rule, std::string_view value);
  [[nodiscard]] bool set_flag(std::string_view order);
  [[nodiscard]] bool set_pair(std::string_view value, std::size_t first, std::size_t second);
  void restore();

  VoltronicVariant variant_;
  Words ratings_;       ///< QPIRI, PIRI
  Words equalization_;  ///< QBEQI
  Words lights_;        ///< QLED
  std::string stage_;   ///< QCST
  std::string flags_;   ///< letters of what is on, or FLAG's words
};

}  // namespace busbar::simulate
