// The reading side of the format: strict, because a capture comes from somebody else's machine.
#include "link/capture.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sys/stat.h>
#include <utility>

namespace busbar::link::capture {
namespace {

struct Wrong {
  std::size_t column;
  std::string message;
};

std::string quoted(std::string_view text) {
  std::string shown = "'";
  for (const char c : text.substr(0, 40)) shown += c >= ' ' && c <= '~' ? c : '?';
  return shown + (text.size() > 40 ? "…'" : "'");
}

/// One line, read from left to right. Throws Wrong, which parse() catches.
class Words {
 public:
  explicit Words(std::string_view line) : line_{line} {}

  std::string_view next(const char* what) {
    start_ = at_;
    const std::size_t end = std::min(line_.find(' ', at_), line_.size());
    const std::string_view word = line_.substr(at_, end - at_);
    if (word.empty()) fail(std::string{"expected "} + what);
    at_ = std::min(end + 1, line_.size());
    if (end + 1 == line_.size()) throw Wrong{end + 1, "a blank at the end of the line"};
    return word;
  }
  [[nodiscard]] bool at_end() const noexcept { return at_ == line_.size(); }
  void finish() const {
    if (!at_end()) throw Wrong{at_ + 1, "expected the end of the line, found " + quoted(line_.substr(at_))};
  }
  [[noreturn]] void fail(std::string message) const { throw Wrong{start_ + 1, std::move(message)}; }

  std::string name(const char* what) {
    const auto word = next(what);
    if (!is_word(word)) {
      fail(std::string{"expected "} + what + " of letters, digits, '_', '-' and '.', found " + quoted(word));
    }
    return std::string{word};
  }
  template <class Number>
  Number number(const char* what) {
    const auto word = next(what);
    Number value{};
    const auto [rest, bad] = std::from_chars(word.data(), word.data() + word.size(), value);
    // "007" is not what the recorder writes; one number has one spelling.
    if (bad != std::errc{} || rest != word.data() + word.size() || (word.size() > 1 && word[0] == '0')) {
      fail(std::string{"expected "} + what + ", a number, found " + quoted(word));
    }
    return value;
  }

 private:
  std::string_view line_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
};

std::optional<unsigned> digits(std::string_view text) {
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

/// Exactly the form that the recorder writes: what else means the same is refused, so that a capture that was
/// read and written again is the same bytes.
UtcMillis read_utc(Words& words) {
  using namespace std::chrono;
  const auto word = words.next("a time such as 2026-11-21T07:15:52.123Z");
  if (word.size() == 24) {
    const auto year = digits(word.substr(0, 4)), month = digits(word.substr(5, 2)),
               day = digits(word.substr(8, 2)), hour = digits(word.substr(11, 2)),
               minute = digits(word.substr(14, 2)), second = digits(word.substr(17, 2)),
               fraction = digits(word.substr(20, 3));
    if (year && month && day && hour && minute && second && fraction) {
      const year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                                std::chrono::day{*day}};
      if (date.ok()) {
        const UtcMillis time =
            sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} + milliseconds{*fraction};
        // The one way to be sure about separators and ranges.
        if (format_utc(time) == word) return time;
      }
    }
  }
  words.fail("expected a time such as 2026-11-21T07:15:52.123Z, found " + quoted(word));
}

/// Seconds on the steady clock since the recording began, six decimals.
std::chrono::microseconds read_offset(Words& words) {
  const auto word = words.next("an offset in seconds such as 12.000345");
  const auto point = word.find('.');
  if (point != std::string_view::npos && point >= 1 && point <= 10 && word.size() == point + 7 &&
      (point == 1 || word[0] != '0')) {
    std::int64_t whole = 0;
    const auto fraction = digits(word.substr(point + 1));
    const auto [rest, bad] = std::from_chars(word.data(), word.data() + point, whole);
    if (bad == std::errc{} && rest == word.data() + point && whole >= 0 && fraction)
      return std::chrono::seconds{whole} + std::chrono::microseconds{*fraction};
  }
  words.fail("expected an offset in seconds such as 12.000345, found " + quoted(word));
}

/// Lower-case hex without blanks, at most max_chunk bytes: what one event may hold bounds the memory.
Bytes read_bytes(Words& words) {
  const auto word = words.next("bytes in hex");
  if (word.size() > 2 * max_chunk)
    words.fail("more than " + std::to_string(max_chunk) + " bytes in one event");
  const bool plain = word.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  auto bytes = plain ? from_hex(word) : std::nullopt;
  if (!bytes) words.fail("expected bytes in lower-case hex, found " + quoted(word));
  return std::move(*bytes);
}

/// "ok" is nullopt; else the name of an error, as to_string(Errc) writes it.
std::optional<Errc> read_result(Words& words, bool ok_allowed) {
  const auto word = words.next("a result");
  if (ok_allowed && word == "ok") return std::nullopt;
  for (int code = 0; code <= static_cast<int>(Errc::invalid_configuration); ++code) {
    if (to_string(static_cast<Errc>(code)) == word) return static_cast<Errc>(code);
  }
  words.fail("expected " + std::string{ok_allowed ? "ok or " : ""} + "the name of an error, found " +
             quoted(word));
}

constexpr std::array<std::pair<std::string_view, Kind>, 10> kinds{{{"device", Kind::device},
                                                                   {"open", Kind::open},
                                                                   {"refused", Kind::refused},
                                                                   {"closed", Kind::closed},
                                                                   {">", Kind::sent},
                                                                   {"<", Kind::received},
                                                                   {"expired", Kind::expired},
                                                                   {"done", Kind::done},
                                                                   {"heard", Kind::heard},
                                                                   {"end", Kind::end}}};

Kind read_kind(Words& words) {
  const auto word = words.next("an event");
  for (const auto& [name, kind] : kinds)
    if (name == word) return kind;
  words.fail("unknown event " + quoted(word) +
             "; known: device, open, refused, closed, >, <, expired, done, heard, end");
}

/// The words that follow the kind of an event; which they are, docs/capture.md says.
void read_rest(Words& words, Event& event) {
  switch (event.kind) {
    case Kind::device:
      event.device = words.name("the id of a device");
      event.profile = words.name("the name of a profile");
      event.address = words.number<std::uint32_t>("an address");
      if (!words.at_end()) event.bytes = read_bytes(words);
      break;
    case Kind::refused:
      event.error = read_result(words, false);
      break;
    case Kind::sent:
      event.exchange = words.number<std::uint64_t>("the number of an exchange");
      event.device = words.name("the id of a device");
      event.query = words.name("the name of a query");
      event.bytes = read_bytes(words);
      break;
    case Kind::received:
      event.bytes = read_bytes(words);
      break;
    case Kind::expired:
      event.exchange = words.number<std::uint64_t>("the number of an exchange");
      break;
    case Kind::done:
      event.exchange = words.number<std::uint64_t>("the number of an exchange");
      event.device = words.name("the id of a device");
      event.query = words.name("the name of a query");
      event.attempts = words.number<unsigned>("a count of attempts");
      event.error = read_result(words, true);
      break;
    case Kind::heard:
      event.device = words.name("the id of a device");
      event.query = words.name("the name of a query");
      event.error = read_result(words, true);
      break;
    case Kind::end:
      event.reason = words.name("a reason");
      break;
    case Kind::open:
    case Kind::closed:
      break;
  }
}

/// What must have come before: a link that is closed says nothing.
void check_order(const Event& event, const Capture& capture, bool& is_open) {
  const auto refuse = [](const char* message) { throw Wrong{26, message}; };
  if (!capture.events.empty()) {
    if (capture.events.back().kind == Kind::end) refuse("nothing may follow 'end'");
    if (event.offset < capture.events.back().offset)
      refuse("the offset is smaller than that of the event before");
  }
  const bool traffic =
      event.kind == Kind::sent || event.kind == Kind::received || event.kind == Kind::expired;
  if (traffic && !is_open) refuse("traffic while the link is not open");
  if (event.kind == Kind::closed && !is_open) refuse("'closed' while the link is not open");
  const bool opening = event.kind == Kind::open || event.kind == Kind::refused;
  if (opening && is_open) refuse("the link is open already");
  if (event.kind == Kind::open) is_open = true;
  if (event.kind == Kind::closed) is_open = false;
}

Event read_event(std::string_view line) {
  Words words{line};
  Event event;
  event.utc = read_utc(words);
  event.offset = read_offset(words);
  event.kind = read_kind(words);
  read_rest(words, event);
  words.finish();
  return event;
}

/// The lines of the header come all, once, and in this order.
constexpr std::size_t header_lines = 7;

void read_header(std::string_view line, std::size_t index, Header& header) {
  constexpr std::array<const char*, header_lines> keys{"busbar-capture", "version", "channel", "protocol",
                                                       "timeout",        "spacing", "begin"};
  Words words{line};
  const auto key = words.next(keys[index]);
  if (key != keys[index])
    words.fail(std::string{"expected '"} + keys[index] + "', found " + quoted(key) +
               (index == 0 ? "; this is no capture of busbar" : ""));
  switch (index) {
    case 0:
      if (const auto format = words.next("the number of the format"); format != "1")
        words.fail("this busbar reads format 1 only, found " + quoted(format));
      break;
    case 1:
      header.version = words.name("a version");
      break;
    case 2:
      header.channel = words.name("the id of a channel");
      break;
    case 3:
      header.protocol = words.name("the name of a protocol");
      if (!words.at_end()) header.dialect = words.name("the name of a dialect");
      break;
    case 4:
      header.timeout = std::chrono::milliseconds{words.number<std::uint32_t>("milliseconds")};
      break;
    case 5:
      header.spacing = std::chrono::milliseconds{words.number<std::uint32_t>("milliseconds")};
      break;
    default:
      header.begin = read_utc(words);
      break;
  }
  words.finish();
}

}  // namespace

/// A last line without its end is what a recorder that was killed leaves: not read, and told as cut_off. Any
/// other fault refuses the whole file, with its line and column.
Result<Capture> parse(std::string_view text, std::string_view file) {
  Capture capture;
  std::size_t in_header = 0;
  bool is_open = false;
  std::size_t line_number = 0;
  const auto wrong = [&](std::size_t column, const std::string& message) {
    return Error{Errc::bad_value, std::string{file} + ":" + std::to_string(line_number) + ":" +
                                      std::to_string(column) + ": " + message};
  };
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    ++line_number;
    if (end == std::string_view::npos && in_header == header_lines) {
      capture.cut_off = true;
      break;
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('#')) continue;
    try {
      if (in_header < header_lines) {
        read_header(line, in_header, capture.header);
        ++in_header;
      } else {
        Event event = read_event(line);
        check_order(event, capture, is_open);
        capture.events.push_back(std::move(event));
      }
    } catch (const Wrong& found) {
      return wrong(found.column, found.message);
    }
  }
  if (in_header < header_lines) {
    ++line_number;
    return wrong(1, "the file ends before its header does");
  }
  return capture;
}

Result<Capture> load(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0)
    return Error{Errc::io_error, "cannot read " + path + ": " + std::strerror(errno)};
  if (!S_ISREG(status.st_mode)) return Error{Errc::io_error, "cannot read " + path + ": not a file"};
  if (static_cast<std::uint64_t>(status.st_size) > max_file)
    return Error{Errc::io_error, path + " has more than " + std::to_string(max_file >> 20U) + " MiB"};
  std::ifstream stream{path, std::ios::binary};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream) return Error{Errc::io_error, "cannot read " + path + ": " + std::strerror(errno)};
  return parse(text, path);
}

}  // namespace busbar::link::capture
