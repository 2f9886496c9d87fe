// What a line is asked: in which protocols, at which addresses, with which settings. What can be asked comes
// from the profiles: a new protocol needs no change here.
#pragma once

#include "link/link.hpp"
#include "profile/library.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::app::probe {

/// One way to speak, and the profiles that do.
struct Framing {
  std::string protocol;
  std::string dialect;
  std::vector<const profile::Profile*> profiles;
  /// "orion", "orion (draft)"
  [[nodiscard]] std::string name() const;
  /// Its devices speak by themselves, all of them: nothing has to be sent to find one.
  [[nodiscard]] bool only_listens() const;
};

/// What a profile can be recognised by: reads that need no other answer first, those that are polled before
/// others.
[[nodiscard]] std::vector<const profile::ProfileQuery*> recognisable(const profile::Profile& profile);

/// Those that only listen first, for they disturb nobody, then in the order of the protocols' registry; at
/// most those named in `only`, if any are.
[[nodiscard]] std::vector<Framing> framings_of(const profile::Library& profiles,
                                               const std::vector<std::string>& only = {});

struct AddressRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  bool operator==(const AddressRange&) const = default;
};
/// "7" or "1-16"; nullopt for anything else, and for more than 256 addresses.
[[nodiscard]] std::optional<AddressRange> parse_range(const std::string& text);

/// Those of the range that the framing knows; without a range what its profiles have as default, then 1 to
/// 16. A framing without addresses is asked once, whatever the range.
[[nodiscard]] std::vector<std::uint32_t> addresses_of(const Framing& framing,
                                                      const std::optional<AddressRange>& range);

/// The line itself, or, for a serial port named without a baud rate, the usual settings, most usual first.
[[nodiscard]] std::vector<link::Options> lines_of(std::string_view text, const link::Options& parsed);

}  // namespace busbar::app::probe
