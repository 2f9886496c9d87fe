// The blocking client: an event loop that runs only while a read is under way, on the thread of the caller.
#include <busbar/client/async_client.hpp>
#include <busbar/client/client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace busbar::client {

struct Client::State {
  boost::asio::io_context loop{1};
  std::optional<AsyncClient> client;

  explicit State(Options options) { client.emplace(loop.get_executor(), std::move(options)); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    client.reset();
    // One more turn, so that the connection is closed in an orderly way.
    loop.restart();
    loop.poll();
  }
};

Client::Client(Options options) : state_{std::make_unique<State>(std::move(options))} {}

Client::Client(std::string endpoint, std::string profile)
    : Client{Options{.endpoint = std::move(endpoint), .profile = std::move(profile)}} {}

Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Report> Client::read(std::uint32_t address, std::string_view query) {
  std::optional<Result<Report>> result;
  std::exception_ptr failure;
  boost::asio::co_spawn(state_->loop, state_->client->read(address, std::string{query}),
                        [&result, &failure](std::exception_ptr error, Result<Report> report) {
                          failure = error;
                          result = std::move(report);
                        });
  state_->loop.restart();
  while (!result && !failure && state_->loop.run_one() != 0) {
  }
  if (failure) std::rethrow_exception(failure);
  if (!result) throw std::logic_error("busbar: the event loop ended before the answer");
  return *std::move(result);
}

std::vector<std::string> Client::queries() const { return state_->client->queries(); }

}  // namespace busbar::client
