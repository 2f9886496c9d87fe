// Links: can they be opened, is it quiet on them, and if not, what stands in the way.
#include "app/doctor/checks.hpp"
#include "app/doctor/connections.hpp"
#include "async/with_deadline.hpp"
#include "link/resolve.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace busbar::app::doctor {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// A gateway whose only connection is taken accepts and hangs up, at once. A little longer, to hear another
/// master, too.
constexpr milliseconds a_moment{1500};
/// What speaks by itself does so every second or two.
constexpr milliseconds time_to_speak{3000};
constexpr std::chrono::seconds time_to_resolve{2};

constexpr const char* one_connection =
    "Most gateways take one connection only: is another program, perhaps on another machine, holding it?";

std::string gateway_cure(Errc code) {
  switch (code) {
    case Errc::resolve_failed:
      return "check the spelling of the host, and DNS: getent hosts NAME. An address works without DNS";
    case Errc::connect_failed:
      return std::string{
                 "check power and cable of the gateway, its address and port, and that it is a TCP "
                 "server.\n"} +
             one_connection;
    default:
      return "check the gateway";
  }
}

/// "/dev/ttyUSB0" → "/dev/serial/by-id/usb-…", "" when there is no such link.
std::string stable_name(const std::string& path) {
  std::error_code error;
  const auto device = fs::canonical(path, error);
  for (fs::directory_iterator entry{"/dev/serial/by-id", error}, end; !error && entry != end;
       entry.increment(error)) {
    std::error_code broken;
    if (fs::canonical(entry->path(), broken) == device && !broken) return entry->path().string();
  }
  return {};
}

/// What can be said before opening; nullopt: try it.
std::optional<Finding> look_at_port(const std::string& subject, const std::string& path,
                                    const Identity& who) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return Finding{Verdict::fail, subject, "there is no " + path,
                   "plug the adapter in; ls -l /dev/serial/by-id shows what is there, dmesg what happened"};
  }
  if (!S_ISCHR(status.st_mode))
    return Finding{Verdict::fail, subject, path + " is no serial port", "check 'link' of the channel"};
  const Ownership ownership{status.st_uid, status.st_gid, status.st_mode & 07777U};
  if (!permits(path, ownership, who, read | write)) {
    return Finding{
        Verdict::fail, subject, path + " may not be opened: it " + describe(ownership, who),
        cure(path, ownership, who, read | write) + "\nserial ports of the service: docs/operations.md"};
  }
  return std::nullopt;
}

enum class Heard { silence, bytes, end };

asio::awaitable<Result<std::size_t>> read_once(link::ByteStream& stream,
                                               std::array<std::uint8_t, 256>& buffer) {
  co_return co_await stream.read_some(buffer);
}

/// What was read does not matter, only whether there was something: the stream is closed next.
asio::awaitable<Heard> hear(link::ByteStream& stream, milliseconds patience) {
  std::array<std::uint8_t, 256> buffer{};
  auto first = read_once(stream, buffer);
  const auto heard = co_await async::with_deadline(std::move(first), steady_clock::now() + patience);
  if (!heard) co_return Heard::silence;
  co_return *heard ? Heard::bytes : Heard::end;
}

Finding opened(const std::string& subject, const std::string& endpoint, Heard heard, bool only_listens) {
  if (heard == Heard::bytes && only_listens)
    return {Verdict::ok, subject, endpoint + " opens, and its device speaks"};
  if (heard == Heard::bytes)
    return {Verdict::warn, subject, endpoint + " sends without being asked",
            "does another program ask on the same line? Two masters disturb each other"};
  if (only_listens)
    return {Verdict::warn, subject, endpoint + " opens, but the device, which speaks by itself, is silent",
            "check its power and its cable, and the baud rate: VE.Direct has 19200"};
  return {Verdict::ok, subject, endpoint + " opens"};
}

/// When the gateway refuses us: is it in the hands of a program of this machine, the daemon for example?
asio::awaitable<std::optional<Finding>> in_use_here(std::string subject, std::string endpoint,
                                                    link::TcpOptions options) {
  const auto peers =
      co_await link::resolve(options.host, options.port, steady_clock::now() + time_to_resolve);
  const auto users = peers ? users_connected(*peers) : std::vector<uid_t>{};
  if (users.empty()) co_return std::nullopt;
  co_return Finding{Verdict::warn, subject,
                    endpoint + " takes one connection only, and a program of user " +
                        user_name(users.front()) + " on this machine holds it",
                    "all is well if that is the daemon; ss -tnp shows it. To examine the gateway, stop it"};
}

asio::awaitable<void> open_gateway(link::TcpOptions options, bool only_listens, std::string subject,
                                   Findings& findings) {
  const auto link = link::make_link(options);
  auto stream = co_await link->open();
  Heard heard = Heard::end;
  if (stream) {
    heard = co_await hear(**stream, only_listens ? time_to_speak : a_moment);
    (*stream)->close();
  }
  if (heard != Heard::end) {
    findings.push_back(opened(subject, link->endpoint(), heard, only_listens));
    co_return;
  }
  auto held = co_await in_use_here(subject, link->endpoint(), std::move(options));
  if (held) {
    findings.push_back(std::move(*held));
  } else if (stream) {
    findings.push_back({Verdict::fail, subject,
                        link->endpoint() + " accepts a connection and hangs up at once", one_connection});
  } else {
    findings.push_back({Verdict::fail, subject, stream.error().detail, gateway_cure(stream.error().code)});
  }
}

asio::awaitable<void> open_port(link::SerialOptions options, bool only_listens, std::string subject,
                                Identity who, Findings& findings) {
  if (auto obstacle = look_at_port(subject, options.path, who)) {
    findings.push_back(std::move(*obstacle));
    co_return;
  }
  const std::string path = options.path;
  const auto link = link::make_link(std::move(options));
  auto stream = co_await link->open();
  if (!stream) {
    // The link tells who holds a port that is taken.
    const bool by_us = stream.error().detail.find("(busbar)") != std::string::npos;
    findings.push_back({by_us ? Verdict::warn : Verdict::fail, subject, stream.error().detail,
                        by_us ? "all is well if that is the daemon; to examine the port, stop it"
                              : "one program can use a port: stop the other one"});
    co_return;
  }
  const Heard heard = co_await hear(**stream, only_listens ? time_to_speak : a_moment);
  (*stream)->close();
  if (heard == Heard::end) {
    findings.push_back({Verdict::fail, subject, path + " opens, and is gone at once",
                        "check the plug and the adapter; dmesg tells what happened"});
    co_return;
  }
  findings.push_back(opened(subject, link->endpoint(), heard, only_listens));
  const auto stable = stable_name(path);
  if (!stable.empty() && path.find("/by-") == std::string::npos)
    findings.push_back({Verdict::warn, subject, path + " may be another adapter after the next start",
                        "link: serial:" + stable});
}

/// Sockets, helper processes and HID devices: their own messages say what is wrong.
asio::awaitable<void> open_other(link::Options options, bool only_listens, std::string subject,
                                 Findings& findings) {
  const auto link = link::make_link(std::move(options));
  auto stream = co_await link->open();
  if (!stream) {
    findings.push_back({Verdict::fail, subject, stream.error().detail, "see the page on channels"});
    co_return;
  }
  const Heard heard = co_await hear(**stream, only_listens ? time_to_speak : a_moment);
  (*stream)->close();
  if (heard == Heard::end) {
    findings.push_back({Verdict::fail, subject, link->endpoint() + " opens, and is gone at once",
                        "for a helper process: run its command by hand"});
    co_return;
  }
  findings.push_back(opened(subject, link->endpoint(), heard, only_listens));
}

}  // namespace

bool only_listens(const Configuration& configuration, const profile::Library& profiles,
                  const std::string& channel) {
  bool used = false;
  for (const auto& device : configuration.devices) {
    const profile::Profile* const profile = profiles.find(device.profile);
    if (device.channel != channel || profile == nullptr) continue;
    used = true;
    for (const auto& query : profile->queries) {
      const auto chosen = device.intervals.find(query.request.name);
      const auto interval = chosen == device.intervals.end() ? query.interval : chosen->second;
      if (!query.listen && !query.request.write && interval.count() > 0) return false;
    }
  }
  return used;
}

asio::awaitable<Findings> check_channel(ChannelConfiguration channel, bool only_listens, Identity who) {
  Findings findings;
  std::string subject = "channel " + channel.id;
  if (auto* const serial = std::get_if<link::SerialOptions>(&channel.link)) {
    co_await open_port(std::move(*serial), only_listens, std::move(subject), std::move(who), findings);
  } else if (auto* const tcp = std::get_if<link::TcpOptions>(&channel.link)) {
    co_await open_gateway(std::move(*tcp), only_listens, std::move(subject), findings);
  } else {
    co_await open_other(std::move(channel.link), only_listens, std::move(subject), findings);
  }
  co_return findings;
}

}  // namespace busbar::app::doctor
