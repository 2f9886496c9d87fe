// The log: clean lines on standard error that never make the daemon wait for who reads them.
#include "app/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace busbar::app {
namespace {

/// With its prefix less than PIPE_BUF, the least that a pipe takes without blocking once poll(2) calls it
/// ready.
constexpr std::size_t max_payload = 3500;

/// Masks secrets, and replaces control characters, so that nothing a device sends can forge a log line.
class CleanFormatter final : public spdlog::formatter {
 public:
  CleanFormatter(std::string pattern, std::vector<std::string> secrets)
      : pattern_{std::move(pattern)}, secrets_{std::move(secrets)}, inner_{pattern_} {
    inner_.add_flag<Priority>('J').set_pattern(pattern_);
  }

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    std::string text{message.payload.data(), message.payload.size()};
    for (const auto& secret : secrets_) {
      for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 8)) {
        text.replace(at, secret.size(), "********");
      }
    }
    if (text.size() > max_payload) text.replace(max_payload, std::string::npos, " […]");
    for (auto& character : text) {
      if (static_cast<unsigned char>(character) < 0x20 && character != '\t') character = ' ';
    }
    spdlog::details::log_msg clean = message;
    clean.payload = text;
    inner_.format(clean, out);
  }

  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<CleanFormatter>(pattern_, secrets_);
  }

 private:
  /// sd-daemon(3): a line that starts with <N> has syslog priority N.
  class Priority final : public spdlog::custom_flag_formatter {
   public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
      static constexpr std::string_view prefixes[] = {"<7>", "<7>", "<6>", "<4>", "<3>", "<2>", "<6>"};
      const auto prefix = prefixes[static_cast<std::size_t>(message.level)];
      out.append(prefix.data(), prefix.data() + prefix.size());
    }
    [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
      return std::make_unique<Priority>();
    }
  };

  std::string pattern_;
  std::vector<std::string> secrets_;
  spdlog::pattern_formatter inner_;
};

/// Drops lines while nobody reads standard error: polls matter more. Says afterwards how many.
class PatientSink final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg& message) override {
    const std::lock_guard lock{mutex_};
    if (!is_writable()) {
      ++lost_;
      return;
    }
    if (lost_ > 0) {
      const auto text = "nobody read the log: " + std::to_string(std::exchange(lost_, 0)) + " lines are lost";
      inner_.log({message.logger_name, spdlog::level::warn, text});
      if (!is_writable()) {
        ++lost_;
        return;
      }
    }
    inner_.log(message);
  }
  void flush() override { inner_.flush(); }
  void set_pattern(const std::string& pattern) override { inner_.set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    inner_.set_formatter(std::move(formatter));
  }

 private:
  static bool is_writable() {
    pollfd descriptor{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    return ::poll(&descriptor, 1, 0) != 0;  // an error is for write(2) to find
  }

  std::mutex mutex_;
  spdlog::sinks::stderr_color_sink_st inner_;
  std::uint64_t lost_ = 0;
};

/// systemd.exec(5): JOURNAL_STREAM holds device and inode of the stream that goes to the journal.
bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
  return std::string_view{stream} == std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

}  // namespace

bool set_up_logging(const std::string& level, std::vector<std::string> secrets) {
  const auto parsed = spdlog::level::from_str(level);
  if (parsed == spdlog::level::off && level != "off") return false;
  std::erase_if(secrets,
                [](const auto& secret) { return secret.size() < 3; });  // masking "a" would mask everything
  auto sink = std::make_shared<PatientSink>();
  const std::string pattern = stderr_is_journal() ? "%J%v" : "%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v";
  sink->set_formatter(std::make_unique<CleanFormatter>(pattern, std::move(secrets)));
  auto logger = std::make_shared<spdlog::logger>("busbar", std::move(sink));
  logger->set_level(parsed);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  return true;
}

}  // namespace busbar::app
