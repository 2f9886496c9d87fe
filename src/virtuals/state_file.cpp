#include "virtuals/state_file.hpp"

#include "store/whole_file.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cmath>
#include <fstream>
#include <sstream>
#include <system_error>

namespace busbar::virtuals {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
constexpr std::uintmax_t largest = 1024 * 1024;

Error failed(const std::string& what, int number) {
  return {Errc::io_error, what + ": " + std::generic_category().message(number)};
}

Error damaged(const fs::path& file, const std::string& why) {
  return {Errc::bad_value, file.string() + " " + why};
}

}  // namespace

Result<Counters> load_counters(const fs::path& file) {
  std::error_code problem;
  const auto size = fs::file_size(file, problem);
  if (problem == std::errc::no_such_file_or_directory) return Counters{};
  if (problem) return failed("cannot read " + file.string(), problem.value());
  if (size > largest) return damaged(file, "is larger than 1 MiB");
  errno = 0;
  std::ifstream stream{file, std::ios::binary};
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return failed("cannot read " + file.string(), errno == 0 ? EIO : errno);
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
  auto problem = store::write_new(temporary, text, 0640);
  if (!problem) problem = store::move_into_place(temporary, file);
  if (problem) return failed(problem->what, problem->error);
  store::sync_directory_of(file);
  return {};
}

}  // namespace busbar::virtuals
