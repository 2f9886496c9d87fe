#include "store/whole_file.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace busbar::store {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { (void)close(); }

  [[nodiscard]] int get() const noexcept { return number_; }
  int close() { return number_ < 0 ? 0 : ::close(std::exchange(number_, -1)); }

 private:
  int number_;
};

/// A file nobody else has open, under no link: what has the name, left over from a crash mostly, goes first.
int create(const fs::path& file) {
  const auto exclusively = [&file] {
    return ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  };
  const int made = exclusively();
  if (made >= 0 || errno != EEXIST) return made;
  (void)::unlink(file.c_str());
  return exclusively();
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

std::optional<FileFailure> write_new(const fs::path& file, std::string_view text, unsigned mode) {
  Descriptor out{create(file)};
  if (out.get() < 0) return FileFailure{"cannot create " + file.string(), errno};
  const auto give_up = [&file](const char* what) {
    const int error = errno;
    (void)::unlink(file.c_str());
    return FileFailure{what + (" " + file.string()), error};
  };
  if (!write_all(out.get(), text)) return give_up("cannot write");
  if (::fchmod(out.get(), static_cast<mode_t>(mode)) != 0) return give_up("cannot set the mode of");
  // Without it a power cut after the rename could leave an empty file under the good name.
  if (::fsync(out.get()) != 0) return give_up("cannot sync");
  // Some file systems report a full disk only here.
  if (out.close() != 0) return give_up("cannot close");
  return std::nullopt;
}

std::optional<FileFailure> move_into_place(const fs::path& temporary, const fs::path& file) {
  if (::rename(temporary.c_str(), file.c_str()) == 0) return std::nullopt;
  const int error = errno;
  (void)::unlink(temporary.c_str());
  return FileFailure{"cannot rename " + temporary.string() + " to " + file.string(), error};
}

void sync_directory_of(const fs::path& file) {
  const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path{"."};
  const Descriptor open{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (open.get() >= 0) (void)::fsync(open.get());
}

}  // namespace busbar::store
