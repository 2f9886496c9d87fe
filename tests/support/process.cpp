#include "support/process.hpp"

#include <arpa/inet.h>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace busbar::test {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string temporary_file() {
  std::string path = (std::filesystem::temp_directory_path() / "busbar-test-XXXXXX").string();
  const int descriptor = ::mkstemp(path.data());
  if (descriptor < 0) throw std::runtime_error{"mkstemp: " + std::string{std::strerror(errno)}};
  ::close(descriptor);
  return path;
}

/// Gives the processor away until something may have changed.
void pause_between_looks() {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock{mutex};
  never.wait_for(lock, std::chrono::milliseconds{10});
}

void redirect(const std::string& file, int descriptor) {
  const int target = ::open(file.c_str(), O_WRONLY | O_TRUNC);
  ::dup2(target, descriptor);
  ::close(target);
}

}  // namespace

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    pause_between_looks();
  }
  return true;
}

unsigned short free_port() {
  // Below the ephemeral range: a client that keeps trying a closed ephemeral port of its own host can be
  // given that very port as its source and so connect to itself, and then the server cannot come back to it.
  constexpr unsigned first = 10000;
  constexpr unsigned count = 22000;
  static unsigned next = static_cast<unsigned>(::getpid()) * 61U;
  for (unsigned attempt = 0; attempt < count; ++attempt) {
    const auto port = static_cast<unsigned short>(first + next++ % count);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (bound) return port;
  }
  throw std::runtime_error{"no free port"};
}

Process::Process(std::vector<std::string> command, std::map<std::string, std::string> environment)
    : out_file_{temporary_file()}, err_file_{temporary_file()} {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error{"fork failed"};
  if (pid_ == 0) {
    redirect(out_file_, STDOUT_FILENO);
    redirect(err_file_, STDERR_FILENO);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
}

Process::~Process() {
  if (running()) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::unlink(out_file_.c_str());
  ::unlink(err_file_.c_str());
}

void Process::signal(int number) const { ::kill(pid_, number); }

bool Process::running() {
  if (status_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  if (!eventually([this] { return !running(); }, limit)) return std::nullopt;
  return status_;
}

std::string Process::out() const { return read_file(out_file_); }
std::string Process::err() const { return read_file(err_file_); }

TemporaryDirectory::TemporaryDirectory() {
  path_ = (std::filesystem::temp_directory_path() / "busbar-test-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"mkdtemp failed"};
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryDirectory::write(const std::string& name, const std::string& text) const {
  const auto path = path_ + "/" + name;
  std::ofstream{path, std::ios::binary} << text;
  return path;
}

}  // namespace busbar::test
