#include "poll/request.hpp"

namespace busbar::poll {

std::optional<std::chrono::milliseconds> timeout_of(const Device& device,
                                                    const profile::ProfileQuery& query) {
  return device.timeout && !query.request.write ? device.timeout : query.timeout;
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
  // What selects the device goes before what is asked of it.
  request.query.data.insert(request.query.data.begin(), device.prefix.begin(), device.prefix.end());
  return request;
}

}  // namespace busbar::poll
