// The worker thread; its state is shared with the thread because a hung library call may outlast the sink.
#include "sink/mqtt/library_thread.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace busbar::sink::mqtt {

struct LibraryThread::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> jobs;
  bool stop = false;
  bool ended = false;

  void serve() {
    std::unique_lock lock{mutex};
    while (true) {
      changed.wait(lock, [this] { return stop || !jobs.empty(); });
      if (jobs.empty()) break;
      auto job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      try {
        job();
      } catch (const std::exception&) {
        // Not even the memory to tell the sink: the silence is answered by its deadlines, as a broker's is.
      }
      job = nullptr;  // what the job owns dies here, not under the lock
      lock.lock();
    }
    ended = true;
    changed.notify_all();
  }
};

LibraryThread::LibraryThread() : state_{std::make_shared<State>()} {
  std::thread{[state = state_] { state->serve(); }}.detach();
}

LibraryThread::~LibraryThread() {
  std::unique_lock lock{state_->mutex};
  state_->stop = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, std::chrono::seconds{1}, [this] { return state_->ended; });
}

void LibraryThread::post(std::function<void()> job) {
  {
    const std::lock_guard lock{state_->mutex};
    state_->jobs.push_back(std::move(job));
  }
  state_->changed.notify_all();  // not under the lock, which the thread would wait for at once
}

void LibraryThread::clear() {
  const std::lock_guard lock{state_->mutex};
  state_->jobs.clear();
}

}  // namespace busbar::sink::mqtt
