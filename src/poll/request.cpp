#include "poll/request.hpp"

#include <utility>

namespace busbar::poll {

std::optional<std::chrono::milliseconds> timeout_of(const Device& device,
                                                    const profile::ProfileQuery& query) {
  return device.timeout && !query.request.write ? device.timeout : query.timeout;
}

Bytes with_prefix(const Device& device, Bytes data) {
  data.insert(data.begin(), device.prefix.begin(), device.prefix.end());
  return data;
}

channel::Request request_for(const Device& device, const profile::ProfileQuery& query,
                             channel::Priority priority, Steady deadline) {
  channel::Request request{.device = device.id,
                           .query = query.request,
                           .listen = query.listen,
                           .wait = !query.occasional,
                           .priority = priority,
                           .deadline = deadline,
                           .timeout = timeout_of(device, query),
                           .spacing = query.spacing};
  request.query.address = device.address;
  request.query.data = with_prefix(device, std::move(request.query.data));
  return request;
}

}  // namespace busbar::poll
