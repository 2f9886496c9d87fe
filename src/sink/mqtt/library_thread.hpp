// One thread that carries out blocking calls in order, so that the loop never waits for them.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace busbar::sink::mqtt {

class LibraryThread {
 public:
  LibraryThread();
  LibraryThread(const LibraryThread&) = delete;
  LibraryThread& operator=(const LibraryThread&) = delete;
  /// Finishes what is queued; a job that hangs for longer than a second is left behind with its thread.
  ~LibraryThread();

  /// Jobs must not throw. They may outlive this object by their own run time, so they own what they use.
  void post(std::function<void()> job);
  /// Forgets what has not been started.
  void clear();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace busbar::sink::mqtt
