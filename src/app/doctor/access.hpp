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
/// "pi", or "1000" when it has no name.
[[nodiscard]] std::string user_name(uid_t id);
[[nodiscard]] std::string group_name(gid_t id);
/// "belongs to root:dialout (mode 0660); this is user pi (uid 1000) with the groups pi, video"
[[nodiscard]] std::string describe(const Ownership& file, const Identity& who);
/// How the user comes to the rights: into the group when the group has them, else a change of the file's
/// rights.
[[nodiscard]] std::string cure(const std::string& path, const Ownership& file, const Identity& who,
                               unsigned rights);

}  // namespace busbar::app::doctor
