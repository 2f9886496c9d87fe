#include "app/doctor/access.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace busbar::app::doctor {
namespace {

// The same numbers, so that the kernel can be asked with them.
static_assert(Right::read == R_OK && Right::write == W_OK && Right::enter == X_OK);

std::string numbered(const std::string& name, unsigned id) {
  const std::string number = std::to_string(id);
  return name == number ? number : name + " (" + number + ")";
}

/// The letters of chmod.
std::string letters(unsigned rights) {
  std::string text;
  if ((rights & read) != 0) text += 'r';
  if ((rights & write) != 0) text += 'w';
  if ((rights & enter) != 0) text += 'x';
  return text;
}

}  // namespace

Identity Identity::of_process() {
  Identity who{::geteuid(), ::getegid(), {}, true};
  const int count = ::getgroups(0, nullptr);
  who.groups.resize(static_cast<std::size_t>(std::max(count, 0)));
  if (count > 0 && ::getgroups(count, who.groups.data()) != count) who.groups.clear();
  return who;
}

bool Identity::member_of(gid_t id) const noexcept {
  return id == group || std::find(groups.begin(), groups.end(), id) != groups.end();
}

std::optional<Ownership> Ownership::of(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Ownership{status.st_uid, status.st_gid, status.st_mode & 07777U};
}

bool allows(const Ownership& file, const Identity& who, unsigned rights) noexcept {
  if (who.user == 0) return true;
  // The first class that fits decides, even if a later one would allow more.
  const unsigned shift = who.user == file.user ? 6 : who.member_of(file.group) ? 3 : 0;
  return ((file.mode >> shift) & rights) == rights;
}

bool permits(const std::string& path, const Ownership& file, const Identity& who, unsigned rights) noexcept {
  if (!who.is_self) return allows(file, who, rights);
  return ::faccessat(AT_FDCWD, path.c_str(), static_cast<int>(rights), AT_EACCESS) == 0;
}

std::string blocked_at(const std::string& path, const Identity& who) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path way;
  for (const auto& part : fs::absolute(path, error).parent_path()) {
    way /= part;
    const auto ownership = Ownership::of(way.string());
    if (ownership && !permits(way.string(), *ownership, who, enter)) return way.string();
  }
  return {};
}

std::string user_name(uid_t id) {
  const passwd* const entry = ::getpwuid(id);
  return entry != nullptr ? entry->pw_name : std::to_string(id);
}

std::string group_name(gid_t id) {
  const group* const entry = ::getgrgid(id);
  return entry != nullptr ? entry->gr_name : std::to_string(id);
}

std::string group_list(const Identity& who) {
  std::string list = numbered(group_name(who.group), who.group);
  for (const gid_t id : who.groups)
    if (id != who.group) list += ", " + numbered(group_name(id), id);
  return list;
}

std::string describe(const Ownership& file, const Identity& who) {
  std::array<char, 8> mode{};
  std::snprintf(mode.data(), mode.size(), "%04o", static_cast<unsigned>(file.mode));
  return "belongs to user " + numbered(user_name(file.user), file.user) + ", group " +
         numbered(group_name(file.group), file.group) + ", mode " + mode.data() + "; this is user " +
         numbered(user_name(who.user), who.user) + " in the groups " + group_list(who);
}

std::string cure(const std::string& path, const Ownership& file, const Identity& who, unsigned rights) {
  const std::string user = user_name(who.user);
  if (who.user == file.user) return "chmod u+" + letters(rights) + " " + path;
  const std::string group = group_name(file.group);
  const bool by_group = ((file.mode >> 3) & rights) == rights && file.group != 0;
  if (by_group && !who.member_of(file.group))
    return "sudo usermod -aG " + group + " " + user +
           "   (takes effect at the next login)\nthe service: SupplementaryGroups=" + group + " in its unit";
  if (who.member_of(file.group) && file.group != 0) return "sudo chmod g+" + letters(rights) + " " + path;
  return "sudo chgrp " + group_name(who.group) + " " + path + " && sudo chmod g+" + letters(rights) + " " +
         path;
}

}  // namespace busbar::app::doctor
