// Readings and health as one page of text, made in small steps.
#include "sink/prometheus/exposition.hpp"

#include "async/wakeup.hpp"

#include <utility>

namespace busbar::sink::prometheus {

Exposition::Exposition(const Readings& readings, Health health, Process process)
    : readings_{readings}, health_{std::move(health)} {
  add_own_metrics(own_, health_, process);
}

bool Exposition::step() {
  if (own_done_ < own_.size()) {
    own_[own_done_++](pieces_.end());
    return true;
  }
  if (collected_) return pieces_.move_to(text_);
  collected_ = !readings_.collect(page_, health_.now);
  if (collected_) {
    readings_.append(pieces_, std::move(page_));
    text_.reserve(pieces_.size());
  }
  return true;
}

asio::awaitable<std::string> exposition(const Readings& readings, Health health, Process process) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds turn{1};
  Exposition page{readings, std::move(health), process};
  auto begin = Clock::now();
  while (page.step()) {
    if (Clock::now() - begin < turn) continue;
    co_await async::let_others_run();
    begin = Clock::now();
  }
  co_return page.take();
}

}  // namespace busbar::sink::prometheus
