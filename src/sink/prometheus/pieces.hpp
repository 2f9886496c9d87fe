// Text that grows without being copied: a copy of many megabytes would hold up the loop.
#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace busbar::sink::prometheus {

class Pieces {
 public:
  [[nodiscard]] bool empty() const noexcept { return moved_ == pieces_.size(); }
  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t sum = 0;
    for (const std::string& piece : pieces_) sum += piece.size();
    return sum;
  }

  /// Where the next lines go.
  [[nodiscard]] std::string& end() {
    // Doubled from 1 KiB to 64, and full before a line would double it again.
    constexpr std::size_t enough = 60 * 1024;
    if (empty() || pieces_.back().size() >= enough) pieces_.emplace_back().reserve(1024);
    return pieces_.back();
  }
  /// All of `others` behind what is here.
  void add(Pieces&& others) {
    pieces_.insert(pieces_.end(), std::make_move_iterator(others.pieces_.begin()),
                   std::make_move_iterator(others.pieces_.end()));
    others = {};
  }
  /// Moves the first piece to the end of `out`. False: there was none.
  bool move_to(std::string& out) {
    if (empty()) return false;
    out += std::exchange(pieces_[moved_++], {});
    return true;
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t moved_ = 0;  // of them; empty now
};

}  // namespace busbar::sink::prometheus
