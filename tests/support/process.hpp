// A child process of a test: started with arguments and environment, its output collected, ended at the
// latest with the object. And how tests wait: for a condition, up to a deadline, never for a fixed time.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <thread>
#include <vector>

namespace busbar::test {

using std::chrono::seconds;

/// Checks `condition` again and again; false when it did not come true in time.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit = seconds{20});

/// A TCP port of the loopback interface that was free a moment ago.
[[nodiscard]] unsigned short free_port();

class Process {
 public:
  Process(std::vector<std::string> command, std::map<std::string, std::string> environment = {});
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  ///< SIGKILL if it still runs

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  void signal(int number) const;
  /// Exit code, or 128 + signal; nullopt when it still runs after `limit`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit = seconds{20});
  [[nodiscard]] bool running();
  [[nodiscard]] std::string out() const;  ///< what it has written to standard output so far
  [[nodiscard]] std::string err() const;

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
  std::string out_file_;
  std::string err_file_;
};

/// An empty directory that is removed with the object.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// Writes a file in it and returns its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

}  // namespace busbar::test
