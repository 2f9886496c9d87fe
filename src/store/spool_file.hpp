// The spool on the disk: a bounded queue of records in one SQLite file. Blocking and for one thread; what an
// order changed is on the disk when perform() returns, and nothing of it when it throws.
#pragma once

#include "store/record.hpp"

#include <memory>
#include <string>

namespace busbar::store {

class SpoolFile {
 public:
  SpoolFile(std::string path, Bounds bounds);
  SpoolFile(const SpoolFile&) = delete;
  SpoolFile& operator=(const SpoolFile&) = delete;
  ~SpoolFile();

  /// Throws store::Error. The file is made by the first record; an order without any finds an absent file
  /// empty. `now` counts for the age of records.
  [[nodiscard]] Outcome perform(const Order& order, UtcMillis now);
  /// Closes the file and renames it to <path>.damaged, where a person can look at it. What was there under
  /// that name before goes. Returns the new name.
  std::string set_aside();
  /// Leaves one tidy file behind, without a write-ahead log.
  void close();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  struct Open;
  void open();
  void erase(std::int64_t up_to);
  [[nodiscard]] std::uint64_t trim(const Order& order, UtcMillis now);
  void append(const Order& order, Outcome& outcome);
  void load(const Order& order, Outcome& outcome);
  void shrink();

  std::string path_;
  Bounds bounds_;
  std::unique_ptr<Open> open_;
};

}  // namespace busbar::store
