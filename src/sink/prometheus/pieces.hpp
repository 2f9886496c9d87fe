// Text that grows without being copied: a copy of many megabytes would hold up the loop.
#pragma once

#include <cstddef>
#include <deque>
#include <iterator>
#include <string>
#include <utility>

namespace busbar::sink::prometheus {

class Pieces {
 public:
  [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t sum = 0;
    for (const std::string& piece : pieces_) sum += piece.size();
    return sum;
  }

  /// Where the next lines go.
  [[nodiscard]] std::string& end() {
    constexpr std::size_t enough = 64 * 1024;
    if (pieces_.empty() || pieces_.back().size() >= enough) pieces_.emplace_back();
    return pieces_.back();
  }
  /// All of `others` behind what is here.
  void add(Pieces&& others) {
    pieces_.insert(pieces_.end(), std::make_move_iterator(others.pieces_.begin()),
                   std::make_move_iterator(others.pieces_.end()));
    others.pieces_.clear();
  }
  /// Moves the first piece to the end of `out`. False: there was none.
  bool move_to(std::string& out) {
    if (pieces_.empty()) return false;
    out += pieces_.front();
    pieces_.pop_front();
    return true;
  }

 private:
  std::deque<std::string> pieces_;
};

}  // namespace busbar::sink::prometheus
