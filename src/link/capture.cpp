// The writing side of the format.
#include "link/capture.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace busbar::link::capture {
namespace {

std::string result_word(const std::optional<Errc>& error) {
  return error ? std::string{to_string(*error)} : "ok";
}

/// What follows the two times.
std::string body(const Event& event) {
  const std::string number = std::to_string(event.exchange);
  switch (event.kind) {
    case Kind::device:
      return "device " + event.device + " " + event.profile + " " + std::to_string(event.address) +
             (event.bytes.empty() ? "" : " " + to_hex(event.bytes));
    case Kind::open:
      return "open";
    case Kind::refused:
      return "refused " + result_word(event.error);
    case Kind::closed:
      return "closed";
    case Kind::sent:
      return "> " + number + " " + event.device + " " + event.query + " " + to_hex(event.bytes);
    case Kind::received:
      return "< " + to_hex(event.bytes);
    case Kind::expired:
      return "expired " + number;
    case Kind::done:
      return "done " + number + " " + event.device + " " + event.query + " " +
             std::to_string(event.attempts) + " " + result_word(event.error);
    case Kind::heard:
      return "heard " + event.device + " " + event.query + " " + result_word(event.error);
    case Kind::end:
      return "end " + event.reason;
  }
  return {};
}

}  // namespace

bool is_word(std::string_view text) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !text.empty() && text.size() <= max_word && std::all_of(text.begin(), text.end(), fits);
}

std::string to_text(const Header& header) {
  return "busbar-capture 1\n"
         "# One channel's traffic, recorded by busbar: no host names, no passwords. 'busbar decode FILE'\n"
         "# explains it, 'busbar replay FILE' runs it again. The format: docs/capture.md\n"
         "version " +
         header.version + "\nchannel " + header.channel + "\nprotocol " + header.protocol +
         (header.dialect.empty() ? "" : " " + header.dialect) + "\ntimeout " +
         std::to_string(header.timeout.count()) + "\nspacing " + std::to_string(header.spacing.count()) +
         "\nbegin " + format_utc(header.begin) + "\n";
}

std::string to_line(const Event& event) {
  std::array<char, 48> offset{};
  std::snprintf(offset.data(), offset.size(), " %lld.%06lld ",
                static_cast<long long>(event.offset.count() / 1'000'000),
                static_cast<long long>(event.offset.count() % 1'000'000));
  return format_utc(event.utc) + offset.data() + body(event) + "\n";
}

}  // namespace busbar::link::capture
