// Reads /proc and getrusage(2).
#include "sink/process.hpp"

#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace busbar::sink {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Process this_process(Steady started) {
  Process process;
  process.uptime = std::chrono::steady_clock::now() - started;
  std::ifstream statm{"/proc/self/statm"};
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  if (statm >> total_pages >> resident_pages)
    process.resident_bytes = resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    process.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  return process;
}

}  // namespace busbar::sink
