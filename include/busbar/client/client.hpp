// A blocking client: asks devices on one serialised channel, one query at a time, and gives back reports.
// It runs on the calling thread only; use one client from one thread at a time.
#pragma once

#include <busbar/client/options.hpp>
#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::client {

class Client {
 public:
  /// Throws std::invalid_argument when the endpoint cannot be parsed or the profile is unknown or wrong; the
  /// text says what was expected. Connects at the first read(), and again whenever the connection was lost.
  explicit Client(Options options);
  Client(std::string endpoint, std::string profile);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  /// Asks the device at `address` the query of that name and decodes the answer. Errors: unknown_query,
  /// not_allowed (a write that Options does not allow), timeout, connect_failed and what else link, frame and
  /// payload can say. The report's readings point to quantities that live as long as this client.
  [[nodiscard]] Result<Report> read(std::uint32_t address, std::string_view query);

  /// Names of the profile's queries, in the order of its file; writes included.
  [[nodiscard]] std::vector<std::string> queries() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace busbar::client
