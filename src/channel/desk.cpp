// Where callers of exchange() wait, and where events wait for the policy.
#include "channel/desk.hpp"

#include <utility>

namespace busbar::channel {

Desk::Ticket::Ticket(Desk& desk, Order order)
    : desk_{&desk}, id_{++desk.last_id_}, order_{std::move(order)}, done_{desk.executor_} {
  desk.tickets_.emplace(id_, this);
}

Desk::Ticket::~Ticket() {
  if (desk_ == nullptr) return;
  desk_->tickets_.erase(id_);
  desk_->post(event::Dropped{id_});
}

asio::awaitable<Result<Reply>> Desk::Ticket::outcome() {
  if (desk_ != nullptr) {
    const Request& request = order_.request;
    desk_->post(event::Queued{{.id = id_,
                               .device = request.device,
                               .address = request.query.address,
                               .priority = request.priority,
                               .deadline = request.deadline,
                               .timeout = request.timeout.value_or(milliseconds{0}),
                               .spacing = request.spacing.value_or(milliseconds{0}),
                               .once = request.once}});
  }
  co_await done_.wait();
  co_return std::move(*result_);
}

Order* Desk::find(JobId id) {
  const auto found = tickets_.find(id);
  return found == tickets_.end() ? nullptr : &found->second->order_;
}

Order* Desk::serve(JobId id) {
  Order* const order = find(id);
  if (order != nullptr) order->sent = true;
  return order;
}

void Desk::complete(JobId id, Result<Reply> result) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return;
  Ticket& ticket = *found->second;
  tickets_.erase(found);
  ticket.desk_ = nullptr;
  ticket.result_ = std::move(result);
  ticket.done_.notify();
}

void Desk::close(const std::string& why) {
  while (!tickets_.empty()) {
    const auto& [id, ticket] = *tickets_.begin();
    const Order& order = ticket->order_;
    // What became of a write that is under way nobody knows: that it was not sent would be untrue.
    const bool unknown = order.sent && order.request.query.write;
    complete(id, Error{unknown ? Errc::connection_closed : Errc::cancelled, why});
  }
  events_.clear();
}

void Desk::post(Event event) {
  events_.push_back(std::move(event));
  news_.notify();
}

Event Desk::take() {
  if (events_.empty()) return event::Tick{};
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

asio::awaitable<Event> Desk::next(Steady when) {
  if (events_.empty()) (void)co_await news_.wait_until(when);
  co_return take();
}

}  // namespace busbar::channel
