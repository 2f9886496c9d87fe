// Arbitrary bytes in arbitrary pieces through the frame reader of every protocol there is. What must hold
// for any input: every scan makes progress within what it was given, a frame taken out is taken for a frame
// again, the pieces never matter, and joining whatever came never fails otherwise than by an error.
//
// Input: byte 0 chooses the protocol, byte 1 seeds the sizes of the pieces; the rest is the stream.
#include "fuzz/frame_checker.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace busbar;
using namespace busbar::protocol;
using fuzz::Found;
using fuzz::FrameChecker;

/// Whatever came, in whatever order: joined it is a payload or an error.
void join(const Codec& codec, const std::vector<Bytes>& frames) {
  Query query;
  std::vector<Bytes> payloads;
  for (const Bytes& bytes : frames) {
    const Frame frame = codec.scan(bytes).frame;
    query.address = frame.address;
    query.command = frame.command;
    (void)codec.answers(query, frame);
    payloads.emplace_back(frame.payload.begin(), frame.payload.end());
    (void)codec.assemble(query, payloads);
    query.collect = Collect{.header = 1, .item = 2, .per_frame = 3, .total = 16};
    (void)codec.assemble(query, payloads);
    query.collect.reset();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto names = protocols();
  // Byte 0 counts through the protocols in their default dialect, then in the others that one may have.
  constexpr std::array<std::string_view, 8> dialects{"",       "pi16",  "pi17", "pi18",
                                                     "record", "draft", "bus",  "daly"};
  const std::string_view name = names[data[0] % names.size()];
  auto made = make_codec(name, dialects[data[0] / names.size() % dialects.size()]);
  const auto codec = made ? std::move(*made) : make_codec(name).value();
  const ByteView stream{data + 2, size - 2};
  const FrameChecker checker{*codec};
  checker.check_scan(stream);
  const Found found = checker.read(stream, data[1], 40);
  require(found == checker.read(stream, data[1] + 1U, 7), "the pieces do not matter");
  join(*codec, found.frames);
  return 0;
}
