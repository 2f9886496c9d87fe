// Looks a holder up in /proc: first the table of locks, readable for everybody, then the open files of the
// processes we may look into. Called only after a failed open.
#include "link/serial_node.hpp"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <system_error>
#include <unistd.h>

namespace busbar::link {
namespace {

namespace fs = std::filesystem;

/// /proc/locks: "1: FLOCK  ADVISORY  WRITE 1234 00:05:678 0 EOF", device numbers in hex, inode decimal.
std::optional<int> lock_holder(const struct stat& node) {
  char wanted[64];
  std::snprintf(wanted, sizeof wanted, "%02x:%02x:%llu", major(node.st_dev), minor(node.st_dev),
                static_cast<unsigned long long>(node.st_ino));
  std::ifstream locks{"/proc/locks"};
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words{line};
    std::string number, kind, mode, access, file;
    int pid = 0;
    if (words >> number >> kind >> mode >> access >> pid >> file && file == wanted && pid > 0) return pid;
  }
  return std::nullopt;
}

/// Links below /proc/PID/fd name what is open; those of other users' processes are not readable, and skipped.
bool has_open(const fs::path& process, const fs::path& device) {
  std::error_code error;
  for (fs::directory_iterator file{process / "fd", error}, end; !error && file != end;
       file.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(file->path(), unreadable) == device && !unreadable) return true;
  }
  return false;
}

std::optional<int> file_holder(const fs::path& device) {
  std::error_code error;
  for (fs::directory_iterator entry{"/proc", error}, end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    int pid = 0;
    const auto [rest, bad] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad != std::errc{} || rest != name.data() + name.size() || pid == ::getpid()) continue;
    if (has_open(entry->path(), device)) return pid;
  }
  return std::nullopt;
}

std::string command_of(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/comm"};
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::string holder_of(const std::string& path) {
  struct stat node {};
  std::optional<int> pid;
  if (::stat(path.c_str(), &node) == 0) pid = lock_holder(node);
  std::error_code error;
  const fs::path device = fs::canonical(path, error);
  if (!pid && !error) pid = file_holder(device);
  if (!pid) return "held by another process";
  const std::string command = command_of(*pid);
  return "held by process " + std::to_string(*pid) + (command.empty() ? "" : " (" + command + ")");
}

std::string owner_of(const std::string& path) {
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0) return {};
  const passwd* const user = ::getpwuid(node.st_uid);
  const group* const members = ::getgrgid(node.st_gid);
  char mode[8];
  std::snprintf(mode, sizeof mode, "%04o", node.st_mode & 07777U);
  return "it belongs to " + (user != nullptr ? std::string{user->pw_name} : std::to_string(node.st_uid)) +
         ":" + (members != nullptr ? std::string{members->gr_name} : std::to_string(node.st_gid)) +
         " (mode " + mode + ")";
}

}  // namespace busbar::link
