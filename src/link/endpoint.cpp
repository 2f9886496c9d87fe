// The text form of links, and the one place that knows which kinds there are.
#include "link/exec.hpp"
#include "link/hidraw.hpp"
#include "link/link.hpp"
#include "link/serial.hpp"
#include "link/tcp.hpp"
#include "link/udp.hpp"
#include "link/unix_socket.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace busbar::link {
namespace {

constexpr std::string_view forms =
    "expected tcp://HOST:PORT, tcp://[IPV6]:PORT, serial:/dev/NAME?baud=9600&parity=none, /dev/NAME, "
    "udp://HOST:PORT, unix:/PATH, exec:COMMAND or hidraw:/dev/hidrawN";

Error refuse(std::string_view text, std::string_view problem) {
  std::string detail{"endpoint '"};
  detail.append(text.substr(0, 200)).append("': ").append(problem);
  return {Errc::invalid_configuration, std::move(detail)};
}

std::optional<unsigned> number(std::string_view text, unsigned min, unsigned max) {
  unsigned value = 0;
  const auto [rest, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || rest != text.data() + text.size() || value < min || value > max)
    return std::nullopt;
  return value;
}

/// 253 is the longest name of the DNS (RFC 1035, section 2.3.4, without its root). What a name may be made of
/// is left to the resolver, but for what belongs to another part of a URL.
bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && host.find_first_of(" \t/?#@[]%\"'") == std::string_view::npos;
}

/// Of TCP and UDP.
template <class Address>
Result<Options> parse_address(std::string_view text, std::string_view rest) {
  const std::string scheme{text.substr(0, 6)};
  std::string_view host;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return refuse(text, "']' is missing after the IPv6 address");
    host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    host = rest.substr(0, rest.find(':'));
    rest.remove_prefix(host.size());
    if (rest.find(':', 1) != std::string_view::npos) {
      return refuse(text, "more than one ':'; an IPv6 address needs brackets, " + scheme + "[::1]:26");
    }
  }
  if (!is_host(host)) return refuse(text, "no valid host name or address");
  if (!rest.starts_with(':')) return refuse(text, "the port is missing, as in " + scheme + "gateway:26");
  const auto port = number(rest.substr(1), 1, 65535);
  if (!port) return refuse(text, "the port must be a number from 1 to 65535");
  return Options{Address{.host = std::string{host}, .port = static_cast<std::uint16_t>(*port)}};
}

/// "" when the setting is understood, else what is wrong with it.
std::string set(SerialOptions& options, std::string_view key, std::string_view value) {
  const auto unsigned_into = [&](unsigned& target, unsigned min, unsigned max) -> std::string {
    const auto parsed = number(value, min, max);
    if (parsed) target = *parsed;
    return parsed ? ""
                  : std::string{key} + " must be a number from " + std::to_string(min) + " to " +
                        std::to_string(max);
  };
  if (key == "baud") return unsigned_into(options.baud, 50, 4'000'000);
  if (key == "data_bits") return unsigned_into(options.data_bits, 5, 8);
  if (key == "stop_bits") return unsigned_into(options.stop_bits, 1, 2);
  if (key == "parity") {
    constexpr std::array<std::pair<std::string_view, Parity>, 3> known{
        {{"none", Parity::none}, {"even", Parity::even}, {"odd", Parity::odd}}};
    for (const auto& [word, parity] : known) {
      if (value == word) {
        options.parity = parity;
        return {};
      }
    }
    return "parity must be none, even or odd";
  }
  return "unknown setting '" + std::string{key.substr(0, 40)} +
         "'; known: baud, data_bits, parity, stop_bits";
}

/// serial:/dev/ttyUSB0?baud=9600&parity=none, or the path alone.
Result<Options> parse_serial(std::string_view text, std::string_view rest) {
  SerialOptions options;
  const auto question = rest.find('?');
  options.path = std::string{rest.substr(0, question)};
  if (!options.path.starts_with('/') || options.path.size() > 4096) {
    return refuse(text, "the path of a serial port starts with '/', as in serial:/dev/ttyUSB0");
  }
  std::string_view settings = question == std::string_view::npos ? "" : rest.substr(question + 1);
  while (!settings.empty()) {
    const std::string_view setting = settings.substr(0, settings.find('&'));
    settings.remove_prefix(std::min(settings.size(), setting.size() + 1));
    const auto equals = setting.find('=');
    if (equals == std::string_view::npos)
      return refuse(text, "settings have the form key=value, joined by '&'");
    const std::string problem = set(options, setting.substr(0, equals), setting.substr(equals + 1));
    if (!problem.empty()) return refuse(text, problem);
  }
  return Options{std::move(options)};
}

Result<Options> parse_unix(std::string_view text, std::string_view path) {
  constexpr std::size_t longest = 107;  // of sockaddr_un
  if (!path.starts_with('/') || path.size() > longest)
    return refuse(text,
                  "the path of a socket starts with '/' and has at most 107 characters, as in "
                  "unix:/run/gateway.sock");
  return Options{UnixOptions{.path = std::string{path}}};
}

/// Everything behind "exec:" is one command for /bin/sh: it may have quotes, pipes and '?' of its own.
Result<Options> parse_exec(std::string_view text, std::string_view command) {
  constexpr std::size_t longest = 4096;
  if (command.find_first_not_of(' ') == std::string_view::npos || command.size() > longest)
    return refuse(text, "the command is missing, as in exec:ssh gateway socat - /dev/ttyUSB0,b9600,raw");
  return Options{ExecOptions{.command = std::string{command}}};
}

/// hidraw:/dev/hidraw0?pad=none&report_id=none
Result<Options> parse_hidraw(std::string_view text, std::string_view rest) {
  HidrawOptions options;
  const auto question = rest.find('?');
  options.path = std::string{rest.substr(0, question)};
  if (!options.path.starts_with('/') || options.path.size() > 4096)
    return refuse(text, "the path of a HID device starts with '/', as in hidraw:/dev/hidraw0");
  std::string_view settings = question == std::string_view::npos ? "" : rest.substr(question + 1);
  while (!settings.empty()) {
    const std::string_view setting = settings.substr(0, settings.find('&'));
    settings.remove_prefix(std::min(settings.size(), setting.size() + 1));
    const bool pads = setting == "pad=zero" || setting == "pad=none";
    if (!pads && setting != "report_id=zero" && setting != "report_id=none")
      return refuse(text, "known settings: pad=zero, pad=none, report_id=zero, report_id=none");
    (pads ? options.pad : options.report_id) = setting.ends_with("=zero");
  }
  return Options{std::move(options)};
}

/// Every kind of link has its line here: std::visit refuses to compile without it.
struct Maker {
  std::unique_ptr<Link> operator()(TcpOptions options) const {
    return std::make_unique<TcpLink>(std::move(options));
  }
  std::unique_ptr<Link> operator()(SerialOptions options) const {
    return std::make_unique<SerialLink>(std::move(options));
  }
  std::unique_ptr<Link> operator()(UnixOptions options) const {
    return std::make_unique<UnixLink>(std::move(options));
  }
  std::unique_ptr<Link> operator()(UdpOptions options) const {
    return std::make_unique<UdpLink>(std::move(options));
  }
  std::unique_ptr<Link> operator()(ExecOptions options) const {
    return std::make_unique<ExecLink>(std::move(options));
  }
  std::unique_ptr<Link> operator()(HidrawOptions options) const {
    return std::make_unique<HidrawLink>(std::move(options));
  }
};

}  // namespace

std::unique_ptr<Link> make_link(Options options) { return std::visit(Maker{}, std::move(options)); }

Result<Options> parse_endpoint(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return refuse("", "contains a zero byte");
  if (text.starts_with("tcp://")) return parse_address<TcpOptions>(text, text.substr(6));
  if (text.starts_with("udp://")) return parse_address<UdpOptions>(text, text.substr(6));
  if (text.starts_with("unix:")) return parse_unix(text, text.substr(5));
  if (text.starts_with("exec:")) return parse_exec(text, text.substr(5));
  if (text.starts_with("hidraw:")) return parse_hidraw(text, text.substr(7));
  if (text.starts_with("serial:")) return parse_serial(text, text.substr(7));
  if (text.starts_with("/")) return parse_serial(text, text);
  return refuse(text, forms);
}

}  // namespace busbar::link
