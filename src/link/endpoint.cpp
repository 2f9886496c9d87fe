// The text form of links, and the one place that knows which kinds there are.
#include "link/link.hpp"
#include "link/serial.hpp"
#include "link/tcp.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace busbar::link {
namespace {

constexpr std::string_view forms =
    "expected tcp://HOST:PORT, tcp://[IPV6]:PORT, serial:/dev/NAME?baud=9600&parity=none or /dev/NAME";

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

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && host.find_first_of(" \t/?#@[]%\"'") == std::string_view::npos;
}

Result<Options> parse_tcp(std::string_view text, std::string_view rest) {
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
      return refuse(text, "more than one ':'; an IPv6 address needs brackets, tcp://[::1]:26");
    }
  }
  if (!is_host(host)) return refuse(text, "no valid host name or address");
  if (!rest.starts_with(':')) return refuse(text, "the port is missing, as in tcp://gateway:26");
  const auto port = number(rest.substr(1), 1, 65535);
  if (!port) return refuse(text, "the port must be a number from 1 to 65535");
  return Options{TcpOptions{.host = std::string{host}, .port = static_cast<std::uint16_t>(*port)}};
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

struct Maker {
  std::unique_ptr<Link> operator()(TcpOptions options) const {
    return std::make_unique<TcpLink>(std::move(options));
  }
  std::unique_ptr<Link> operator()(SerialOptions options) const {
    return std::make_unique<SerialLink>(std::move(options));
  }
};

}  // namespace

std::unique_ptr<Link> make_link(Options options) { return std::visit(Maker{}, std::move(options)); }

Result<Options> parse_endpoint(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return refuse("", "contains a zero byte");
  if (text.starts_with("tcp://")) return parse_tcp(text, text.substr(6));
  if (text.starts_with("serial:")) return parse_serial(text, text.substr(7));
  if (text.starts_with("/")) return parse_serial(text, text);
  return refuse(text, forms);
}

}  // namespace busbar::link
