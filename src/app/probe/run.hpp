// Asks a line in every known way at every address, and tells what answered.
#pragma once

#include "app/probe/plan.hpp"
#include "async/asio.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace busbar::app::probe {

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

/// What is about to be asked; the first is number 1.
struct Step {
  std::string endpoint;
  std::string framing;
  std::uint32_t address = 0;
  std::size_t number = 0;
  std::size_t of = 0;
};

struct Options {
  /// The same line in several settings; the first that answers is the right one.
  std::vector<link::Options> lines;
  std::vector<Framing> framings;
  std::optional<AddressRange> addresses{};
  std::chrono::milliseconds timeout{500};
  bool all = false;  ///< goes on with further framings and settings after something answered
  std::function<void(const Step&)> progress{};
};

struct Outcome {
  std::vector<Hit> hits{};
  Traces traces{};
};

/// Fills `outcome` as it goes, so that there is something to show when it is cancelled. An error when the
/// line cannot be opened, or does not stay open.
[[nodiscard]] asio::awaitable<Result<void>> run(Options options, Outcome& outcome);

}  // namespace busbar::app::probe
