#include "virtuals/state_file.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace busbar::virtuals {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
constexpr std::uintmax_t largest = 1024 * 1024;

Error failed(const std::string& what, const fs::path& file, int number) {
  return {Errc::io_error, what + " " + file.string() + ": " + std::generic_category().message(number)};
}

Error damaged(const fs::path& file, const std::string& why) {
  return {Errc::bad_value, file.string() + " " + why};
}

class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags) : number_{::open(path.c_str(), flags | O_CLOEXEC, 0640)} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

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

Result<Counters> load_counters(const fs::path& file) {
  std::error_code problem;
  const auto size = fs::file_size(file, problem);
  if (problem == std::errc::no_such_file_or_directory) return Counters{};
  if (problem) return failed("cannot read", file, problem.value());
  if (size > largest) return damaged(file, "is larger than 1 MiB");
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return failed("cannot read", file, errno == 0 ? EIO : errno);
  const auto json = Json::parse(text.view(), nullptr, false);
  if (!json.is_object() || json.value("version", Json{}) != 1)
    return damaged(file, "is no JSON of version 1");
  const auto entries = json.find("watt_hours");
  if (entries == json.end() || !entries->is_object()) return damaged(file, "has no 'watt_hours'");
  Counters counters;
  for (const auto& [name, value] : entries->items()) {
    if (!value.is_number()) return damaged(file, "has no number for " + name);
    const double number = value.get<double>();
    if (!std::isfinite(number) || number < 0) return damaged(file, "has an impossible value for " + name);
    counters.emplace(name, number);
  }
  return counters;
}

Result<void> save_counters(const fs::path& file, const Counters& counters) {
  const std::string text = Json{{"version", 1}, {"watt_hours", counters}}.dump(1) + "\n";
  fs::path temporary = file;
  temporary += ".new";
  {
    const Descriptor out{temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW};
    if (out.get() < 0) return failed("cannot create", temporary, errno);
    if (!write_all(out.get(), text)) return failed("cannot write", temporary, errno);
    // Without it a power cut after the rename could leave an empty file under the good name.
    if (::fsync(out.get()) != 0) return failed("cannot sync", temporary, errno);
  }
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed("cannot replace", file, errno);
  const Descriptor directory{file.has_parent_path() ? file.parent_path() : fs::path{"."},
                             O_RDONLY | O_DIRECTORY};
  if (directory.get() >= 0) (void)::fsync(directory.get());
  return {};
}

}  // namespace busbar::virtuals
