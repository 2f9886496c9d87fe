// One thread beside the loop for what may block.
#include "async/worker.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <exception>
#include <utility>

namespace busbar::async {

Worker::Worker() : thread_{std::make_unique<asio::thread_pool>(1)} {}

Worker::~Worker() {
  thread_->stop();
  thread_->join();
}

asio::awaitable<void> Worker::perform(std::function<void()> job) {
  auto start = [](auto handler, asio::thread_pool* thread, std::function<void()> work) {
    auto loop = asio::make_work_guard(asio::get_associated_executor(handler));
    asio::post(*thread, [loop = std::move(loop), handler = std::move(handler),
                         work = std::move(work)]() mutable {
      std::exception_ptr error;
      try {
        work();
      } catch (...) {
        error = std::current_exception();
      }
      const auto executor = loop.get_executor();
      asio::post(executor, [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
    });
  };
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
      std::move(start), asio::use_awaitable, thread_.get(), std::move(job));
}

}  // namespace busbar::async
