// The awaitable client, for programs with an event loop of their own.
#pragma once

#include <busbar/client/options.hpp>
#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace busbar::client {

class AsyncClient {
 public:
  /// Everything runs on `executor`, which must be of one thread (or a strand) and outlive the client. Throws
  /// std::invalid_argument like Client. Connects in the background, and again whenever the connection was
  /// lost.
  AsyncClient(boost::asio::any_io_executor executor, Options options);
  AsyncClient(AsyncClient&&) noexcept;
  AsyncClient& operator=(AsyncClient&&) noexcept;
  /// Closes the connection; reads still under way complete with `cancelled`.
  ~AsyncClient();

  /// As Client::read. Several reads may be under way: they are sent one after the other, in the order of the
  /// calls. The report's readings point to quantities that live as long as this client.
  [[nodiscard]] boost::asio::awaitable<Result<Report>> read(std::uint32_t address, std::string query);

  [[nodiscard]] std::vector<std::string> queries() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  ///< shared with the coroutines that are still running when the client goes
};

}  // namespace busbar::client
