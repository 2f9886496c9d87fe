// Files that are always whole: a reader, a crash and a power cut find the old text or the new one, never half
// of it. Written beside their place, synced, and renamed into it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::store {

/// The call that failed, for a sentence ("cannot sync /run/x.tmp"), and its errno.
struct FileFailure {
  std::string what;
  int error = 0;
};

/// Makes a file with this text and this mode, whatever the umask, and waits until the disk has it. A file of
/// that name goes first; a link of that name is not followed. On failure nothing is left. Blocking.
[[nodiscard]] std::optional<FileFailure> write_new(const std::filesystem::path& file, std::string_view text,
                                                   unsigned mode);
/// Second half: renames what write_new() made. On failure `temporary` is gone and `file` is as it was.
[[nodiscard]] std::optional<FileFailure> move_into_place(const std::filesystem::path& temporary,
                                                         const std::filesystem::path& file);
/// Waits until the disk knows the new name, too. Without it a power cut may bring the old text back, whole.
void sync_directory_of(const std::filesystem::path& file);

}  // namespace busbar::store
