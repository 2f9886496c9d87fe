// Any bytes as what a search of an M-Bus hears: it ends, sends sound requests only, and names only meters
// that fit what they were asked by.
//
// Input: byte 0 chooses the search, then each reply is a byte with its length and its bytes; silence follows.
#include "fuzz/require.hpp"

#include <busbar/protocol/mbus/search.hpp>

#include <algorithm>
#include <cstdint>

namespace {

using namespace busbar;
using namespace busbar::protocol::mbus;

std::unique_ptr<Search> search_of(std::uint8_t choice) {
  const unsigned retries = choice & 1;
  if ((choice & 2) != 0) return make_search(PrimarySearch{.from = 0, .to = 20, .retries = retries});
  SecondarySearch options{.hexadecimal = (choice & 4) != 0, .retries = retries};
  if ((choice & 8) != 0) options.mask.id = 0x123456FF;
  if ((choice & 16) != 0) options.mask = Identity{0x12345678, 0x4024, 0xFF, 0x07};
  return make_search(options);
}

void check(std::uint8_t choice, ByteView replies) {
  const auto search = search_of(choice);
  double progress = 0;
  // Every reply opens at most one level, of at most 255 masks.
  std::size_t left = 10000 + replies.size() * 1024;
  while (const auto question = search->next()) {
    require(left-- > 0, "a search ends");
    const std::size_t length = replies.empty() ? 0 : std::min<std::size_t>(replies[0], replies.size() - 1);
    const ByteView reply = replies.empty() ? replies : replies.subspan(1, length);
    replies = replies.subspan(replies.empty() ? 0 : 1 + length);
    require(parse_link_frame(question->request).has_value(), "requests are frames");
    search->heard(classify(question->request, reply));
    require(search->progress() >= progress && search->progress() <= 1, "progress");
    progress = search->progress();
    (void)to_string(search->at());
  }
  for (const FoundMeter& meter : search->meters()) {
    const bool compared = meter.identity && meter.asked.selection;
    require(!compared || matches(*meter.asked.selection, *meter.identity), "who is found is who was asked");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 0) check(data[0], ByteView{data, size}.subspan(1));
  return 0;
}
