// Collects the built-in profiles and those of the site.
#include "profile/library.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace busbar::profile {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> site_files(const std::string& directory, yaml::Findings& findings) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entry{directory, error};
  for (; !error && entry != fs::directory_iterator{}; entry.increment(error)) {
    if (entry->path().extension() == ".yaml" && !entry->path().filename().string().starts_with('.')) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    findings.add(directory, {}, "the profile directory cannot be read: " + error.message(),
                 "create it, or correct the setting that names it");
  }
  std::sort(files.begin(), files.end());  // the same order, and the same findings, on every machine
  return files;
}

std::optional<std::string> read_all(const fs::path& path, yaml::Findings& findings) {
  constexpr std::uintmax_t limit = 1024 * 1024;  // as much as the parser takes
  std::error_code error;
  const auto size = fs::is_regular_file(path, error) ? fs::file_size(path, error) : 0;
  std::ifstream file{path, std::ios::binary};
  if (error || !file || !fs::is_regular_file(path, error)) {
    findings.add(path.string(), {}, "the file cannot be read");
    return std::nullopt;
  }
  if (size > limit) {
    findings.add(path.string(), {}, "the file has " + std::to_string(size) + " bytes, at most 1 MiB is read");
    return std::nullopt;
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  file.read(text.data(), static_cast<std::streamsize>(size));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace

Library Library::load(const std::string& site_directory, yaml::Findings& findings) {
  Library library;
  for (const Embedded& embedded : embedded_profiles()) {
    // A built-in profile is called as its file is; a test holds the build to it.
    library.entries_.try_emplace(fs::path{embedded.file}.stem().string(), Entry{&embedded});
  }
  if (site_directory.empty()) {
    return library;
  }
  std::map<std::string, std::string> seen;  // profile → file
  for (const fs::path& path : site_files(site_directory, findings)) {
    const std::size_t before = findings.list().size();
    const auto text = read_all(path, findings);
    auto profile = text ? load_profile(*text, path.string(), findings) : nullptr;
    if (profile == nullptr) {
      continue;
    }
    check_examples(*profile, path.string(), findings);
    const auto [first, fresh] = seen.try_emplace(profile->name, path.string());
    if (!fresh) {
      findings.add(path.string(), {}, "profile '" + profile->name + "' is also defined by " + first->second);
    }
    if (findings.list().size() == before) {
      std::string name = profile->name;
      library.entries_.insert_or_assign(std::move(name), Entry{nullptr, std::move(profile)});
    }
  }
  return library;
}

const Profile* Library::find(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return nullptr;
  const Entry& entry = found->second;
  if (entry.profile == nullptr) {
    yaml::Findings none;  // its examples have been run by the build
    entry.profile = load_profile(entry.built_in->text, std::string{entry.built_in->file}, none);
  }
  return entry.profile.get();
}

std::vector<std::string_view> Library::names() const {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : entries_) names.emplace_back(name);
  return names;
}

std::vector<const Profile*> Library::all() const {
  std::vector<const Profile*> profiles;
  for (const auto& name : names()) profiles.push_back(find(name));
  return profiles;
}

}  // namespace busbar::profile
