// The answer of the resolver and the waiting coroutine share a record, because either may go first.
#include "link/resolve.hpp"

#include "async/cancellation.hpp"
#include "async/wakeup.hpp"

#include <boost/asio/this_coro.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace busbar::link {
namespace {

using asio::ip::tcp;

struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver{executor}, done{executor} {}
  tcp::resolver resolver;
  async::Wakeup done;
  boost::system::error_code error{};
  std::vector<tcp::endpoint> found{};
};

}  // namespace

asio::awaitable<Result<std::vector<tcp::endpoint>>> resolve(std::string host, std::uint16_t port,
                                                            std::chrono::steady_clock::time_point deadline) {
  boost::system::error_code not_literal;
  const auto address = asio::ip::make_address(host, not_literal);
  if (!not_literal) co_return std::vector{tcp::endpoint{address, port}};

  const auto lookup = std::make_shared<Lookup>(co_await asio::this_coro::executor);
  lookup->resolver.async_resolve(
      host, std::to_string(port), tcp::resolver::numeric_service,
      [lookup](const boost::system::error_code& error, const tcp::resolver::results_type& results) {
        lookup->error = error;
        for (const auto& entry : results) lookup->found.push_back(entry.endpoint());
        lookup->done.notify();
      });
  const bool answered = co_await lookup->done.wait_until(deadline);
  if (!answered) {
    lookup->resolver.cancel();
    co_return Error{Errc::resolve_failed,
                    "cannot resolve host '" + host + "': the name service does not answer"};
  }
  if (lookup->error) {
    co_return Error{Errc::resolve_failed, "cannot resolve host '" + host + "': " + lookup->error.message()};
  }
  co_return std::move(lookup->found);
}

}  // namespace busbar::link
