// Asks a line in every known way at every address, and tells what answered. What can be asked comes from the
// profiles: a new protocol needs no change here.
#pragma once

#include "async/asio.hpp"
#include "link/link.hpp"
#include "profile/library.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::app {

/// One way to speak, and the profiles that do.
struct Framing {
  std::string protocol;
  std::string dialect;
  std::vector<const profile::Profile*> profiles;
  /// "orion", "orion (draft)"
  [[nodiscard]] std::string name() const;
};

/// In the order of the protocols' registry; at most those named in `only`, if any are.
[[nodiscard]] std::vector<Framing> framings_of(const profile::Library& profiles,
                                               const std::vector<std::string>& only = {});
/// Those of first…last that the framing knows; its devices' default when it knows none of them.
[[nodiscard]] std::vector<std::uint32_t> addresses_of(const Framing& framing, std::uint32_t first,
                                                      std::uint32_t last);

struct Hit {
  std::string endpoint;  ///< as 'link' of a channel
  std::string protocol;
  std::uint32_t address = 0;
  const profile::Profile* profile = nullptr;  ///< the one that fits best
  std::size_t readings = 0;                   ///< of the answers that were tried
  std::vector<std::string> alternatives{};    ///< profiles that fit as well
};

/// What else was noticed on the line.
struct Traces {
  std::uint64_t bytes = 0;    ///< received in all
  std::uint64_t skipped = 0;  ///< that belong to no frame
  std::uint64_t late = 0;     ///< answers that came too late to count
};

struct ProbeOptions {
  std::vector<link::Options>
      lines;  ///< the same line in several settings; the first that answers is the right one
  std::vector<Framing> framings;
  std::uint32_t first = 1;
  std::uint32_t last = 16;
  std::chrono::milliseconds timeout{500};
  bool all = false;  ///< goes on with further framings and settings after something answered
  /// Called before each question.
  std::function<void(const std::string& endpoint, const Framing& framing, std::uint32_t address)> progress{};
};

struct ProbeResult {
  std::vector<Hit> hits{};
  Traces traces{};
};

/// Fills `result` as it goes, so that there is something to show when it is cancelled. An error when the line
/// cannot be opened.
[[nodiscard]] asio::awaitable<Result<void>> probe(ProbeOptions options, ProbeResult& result);

/// A site file that polls what was found; loads as it is.
[[nodiscard]] std::string site_file_of(const std::vector<Hit>& hits);

}  // namespace busbar::app
