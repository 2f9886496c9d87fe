// Notes become text on the loop; the writer thread knows files only.
#include "channel/recorder.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <mutex>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace busbar::channel {
namespace {

namespace capture = link::capture;
using capture::Event;
using capture::Kind;

constexpr std::size_t worth_a_write = 64 * 1024;
constexpr std::size_t max_waiting = 8 * 1024 * 1024;  // a disk that is so far behind will not catch up
constexpr std::chrono::seconds longest_delay{1};

/// A descriptor of a new file at `path`; what was there becomes <path>.1.
Result<int> fresh_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode)) return Error{Errc::io_error, "cannot record to " + path + ": not a file"};
    if (::rename(path.c_str(), (path + ".1").c_str()) != 0)
      return Error{Errc::io_error, "cannot rename " + path + ": " + std::strerror(errno)};
  }
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
  if (file >= 0) return file;
  const Errc code = errno == EACCES || errno == EPERM ? Errc::permission_denied : Errc::io_error;
  return Error{code, "cannot record to " + path + ": " + std::strerror(errno)};
}

std::string write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::strerror(errno);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

/// Writes what it is given to one file after the other, from a thread of its own.
class Writer {
 public:
  Writer(std::string path, int file) : path_{std::move(path)}, file_{file}, thread_{[this] { work(); }} {}
  ~Writer() {
    {
      const std::lock_guard lock{mutex_};
      stop_ = true;
    }
    news_.notify_one();
    thread_.join();
    ::close(file_);
  }

  /// False when so much waits already that the text was not taken.
  bool put(std::string text, bool new_file) {
    const std::lock_guard lock{mutex_};
    if (waiting_ + text.size() > max_waiting) return false;
    waiting_ += text.size();
    if (new_file || pieces_.empty()) pieces_.push_back({{}, new_file});
    pieces_.back().text += text;
    if (waiting_ >= worth_a_write) news_.notify_one();
    return true;
  }
  /// Why writing was given up; "" as long as all is well.
  [[nodiscard]] std::string failure() const {
    const std::lock_guard lock{mutex_};
    return failure_;
  }

 private:
  struct Piece {
    std::string text;
    bool new_file;
  };

  void work() {
    std::unique_lock lock{mutex_};
    for (;;) {
      news_.wait_for(lock, longest_delay, [this] { return stop_ || waiting_ >= worth_a_write; });
      auto pieces = std::exchange(pieces_, {});
      waiting_ = 0;
      const bool last = stop_;
      lock.unlock();
      std::string failure;
      for (const Piece& piece : pieces)
        if (failure.empty()) failure = perform(piece);
      lock.lock();
      if (failure_.empty()) failure_ = std::move(failure);
      if (last || !failure_.empty()) return;
    }
  }

  std::string perform(const Piece& piece) {
    if (piece.new_file) {
      const auto file = fresh_file(path_);
      if (!file) return file.error().detail;
      ::close(file_);
      file_ = *file;
    }
    const auto trouble = write_all(file_, piece.text);
    return trouble.empty() ? trouble : "cannot write to " + path_ + ": " + trouble;
  }

  std::string path_;
  int file_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Piece> pieces_;
  std::size_t waiting_ = 0;
  std::string failure_;
  bool stop_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

struct Recorder::State {
  State(RecorderOptions options_, int file) : options{std::move(options_)}, writer{options.path, file} {}

  [[nodiscard]] Event event(Kind kind) const {
    using namespace std::chrono;
    return {.kind = kind,
            .utc = floor<milliseconds>(system_clock::now()),
            .offset = floor<microseconds>(steady_clock::now() - options.origin)};
  }

  void begin(bool new_file) {
    std::string text = capture::to_text(options.header);
    for (const Event& device : devices) text += capture::to_line(device);
    if (is_open) text += capture::to_line(event(Kind::open));
    in_file = text.size();
    (void)writer.put(std::move(text), new_file);
  }

  void note(const Event& noted) {
    if (ended) return;
    std::string line = capture::to_line(noted);
    if (const auto failure = writer.failure(); !failure.empty()) return end({}, failure);
    const std::uint64_t limit = options.rotate ? options.limit / 2 : options.limit;
    if (!options.rotate && in_file + line.size() > limit) return end("limit", "its limit is reached");
    in_file += line.size();
    total += line.size();
    if (!writer.put(std::move(line), false)) return end({}, "the disk is too slow");
    // Between two exchanges, if they leave a gap at all.
    const bool quiet = noted.kind == Kind::done;
    if (options.rotate && in_file > (quiet ? limit - limit / 8 : limit)) {
      for (Event& device : devices) device.utc = noted.utc, device.offset = noted.offset;
      begin(true);
    }
  }

  void end(const std::string& reason, const std::string& why) {
    ended = true;
    if (!reason.empty()) {
      Event last = event(Kind::end);
      last.reason = reason;
      (void)writer.put(capture::to_line(last), false);
    }
    if (why.empty()) return;
    spdlog::warn("recording of channel {} to {} ends: {}", options.header.channel, options.path, why);
    if (options.on_end) options.on_end();
  }

  RecorderOptions options;
  std::vector<Event> devices;
  bool is_open = false;
  bool ended = false;
  std::uint64_t in_file = 0;
  std::uint64_t total = 0;
  std::uint64_t exchanges = 0;
  Writer writer;
};

Result<std::unique_ptr<Recorder>> Recorder::create(RecorderOptions options) {
  using namespace std::chrono;
  const auto file = fresh_file(options.path);
  if (!file) return file.error();
  options.header.begin = floor<milliseconds>(
      system_clock::now() - duration_cast<system_clock::duration>(steady_clock::now() - options.origin));
  auto state = std::make_unique<State>(std::move(options), *file);
  state->begin(false);
  return std::unique_ptr<Recorder>{new Recorder{std::move(state)}};
}

Recorder::Recorder(std::unique_ptr<State> state) : state_{std::move(state)} {}

Recorder::~Recorder() {
  if (!state_->ended) state_->end("stop", {});
}

void Recorder::device(std::string_view id, std::string_view profile, std::uint32_t address, ByteView prefix) {
  Event event = state_->event(Kind::device);
  event.device = id;
  event.profile = profile;
  event.address = address;
  event.bytes.assign(prefix.begin(), prefix.end());
  std::erase_if(state_->devices, [&](const Event& known) { return known.device == id; });
  state_->devices.push_back(event);
  state_->note(event);
}

void Recorder::opened() {
  const Event event = state_->event(Kind::open);
  state_->note(event);
  state_->is_open = true;
}

void Recorder::refused(Errc error) {
  Event event = state_->event(Kind::refused);
  event.error = error;
  state_->note(event);
}

void Recorder::closed() {
  state_->is_open = false;
  state_->note(state_->event(Kind::closed));
}

void Recorder::sent(std::uint64_t exchange, std::string_view device, std::string_view query, ByteView bytes) {
  Event event = state_->event(Kind::sent);
  event.exchange = exchange;
  event.device = device;
  event.query = query;
  event.bytes.assign(bytes.begin(), bytes.end());
  state_->note(event);
}

void Recorder::received(ByteView bytes, UtcMillis utc) {
  Event event = state_->event(Kind::received);
  event.utc = utc;
  event.bytes.assign(bytes.begin(), bytes.end());
  state_->note(event);
}

void Recorder::expired(std::uint64_t exchange) {
  Event event = state_->event(Kind::expired);
  event.exchange = exchange;
  state_->note(event);
}

void Recorder::done(std::uint64_t exchange, std::string_view device, std::string_view query,
                    unsigned attempts, std::optional<Errc> error) {
  Event event = state_->event(Kind::done);
  event.exchange = exchange;
  event.device = device;
  event.query = query;
  event.attempts = attempts;
  event.error = error;
  ++state_->exchanges;
  state_->note(event);
}

void Recorder::heard(std::string_view device, std::string_view query, std::optional<Errc> error) {
  Event event = state_->event(Kind::heard);
  event.device = device;
  event.query = query;
  event.error = error;
  ++state_->exchanges;
  state_->note(event);
}

std::uint64_t Recorder::bytes() const noexcept { return state_->total; }
std::uint64_t Recorder::exchanges() const noexcept { return state_->exchanges; }

}  // namespace busbar::channel
