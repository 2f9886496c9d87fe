// One file that is always whole: written beside its place and renamed into it. Blocking; used on a worker
// thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace busbar::sink::prometheus {

class TextfileWriter {
 public:
  /// Backups are path.1 … path.N, newest first.
  TextfileWriter(std::filesystem::path path, unsigned mode, unsigned backups);

  /// nullopt: the file has the new text. Otherwise what went wrong, for a person; the file is as it was, and
  /// no half file is left.
  [[nodiscard]] std::optional<std::string> write(std::string_view text) const;
  /// Removes the file itself; backups stay. nullopt when it is gone.
  [[nodiscard]] std::optional<std::string> remove() const;
  /// Removes temporary files of this path whose writers are gone. Returns how many.
  std::size_t remove_leftovers() const;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  [[nodiscard]] std::filesystem::path temporary() const;
  [[nodiscard]] std::string failure(std::string_view what, int error) const;
  [[nodiscard]] std::optional<std::string> keep_backup() const;

  std::filesystem::path path_;
  std::filesystem::path directory_;
  unsigned mode_;
  unsigned backups_;
};

}  // namespace busbar::sink::prometheus
