// One exchange with a PI30 device, and what its answer must give.
#pragma once

#include <string_view>
#include <vector>

namespace busbar::test::voltronic {

struct Expected {
  std::string_view key;
  std::string_view value;  ///< numbers as numbers, "null" for not available
};

struct Exchange {
  std::string_view command;
  std::string_view request;
  std::string_view response;  ///< "": only the request counts
  std::string_view refused;   ///< crc, nak or no_start: there is no payload
  std::vector<Expected> expect;
};

}  // namespace busbar::test::voltronic
