// The boards on one Daly adapter, whichever of their protocols they speak.
#pragma once

#include "simulate/battery.hpp"

#include <busbar/model/report.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

namespace busbar::simulate {

struct DalyBoard {
  Battery battery;
  bool charge = true;
  bool discharge = true;
};

inline std::vector<DalyBoard> daly_boards(unsigned count) {
  std::vector<DalyBoard> boards;
  for (unsigned board = 1; board <= count; ++board) boards.push_back({Battery{board}});
  return boards;
}

/// Board `number`, counted from 1, as it is after `elapsed`; nullptr: there is none.
inline DalyBoard* board_after(std::vector<DalyBoard>& boards, std::uint32_t number,
                              std::chrono::milliseconds elapsed) {
  if (number < 1 || number > boards.size()) return nullptr;
  boards[number - 1].battery.advance(elapsed);
  return &boards[number - 1];
}

}  // namespace busbar::simulate
