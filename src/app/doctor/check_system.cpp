// The machine: clock, user, site file, directories.
#include "app/doctor/checks.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/statvfs.h>
#include <sys/timex.h>

namespace busbar::app::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t little_room = 16 * 1024 * 1024;

std::string location(const yaml::Finding& finding) {
  std::string text = finding.file;
  if (finding.place.line > 0)
    text += ":" + std::to_string(finding.place.line) + ":" + std::to_string(finding.place.column);
  return text;
}

/// The first directory on the way to `path` that this user may not enter; "" when the way is free.
std::string blocked_at(const fs::path& path, const Identity& who) {
  fs::path way;
  for (const auto& part : fs::absolute(path).parent_path()) {
    way /= part;
    const auto ownership = Ownership::of(way.string());
    if (ownership && !allows(*ownership, who, enter)) return way.string();
  }
  return {};
}

Finding cannot_read(const std::string& path, const Identity& who) {
  if (const auto blocked = blocked_at(path, who); !blocked.empty()) {
    const auto ownership = Ownership::of(blocked).value_or(Ownership{});
    return {Verdict::fail, "configuration", blocked + " may not be entered: it " + describe(ownership, who),
            cure(blocked, ownership, who, enter)};
  }
  const auto ownership = Ownership::of(path);
  if (!ownership) {
    return {Verdict::fail, "configuration", path + ": " + std::strerror(errno),
            "name the site file with --config; an example comes with busbar (docs/getting-started.md)"};
  }
  return {Verdict::fail, "configuration", path + " may not be read: it " + describe(*ownership, who),
          cure(path, *ownership, who, read)};
}

bool has_secrets(const Configuration& configuration) {
  for (const auto& sink : configuration.sinks) {
    const auto* const mqtt = std::get_if<sink::mqtt::Options>(&sink);
    if (mqtt != nullptr && !mqtt->password.empty()) return true;
  }
  return false;
}

}  // namespace

std::optional<Configuration> check_configuration(const std::string& path, const Identity& who,
                                                 Findings& findings) {
  const auto ownership = Ownership::of(path);
  if (!ownership || !allows(*ownership, who, read)) {
    findings.push_back(cannot_read(path, who));
    return std::nullopt;
  }
  auto loaded = load_configuration(path, Environment::of_process());
  for (const auto& finding : loaded.findings.list()) {
    findings.push_back(
        {Verdict::fail, "configuration", location(finding) + ": " + finding.message, finding.hint});
  }
  if (!loaded.configuration) return std::nullopt;
  auto& configuration = *loaded.configuration;
  findings.push_back({Verdict::ok, "configuration",
                      path + ": valid; " + std::to_string(configuration.channels.size()) + " channel(s), " +
                          std::to_string(configuration.devices.size()) + " device(s), " +
                          std::to_string(configuration.sinks.size()) + " sink(s)"});
  for (const auto& warning : loaded.warnings) findings.push_back({Verdict::warn, "configuration", warning});
  for (const auto& warning : budget_warnings(configuration, loaded.profiles))
    findings.push_back({Verdict::warn, "configuration", warning});
  // From files and credentials come `secrets`; they guard themselves. What stands in the site file does not.
  if (has_secrets(configuration) && configuration.secrets.empty() && (ownership->mode & 0004U) != 0) {
    findings.push_back({Verdict::warn, "configuration", path + " holds a password and everybody may read it",
                        "sudo chmod o-rwx " + path + ", or move it to a credential: docs/operations.md"});
  }
  return std::move(loaded.configuration);
}

ClockState ClockState::of_system() {
  using namespace std::chrono;
  timex state{};
  const int result = ::adjtimex(&state);
  return {floor<milliseconds>(system_clock::now()),
          result >= 0 && result != TIME_ERROR && (state.status & STA_UNSYNC) == 0};
}

void check_clock(const ClockState& clock, Findings& findings) {
  // No busbar is older than this: a clock before it has never been set.
  constexpr UtcMillis earliest = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};
  const std::string now = format_utc(clock.now);
  if (clock.now < earliest) {
    findings.push_back({Verdict::fail, "clock", "it is " + now + ": the clock was never set",
                        "sudo timedatectl set-ntp true; a board without battery needs the network first"});
  } else if (!clock.synchronised) {
    findings.push_back({Verdict::warn, "clock", now + ", not synchronised: timestamps may be wrong",
                        "sudo timedatectl set-ntp true, or install chrony"});
  } else {
    findings.push_back({Verdict::ok, "clock", now + ", synchronised"});
  }
}

void check_user(const Identity& who, Findings& findings) {
  if (who.user != 0) {
    std::string groups = group_name(who.group);
    for (const gid_t id : who.groups)
      if (id != who.group) groups += ", " + group_name(id);
    findings.push_back({Verdict::ok, "user", user_name(who.user) + ", groups " + groups});
    return;
  }
  findings.push_back({Verdict::warn, "user",
                      "this is root, who may everything: rights of the daemon are not examined",
                      "run it as the daemon's user: sudo -u busbar busbar doctor"});
}

void check_directory(const std::string& subject, const std::string& path, const Identity& who,
                     Findings& findings) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    findings.push_back({Verdict::fail, subject, "there is no directory " + path,
                        "sudo install -d -o " + user_name(who.user) + " " + path});
    return;
  }
  const auto ownership = Ownership::of(path).value_or(Ownership{});
  if (!allows(ownership, who, read | write | enter)) {
    findings.push_back({Verdict::fail, subject, path + " may not be written: it " + describe(ownership, who),
                        cure(path, ownership, who, read | write | enter)});
    return;
  }
  struct statvfs room {};
  if (::statvfs(path.c_str(), &room) == 0) {
    if ((room.f_flag & ST_RDONLY) != 0) {
      findings.push_back(
          {Verdict::fail, subject, path + " is on a file system mounted read-only",
           "sudo mount -o remount,rw … ; an SD card that was worn out turns read-only by itself"});
      return;
    }
    const std::uint64_t left = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    if (left < little_room) {
      findings.push_back({Verdict::warn, subject,
                          "only " + std::to_string(left / 1024) + " KiB are left at " + path,
                          "make room: df -h " + path});
      return;
    }
  }
  findings.push_back({Verdict::ok, subject, path + " can be written"});
}

void check_paths(const Configuration& configuration, const Identity& who, Findings& findings) {
  if (configuration.state_directory.empty()) {
    findings.push_back({Verdict::ok, "state", "no state_directory; the unit brings its own"});
  } else {
    check_directory("state", configuration.state_directory, who, findings);
  }
  for (const auto& sink : configuration.sinks) {
    const auto* const textfile = std::get_if<sink::prometheus::TextfileOptions>(&sink);
    if (textfile == nullptr) continue;
    check_directory("sink " + textfile->name, fs::absolute(textfile->path).parent_path().string(), who,
                    findings);
  }
}

}  // namespace busbar::app::doctor
