// Starting, hearing and ending a helper process.
#include "link/exec.hpp"

#include "link/stream_io.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace busbar::link {
namespace {

using asio::local::stream_protocol;

/// Logs what the helper says on its standard error, line by line. Keeps itself alive until that is closed.
class Complaints : public std::enable_shared_from_this<Complaints> {
 public:
  Complaints(const asio::any_io_executor& executor, int descriptor, std::string who)
      : pipe_{executor, descriptor}, who_{std::move(who)} {}

  void listen() {
    pipe_.async_read_some(asio::buffer(buffer_), [self = shared_from_this()](auto error, std::size_t count) {
      if (!error) self->take({self->buffer_.data(), count});
      if (error) self->say();
      if (!error) self->listen();
    });
  }
  /// Its last words are often the most telling.
  void close() {
    if (!pipe_.is_open()) return;
    boost::system::error_code ended;
    pipe_.non_blocking(true, ended);
    while (!ended) take({buffer_.data(), pipe_.read_some(asio::buffer(buffer_), ended)});
    say();
    pipe_.close(ended);
  }

 private:
  void take(std::string_view text) {
    constexpr std::size_t longest = 400;
    for (const char c : text) {
      if (c != '\n' && line_.size() < longest) line_ += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
      if (c == '\n') say();
    }
  }
  void say() {
    if (!line_.empty()) spdlog::warn("{}: {}", who_, line_);
    line_.clear();
  }

  asio::posix::stream_descriptor pipe_;
  std::string who_;
  std::array<char, 512> buffer_{};
  std::string line_;
};

/// A child in a process group of its own; ended, with all it started, and reaped by end().
class Child {
 public:
  explicit Child(pid_t id) : id_{id} {}

  /// How it ended: "exit status 255". It gets a moment to end by itself, then none.
  std::string end() {
    if (id_ <= 0) return how_;
    constexpr int moment = 50;  // ms; ssh and socat need less than one
    (void)::kill(-id_, SIGTERM);
    pollfd ended{static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)), POLLIN, 0};
    if (ended.fd >= 0) {
      (void)::poll(&ended, 1, moment);
      ::close(ended.fd);
    }
    (void)::kill(-id_, SIGKILL);
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    how_ = WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                             : "signal " + std::to_string(WTERMSIG(status));
    return how_;
  }

 private:
  pid_t id_;
  std::string how_;
};

class ExecStream final : public ByteStream {
 public:
  ExecStream(stream_protocol::socket socket, std::shared_ptr<Complaints> complaints, pid_t child,
             std::chrono::milliseconds write_timeout, std::string endpoint)
      : socket_{std::move(socket)},
        complaints_{std::move(complaints)},
        child_{child},
        write_timeout_{write_timeout},
        endpoint_{std::move(endpoint)} {}
  ~ExecStream() override { ExecStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    auto count = co_await read_available(socket_, into, endpoint_);
    if (!count && socket_.is_open()) {
      const std::string how = child_.end();
      co_return Error{Errc::connection_closed, "the helper of " + endpoint_ + " has ended: " + how};
    }
    co_return count;
  }
  asio::awaitable<Result<void>> write(ByteView bytes) override {
    return write_within(socket_, bytes, write_timeout_, endpoint_);
  }
  void close() override {
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.close(ignored);
    (void)child_.end();
    complaints_->close();
  }

 private:
  stream_protocol::socket socket_;
  std::shared_ptr<Complaints> complaints_;
  Child child_;
  std::chrono::milliseconds write_timeout_;
  std::string endpoint_;
};

/// Both ends of what joins us with the helper; those not taken away are closed.
struct Ends {
  std::array<int, 2> wire{-1, -1};
  std::array<int, 2> errors{-1, -1};
  ~Ends() {
    for (const int descriptor : {wire[0], wire[1], errors[0], errors[1]})
      if (descriptor >= 0) ::close(descriptor);
  }
  [[nodiscard]] bool make() {
    return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, wire.data()) == 0 &&
           ::pipe2(errors.data(), O_CLOEXEC) == 0;
  }
};

/// The number of an errno, or 0. Spawned, not forked: other threads run.
int start(const std::string& command, const Ends& ends, pid_t& child) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  (void)posix_spawn_file_actions_init(&files);
  (void)posix_spawnattr_init(&attributes);
  (void)posix_spawn_file_actions_adddup2(&files, ends.wire[1], STDIN_FILENO);
  (void)posix_spawn_file_actions_adddup2(&files, ends.wire[1], STDOUT_FILENO);
  (void)posix_spawn_file_actions_adddup2(&files, ends.errors[1], STDERR_FILENO);
  // Connections of ours must not stay open in the helper.
  (void)posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  sigset_t none;
  sigset_t all;
  (void)sigemptyset(&none);
  (void)sigfillset(&all);
  (void)posix_spawnattr_setsigmask(&attributes, &none);
  (void)posix_spawnattr_setsigdefault(&attributes, &all);
  (void)posix_spawnattr_setpgroup(&attributes, 0);
  (void)posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "/bin/sh";
  std::string flag = "-c";
  std::string text = command;
  std::array<char*, 4> arguments{shell.data(), flag.data(), text.data(), nullptr};
  const int error = ::posix_spawn(&child, shell.c_str(), &files, &attributes, arguments.data(), environ);
  (void)posix_spawn_file_actions_destroy(&files);
  (void)posix_spawnattr_destroy(&attributes);
  return error;
}

/// Readable is also what an end is: a helper that fails at once closes its side.
asio::awaitable<boost::system::error_code> readable(stream_protocol::socket& socket) {
  const auto [error] = co_await socket.async_wait(stream_protocol::socket::wait_read, use_result);
  co_return error;
}

Error cannot_start(const std::string& endpoint, int code) {
  return {Errc::connect_failed,
          "cannot start " + endpoint + ": " +
              boost::system::error_code{code, boost::system::system_category()}.message()};
}

}  // namespace

std::string ExecLink::endpoint() const { return "exec:" + options_.command; }

asio::awaitable<Result<std::unique_ptr<ByteStream>>> ExecLink::open() {
  const auto executor = co_await asio::this_coro::executor;
  Ends ends;
  if (!ends.make()) co_return cannot_start(endpoint(), errno);
  pid_t child = 0;
  if (const int error = start(options_.command, ends, child); error != 0)
    co_return cannot_start(endpoint(), error);
  stream_protocol::socket socket{executor, stream_protocol{}, std::exchange(ends.wire[0], -1)};
  auto complaints = std::make_shared<Complaints>(executor, std::exchange(ends.errors[0], -1), endpoint());
  complaints->listen();
  // What only the helper holds ends with it.
  ::close(std::exchange(ends.wire[1], -1));
  ::close(std::exchange(ends.errors[1], -1));
  // A command that cannot run is a link that does not open, not one that opens and is lost.
  constexpr std::chrono::milliseconds moment{100};
  (void)co_await async::with_deadline(readable(socket), std::chrono::steady_clock::now() + moment);
  char first = 0;
  if (::recv(socket.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
    const std::string how = Child{child}.end();
    complaints->close();
    co_return Error{Errc::connect_failed, "the helper of " + endpoint() + " has ended at once: " + how};
  }
  co_return std::make_unique<ExecStream>(std::move(socket), std::move(complaints), child,
                                         options_.write_timeout, endpoint());
}

}  // namespace busbar::link
