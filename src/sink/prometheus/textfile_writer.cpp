// One file that is always whole: written beside its place and renamed into it.
// The textfile collector of node_exporter reads every *.prom of its directory, hidden ones too: the temporary
// name must end otherwise.
#include "sink/prometheus/textfile_writer.hpp"

#include "store/whole_file.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace busbar::sink::prometheus {
namespace {

namespace fs = std::filesystem;

template <class Record, class Id, class LookUp>
std::string name_of(Id id, LookUp look_up, char* Record::*name) {
  Record record{};
  Record* found = nullptr;
  std::array<char, 4096> buffer{};
  if (look_up(id, &record, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
    return found->*name;
  return std::to_string(id);
}

/// "root:root, mode 0755; busbar runs as user 61184, group 61184"
std::string ownership(const fs::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return {};
  std::array<char, 8> mode{};
  auto* const end = std::to_chars(mode.data(), mode.data() + mode.size(), status.st_mode & 07777U, 8).ptr;
  return "it belongs to " + name_of(status.st_uid, ::getpwuid_r, &passwd::pw_name) + ":" +
         name_of(status.st_gid, ::getgrgid_r, &group::gr_name) + ", mode 0" + std::string{mode.data(), end} +
         "; busbar runs as user " + name_of(::geteuid(), ::getpwuid_r, &passwd::pw_name) + ", group " +
         name_of(::getegid(), ::getgrgid_r, &group::gr_name);
}

bool alive(pid_t process) { return ::kill(process, 0) == 0 || errno != ESRCH; }

}  // namespace

TextfileWriter::TextfileWriter(fs::path path, unsigned mode, unsigned backups)
    : path_{std::move(path)},
      directory_{path_.has_parent_path() ? path_.parent_path() : fs::path{"."}},
      mode_{mode},
      backups_{backups} {}

fs::path TextfileWriter::temporary() const {
  return directory_ / ("." + path_.filename().string() + "." + std::to_string(::getpid()) + ".tmp");
}

std::string TextfileWriter::failure(std::string_view what, int error) const {
  std::string text = std::string{what} + ": " + std::generic_category().message(error);
  if (error == ENOENT) {
    text += " (the directory " + directory_.string() + " does not exist; create it or change `path`)";
  } else if (error == EACCES || error == EPERM || error == EROFS) {
    text += " (directory " + directory_.string() + ": " + ownership(directory_) +
            "; it must be writable for busbar, under systemd also by ReadWritePaths=)";
  } else if (error == ENOTDIR) {
    text += " (a part of " + directory_.string() + " is not a directory)";
  }
  return text;
}

std::optional<std::string> TextfileWriter::keep_backup() const {
  if (backups_ == 0) return std::nullopt;
  const auto numbered = [this](unsigned number) { return path_.string() + "." + std::to_string(number); };
  for (unsigned number = backups_; number > 1; --number)
    if (::rename(numbered(number - 1).c_str(), numbered(number).c_str()) != 0 && errno != ENOENT)
      return failure("cannot keep a backup", errno);
  // A second name for the present file: unlike a rename it leaves no moment without it.
  (void)::unlink(numbered(1).c_str());
  if (::link(path_.c_str(), numbered(1).c_str()) != 0 && errno != ENOENT)
    return failure("cannot keep a backup", errno);
  return std::nullopt;
}

std::optional<std::string> TextfileWriter::write(std::string_view text) const {
  const fs::path name = temporary();
  // The collector runs as another user; the mode is the one asked for.
  if (const auto failed = store::write_new(name, text, mode_)) return failure(failed->what, failed->error);
  const std::optional<std::string> backup_problem = keep_backup();
  if (const auto failed = store::move_into_place(name, path_)) return failure(failed->what, failed->error);
  return backup_problem;
}

std::optional<std::string> TextfileWriter::remove() const {
  if (::unlink(path_.c_str()) == 0 || errno == ENOENT) return std::nullopt;
  return failure("cannot remove " + path_.string(), errno);
}

std::size_t TextfileWriter::remove_leftovers() const {
  const std::string prefix = "." + path_.filename().string() + ".";
  constexpr std::string_view suffix = ".tmp";
  std::size_t removed = 0;
  std::error_code error;
  for (fs::directory_iterator entry{directory_, error}, end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
      continue;
    const std::string_view digits =
        std::string_view{name}.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    pid_t process = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), process);
    if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() || process <= 0) continue;
    // A file of our own number was left by an earlier life: numbers repeat, in a container always.
    if (process != ::getpid() && alive(process)) continue;
    removed += ::unlink(entry->path().c_str()) == 0 ? 1 : 0;
  }
  return removed;
}

}  // namespace busbar::sink::prometheus
