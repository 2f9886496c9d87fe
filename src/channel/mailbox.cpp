#include "channel/mailbox.hpp"

#include <utility>

namespace busbar::channel {

bool Mailbox::put(const protocol::Codec& codec, const protocol::Frame& frame, Steady now, UtcMillis utc) {
  bool wanted = false;
  for (auto& [name, box] : boxes_) {
    if (!codec.answers(box.query, frame)) continue;
    wanted = true;
    const Bytes payload{frame.payload.begin(), frame.payload.end()};
    auto joined = codec.assemble(box.query, {&payload, 1});
    if (!joined || !*joined) continue;
    box.newest = Reply{.payload = std::move(**joined), .sent = now, .received = now, .utc = utc};
    box.news.notify();
  }
  return wanted;
}

asio::awaitable<std::optional<Reply>> Mailbox::take(Request request) {
  const auto limit = request.timeout.value_or(milliseconds{1000});
  const Steady deadline = std::chrono::steady_clock::now() + (request.wait ? limit : milliseconds{0});
  const std::string name = request.device + '/' + request.query.name;
  Box& box = boxes_.try_emplace(name, executor_).first->second;  // a map's elements stay where they are
  box.query = std::move(request.query);
  for (;;) {
    const Steady now = std::chrono::steady_clock::now();
    if (box.newest && now - box.newest->received < limit) co_return std::exchange(box.newest, std::nullopt);
    if (closed_ || now >= deadline) co_return std::nullopt;
    (void)co_await box.news.wait_until(deadline);
  }
}

void Mailbox::close() {
  closed_ = true;
  for (auto& [name, box] : boxes_) box.news.notify();
}

}  // namespace busbar::channel
