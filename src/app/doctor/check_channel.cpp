// Links: can they be opened, and if not, what stands in the way.
#include "app/doctor/checks.hpp"
#include "async/with_deadline.hpp"

#include <array>
#include <filesystem>
#include <sys/stat.h>
#include <utility>

namespace busbar::app::doctor {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

/// A gateway whose only connection is taken accepts and hangs up; it does so at once.
constexpr std::chrono::milliseconds time_to_hang_up{500};

std::string gateway_cure(Errc code) {
  switch (code) {
    case Errc::resolve_failed:
      return "check the spelling of the host, and DNS: getent hosts NAME. An address works without DNS";
    case Errc::connect_failed:
      return "check power and cable of the gateway, its address and port, and that it is a TCP server.\n"
             "Most gateways take one connection only: is the daemon, or another program, holding it?";
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
    return Finding{Verdict::fail, subject, path + " is no serial port", "check 'link'"};
  const Ownership ownership{status.st_uid, status.st_gid, status.st_mode & 07777U};
  if (!allows(ownership, who, read | write)) {
    return Finding{Verdict::fail, subject, path + " may not be opened: it " + describe(ownership, who),
                   cure(path, ownership, who, read | write)};
  }
  return std::nullopt;
}

asio::awaitable<Result<std::size_t>> read_once(link::ByteStream& stream,
                                               std::array<std::uint8_t, 256>& buffer) {
  co_return co_await stream.read_some(buffer);
}

asio::awaitable<void> open_gateway(link::Options options, std::string subject, Findings& findings) {
  const auto link = link::make_link(std::move(options));
  auto stream = co_await link->open();
  if (!stream) {
    findings.push_back({Verdict::fail, subject, stream.error().detail, gateway_cure(stream.error().code)});
    co_return;
  }
  std::array<std::uint8_t, 256> buffer{};
  // What a cancelled read had taken is of no interest: the stream is closed next.
  auto first = read_once(**stream, buffer);
  const auto heard = co_await async::with_deadline(std::move(first), steady_clock::now() + time_to_hang_up);
  (*stream)->close();
  if (heard && !*heard) {
    findings.push_back({Verdict::fail, subject,
                        link->endpoint() + " accepts a connection and hangs up at once",
                        "most gateways take one connection only: the daemon, or another program, holds it"});
  } else if (heard) {
    findings.push_back({Verdict::warn, subject, link->endpoint() + " sends without being asked",
                        "does another program ask on the same line? Two masters disturb each other"});
  } else {
    findings.push_back({Verdict::ok, subject, link->endpoint() + " accepts a connection"});
  }
}

asio::awaitable<void> open_port(link::SerialOptions options, std::string subject, Identity who,
                                Findings& findings) {
  if (auto obstacle = look_at_port(subject, options.path, who)) {
    findings.push_back(std::move(*obstacle));
    co_return;
  }
  const std::string path = options.path;
  const auto link = link::make_link(std::move(options));
  auto stream = co_await link->open();
  if (!stream) {
    findings.push_back(
        {Verdict::fail, subject, stream.error().detail,
         "one program can use a port: stop the other one (systemctl stop busbar, if it is the daemon)"});
    co_return;
  }
  (*stream)->close();
  findings.push_back({Verdict::ok, subject, link->endpoint() + " can be opened"});
  const auto stable = stable_name(path);
  if (!stable.empty() && path.find("/by-") == std::string::npos)
    findings.push_back({Verdict::warn, subject, path + " may be another adapter after the next start",
                        "link: serial:" + stable});
}

}  // namespace

asio::awaitable<Findings> check_channel(ChannelConfiguration channel, Identity who) {
  Findings findings;
  const std::string subject = "channel " + channel.id;
  if (auto* const serial = std::get_if<link::SerialOptions>(&channel.link)) {
    co_await open_port(std::move(*serial), subject, std::move(who), findings);
  } else {
    co_await open_gateway(std::move(channel.link), subject, findings);
  }
  co_return findings;
}

}  // namespace busbar::app::doctor
