// Preloaded into a program under test: notes every call that writes, syncs, truncates, renames or removes a
// file below a directory, one line each: the call and the name of the file. On demand some of these calls
// fail: from the FIRST on (counted from 1) so many as COUNT, with ERRNO.
//
//   LD_PRELOAD=libwrite_counter.so WRITES_BELOW=/directory WRITES_LOG=/file [WRITES_FAIL="FIRST COUNT ERRNO"]
//   program
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// The error with which this call shall fail, or 0.
int planned_error() {
  static std::atomic<long> calls{0};
  const long call = ++calls;
  const char* plan = std::getenv("WRITES_FAIL");
  long first = 0, count = 0;
  int error = 0;
  if (plan == nullptr || std::sscanf(plan, "%ld %ld %d", &first, &count, &error) != 3) return 0;
  return call >= first && call - first < count ? error : 0;
}

/// False, with errno, when the call shall fail.
bool note(const char* call, const char* path) {
  const char* below = std::getenv("WRITES_BELOW");
  const char* log = std::getenv("WRITES_LOG");
  if (below == nullptr || log == nullptr || std::strncmp(path, below, std::strlen(below)) != 0) return true;
  const char* slash = std::strrchr(path, '/');
  char line[512];
  const int size = std::snprintf(line, sizeof line, "%s %s\n", call, slash == nullptr ? path : slash + 1);
  // Past our own wrappers.
  const long file = ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file >= 0) {
    (void)::syscall(SYS_write, file, line, size);
    (void)::syscall(SYS_close, file);
  }
  const int error = planned_error();
  if (error != 0) errno = error;
  return error == 0;
}

bool note(const char* call, int file) {
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  char path[PATH_MAX] = {};
  return ::readlink(link.c_str(), path, sizeof path - 1) <= 0 || note(call, path);
}

}  // namespace

extern "C" {

ssize_t write(int file, const void* data, size_t size) {
  if (!note("write", file)) return -1;
  return next<ssize_t(int, const void*, size_t)>("write")(file, data, size);
}
ssize_t writev(int file, const iovec* parts, int count) {
  if (!note("write", file)) return -1;
  return next<ssize_t(int, const iovec*, int)>("writev")(file, parts, count);
}
ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  if (!note("write", file)) return -1;
  return next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(file, data, size, at);
}
ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  if (!note("write", file)) return -1;
  return next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64")(file, data, size, at);
}
int fsync(int file) {
  if (!note("sync", file)) return -1;
  return next<int(int)>("fsync")(file);
}
int fdatasync(int file) {
  if (!note("sync", file)) return -1;
  return next<int(int)>("fdatasync")(file);
}
int ftruncate(int file, off_t size) {
  if (!note("truncate", file)) return -1;
  return next<int(int, off_t)>("ftruncate")(file, size);
}
int ftruncate64(int file, off64_t size) {
  if (!note("truncate", file)) return -1;
  return next<int(int, off64_t)>("ftruncate64")(file, size);
}
int rename(const char* from, const char* to) noexcept {
  if (!note("rename", to)) return -1;
  return next<int(const char*, const char*)>("rename")(from, to);
}
int unlink(const char* path) noexcept {
  if (!note("unlink", path)) return -1;
  return next<int(const char*)>("unlink")(path);
}
}
