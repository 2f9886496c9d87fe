// The machine: clock, user, site file, directories.
#include "app/doctor/checks.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <utility>

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

/// What hides everything below it.
std::optional<Finding> obstacle(const std::string& subject, const std::string& path, const Identity& who) {
  const auto blocked = blocked_at(path, who);
  if (blocked.empty()) return std::nullopt;
  const auto ownership = Ownership::of(blocked).value_or(Ownership{});
  return Finding{Verdict::fail, subject, blocked + " may not be entered: it " + describe(ownership, who),
                 cure(blocked, ownership, who, enter)};
}

Finding cannot_read(const std::string& path, const Identity& who) {
  if (auto blocked = obstacle("configuration", path, who)) return std::move(*blocked);
  const auto ownership = Ownership::of(path);
  if (!ownership) {
    return {Verdict::fail, "configuration", "there is no " + path,
            "name the site file with --config; an example comes with busbar (docs/getting-started.md)"};
  }
  return {Verdict::fail, "configuration", path + " may not be read: it " + describe(*ownership, who),
          cure(path, *ownership, who, read)};
}

/// True when a secret stands in the file itself, instead of the name of a file or credential that has it.
bool holds_one_of(const std::vector<std::string>& secrets, const std::string& path) {
  std::ifstream file{path};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return std::any_of(secrets.begin(), secrets.end(), [&](const std::string& secret) {
    return !secret.empty() && text.find(secret) != std::string::npos;
  });
}

}  // namespace

Loaded check_configuration(const std::string& path, const Identity& who, Findings& findings) {
  const auto ownership = Ownership::of(path);
  if (!ownership || !permits(path, *ownership, who, read)) {
    findings.push_back(cannot_read(path, who));
    return {};
  }
  auto loaded = load_configuration(path, Environment::of_process());
  for (const auto& finding : loaded.findings.list()) {
    findings.push_back(
        {Verdict::fail, "configuration", location(finding) + ": " + finding.message, finding.hint});
  }
  if (!loaded.configuration) return loaded;
  const auto& configuration = *loaded.configuration;
  findings.push_back({Verdict::ok, "configuration",
                      path + ": valid; " + std::to_string(configuration.channels.size()) + " channel(s), " +
                          std::to_string(configuration.devices.size()) + " device(s), " +
                          std::to_string(configuration.sinks.size()) + " sink(s)"});
  for (const auto& warning : loaded.warnings) findings.push_back({Verdict::warn, "configuration", warning});
  for (const auto& warning : budget_warnings(configuration, loaded.profiles))
    findings.push_back({Verdict::warn, "configuration", warning});
  if ((ownership->mode & 0004U) != 0 && holds_one_of(configuration.secrets, path)) {
    findings.push_back({Verdict::warn, "configuration", path + " holds a password and everybody may read it",
                        "sudo chmod o-rwx " + path + ", or move it to a credential: docs/operations.md"});
  }
  return loaded;
}

ClockState ClockState::of_system() {
  using namespace std::chrono;
  timex state{};
  const int result = ::adjtimex(&state);
  ClockState clock{floor<milliseconds>(system_clock::now())};
  if (result >= 0) clock.synchronised = result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  return clock;
}

void check_clock(const ClockState& clock, Findings& findings) {
  // No busbar is older than this: a clock before it has never been set.
  constexpr UtcMillis earliest = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};
  const std::string now = format_utc(clock.now);
  if (clock.now < earliest) {
    findings.push_back({Verdict::fail, "clock", "it is " + now + ": the clock was never set",
                        "sudo timedatectl set-ntp true; a board without battery needs the network first"});
  } else if (!clock.synchronised) {
    findings.push_back({Verdict::ok, "clock", now + "; whether it is synchronised cannot be seen from here"});
  } else if (!*clock.synchronised) {
    findings.push_back({Verdict::warn, "clock", now + ", not synchronised: timestamps may be wrong",
                        "sudo timedatectl set-ntp true, or install chrony"});
  } else {
    findings.push_back({Verdict::ok, "clock", now + ", synchronised"});
  }
}

void check_user(const Identity& who, Findings& findings) {
  if (who.user != 0) {
    findings.push_back({Verdict::ok, "user", user_name(who.user) + ", in the groups " + group_list(who)});
    return;
  }
  findings.push_back({Verdict::warn, "user",
                      "this is root, who may do everything: the rights of the daemon are not examined",
                      "run it as the daemon's user: sudo -u busbar busbar doctor"});
}

void check_directory(const std::string& subject, const std::string& path, const Identity& who,
                     Findings& findings) {
  if (auto blocked = obstacle(subject, path, who)) {
    findings.push_back(std::move(*blocked));
    return;
  }
  std::error_code error;
  if (fs::exists(path, error) && !fs::is_directory(path, error)) {
    findings.push_back({Verdict::fail, subject, path + " is no directory",
                        "move it away, or name another directory in the site file"});
    return;
  }
  if (!fs::is_directory(path, error)) {
    findings.push_back({Verdict::fail, subject, "there is no directory " + path,
                        "sudo install -d -o " + user_name(who.user) + " " + path});
    return;
  }
  struct statvfs room {};
  const bool known = ::statvfs(path.c_str(), &room) == 0;
  if (known) {
    // Before the rights: a file system like that denies everybody.
    if ((room.f_flag & ST_RDONLY) != 0) {
      findings.push_back(
          {Verdict::fail, subject, path + " is on a file system mounted read-only",
           "sudo mount -o remount,rw … ; an SD card that was worn out turns read-only by itself"});
      return;
    }
  }
  const auto ownership = Ownership::of(path).value_or(Ownership{});
  if (!permits(path, ownership, who, read | write | enter)) {
    findings.push_back({Verdict::fail, subject, path + " may not be written: it " + describe(ownership, who),
                        cure(path, ownership, who, read | write | enter)});
    return;
  }
  if (known) {
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
