// Who may do what with a file: its owner, group and rights against a user's ids and groups, in words.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace busbar::app::doctor {

/// A user as the kernel sees it.
struct Identity {
  uid_t user = 0;
  gid_t group = 0;
  std::vector<gid_t> groups;  ///< supplementary; may repeat `group`
  bool is_self = false;       ///< the kernel can be asked what this process may do
  [[nodiscard]] static Identity of_process();
  [[nodiscard]] bool member_of(gid_t id) const noexcept;
};

struct Ownership {
  uid_t user = 0;
  gid_t group = 0;
  mode_t mode = 0;
  /// nullopt: there is no such file, or it cannot be looked at.
  [[nodiscard]] static std::optional<Ownership> of(const std::string& path);
};

enum Right : unsigned { read = 4, write = 2, enter = 1 };

/// By the classic rights of owner, group and others; root may everything.
[[nodiscard]] bool allows(const Ownership& file, const Identity& who, unsigned rights) noexcept;
/// What the kernel says where it can be asked: it knows access control lists and capabilities, too. Else
/// allows().
[[nodiscard]] bool permits(const std::string& path, const Ownership& file, const Identity& who,
                           unsigned rights) noexcept;
/// The first directory on the way to `path` that may not be entered, as far as one can see; "" when the way
/// is free.
[[nodiscard]] std::string blocked_at(const std::string& path, const Identity& who);

/// "pi", or "1000" when it has no name.
[[nodiscard]] std::string user_name(uid_t id);
[[nodiscard]] std::string group_name(gid_t id);
/// "pi (1000), video (44)"
[[nodiscard]] std::string group_list(const Identity& who);
/// "belongs to user root (0), group dialout (20), mode 0660; this is user pi (1000) in the groups pi (1000),
/// video (44)": names may be missing, or differ from those of another machine, the numbers decide.
[[nodiscard]] std::string describe(const Ownership& file, const Identity& who);
/// How the user comes to the rights: into the group when the group has them, else a change of the file's
/// rights.
[[nodiscard]] std::string cure(const std::string& path, const Ownership& file, const Identity& who,
                               unsigned rights);

}  // namespace busbar::app::doctor
