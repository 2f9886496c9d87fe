// The recording of one channel's traffic as a text file, one event a line. Names of devices and queries are
// only carried along. The page about it: docs/capture.md.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::link::capture {

inline constexpr std::size_t max_file = 256 * 1024 * 1024;  ///< bytes of a file that is read
inline constexpr std::size_t max_chunk = 4096;              ///< bytes of one sent or received event
inline constexpr std::size_t max_word = 64;                 ///< characters of a name

/// What stands before the first event. No end point, no password: a capture is made to be shown to others.
struct Header {
  std::string version{};  ///< of the busbar that recorded
  std::string channel{};
  std::string protocol{};
  std::string dialect{};  ///< may be empty
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds spacing{};
  UtcMillis begin{};  ///< offset 0
  bool operator==(const Header&) const = default;
};

enum class Kind {
  device,    ///< device, profile, address: who is behind the names that follow
  open,      ///< the link is open
  refused,   ///< the link could not be opened: error
  closed,    ///< the link is closed
  sent,      ///< one attempt: exchange, device, query, bytes
  received,  ///< what one read gave: bytes
  expired,   ///< exchange: the wait for its answer has ended
  done,      ///< exchange, device, query, attempts, error: what came of it; attempts may be 0
  heard,     ///< device, query, error: what came of listening
  end,       ///< why the recording ends: reason
};

struct Event {
  Kind kind{};
  UtcMillis utc{};
  std::chrono::microseconds offset{};  ///< on the steady clock, since the recorder's beginning
  std::uint64_t exchange = 0;
  std::string device{};
  std::string query{};
  std::string profile{};
  std::uint32_t address = 0;
  unsigned attempts = 0;
  std::optional<Errc> error{};  ///< refused: set; done, heard: empty when it went well
  std::string reason{};
  Bytes bytes{};  ///< device: what stands before the data of its requests, mostly nothing
  bool operator==(const Event&) const = default;
};

struct Capture {
  Header header;
  std::vector<Event> events;
  bool cut_off = false;  ///< the last line has no end: the recorder was killed. That line is left out
};

/// With the newline at its end.
[[nodiscard]] std::string to_text(const Header& header);
[[nodiscard]] std::string to_line(const Event& event);
/// Letters, digits, '_', '-', '.', 1 to max_word of them: what the format takes for a name.
[[nodiscard]] bool is_word(std::string_view text) noexcept;

/// bad_value with "FILE:LINE:COLUMN: what was found, what was expected" for the first thing that is wrong.
[[nodiscard]] Result<Capture> parse(std::string_view text, std::string_view file);
/// The same from a regular file of at most max_file bytes; io_error when it cannot be read.
[[nodiscard]] Result<Capture> load(const std::string& path);

}  // namespace busbar::link::capture
