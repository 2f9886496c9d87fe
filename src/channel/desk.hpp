// Where callers of exchange() wait, and where events wait for the policy.
#pragma once

#include "async/wakeup.hpp"
#include "channel/channel.hpp"
#include "channel/policy.hpp"

#include <deque>
#include <map>
#include <optional>

namespace busbar::channel {

/// A request with its bytes, and what came of its last attempt.
struct Order {
  Request request;
  Bytes wire;
  std::optional<Error> error{};
  bool sent = false;  ///< at least once
};

class Desk {
 public:
  /// One caller's place: in the queue, then with the bus turn. It lives in the frame of exchange(); however
  /// that frame ends, the place is given up.
  class Ticket {
   public:
    Ticket(Desk& desk, Order order);
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();
    [[nodiscard]] asio::awaitable<Result<Reply>> outcome();

   private:
    friend class Desk;
    Desk* desk_;  // nullptr once completed
    JobId id_ = 0;
    Order order_;
    async::Wakeup done_;
    std::optional<Result<Reply>> result_{};
  };

  explicit Desk(asio::any_io_executor executor) : executor_{executor}, news_{executor} {}
  ~Desk() { close("the channel is gone"); }

  /// nullptr when the caller is gone.
  [[nodiscard]] Order* find(JobId id);
  /// The same; it is about to be sent.
  [[nodiscard]] Order* serve(JobId id);
  void complete(JobId id, Result<Reply> result);
  /// Completes everybody with `cancelled`.
  void close(const std::string& why);

  void post(Event event);
  /// The oldest event, or a Tick when there is none.
  [[nodiscard]] Event take();
  /// As take(), waiting for an event until `when`.
  [[nodiscard]] asio::awaitable<Event> next(Steady when);

 private:
  asio::any_io_executor executor_;
  async::Wakeup news_;
  std::deque<Event> events_;
  std::map<JobId, Ticket*> tickets_;
  JobId last_id_ = 0;
};

}  // namespace busbar::channel
