// Any bytes as an M-Bus frame, and any bytes as the data of a sound one. What must hold: all views lie in the
// frame, records come one behind the other and lose nothing, and every record can be shown.
//
//
// Input: byte 0 chooses the CI field, the rest is the data; and the whole is tried as a frame of its own.
#include "fuzz/require.hpp"

#include <busbar/protocol/mbus/telegram.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace {

using namespace busbar;
using namespace busbar::protocol::mbus;

bool inside(ByteView part, ByteView whole) {
  if (part.empty()) return true;
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_record(const Record& record, ByteView frame) {
  require(inside(record.bytes, frame) && inside(record.vib, frame) && inside(record.data, frame), "views");
  require(inside(record.text, frame), "the unit lies in the frame");
  require(record.modifier_count <= max_extensions, "modifiers fit");
  if (const auto* text = std::get_if<Text>(&record.value)) require(inside(text->reversed, frame), "text");
  if (const auto* raw = std::get_if<Raw>(&record.value)) require(inside(raw->bytes, frame), "raw bytes");
  if (const auto* decimal = std::get_if<Decimal>(&record.value))
    require(std::isfinite(number(*decimal)), "a number is finite");
  if (const auto* real = std::get_if<Real>(&record.value))
    require(std::isfinite(real->value), "a float is a number");
  require(!title_of(record).empty(), "a record has a title");
  (void)to_string(record.value);
  (void)unit_of(record);
}

void check(ByteView frame) {
  const auto telegram = decode(frame);
  if (!telegram) return;
  const std::uint8_t* at = frame.data();
  for (const Record& record : telegram->records) {
    check_record(record, frame);
    if (telegram->content != Content::variable) continue;
    require(record.bytes.data() >= at, "records come in their order");
    at = record.bytes.data() + record.bytes.size();
  }
  require(inside(telegram->rest, frame) && inside(telegram->manufacturer_data, frame), "the rest");
  if (telegram->fault) require(telegram->fault->offset <= frame.size(), "the fault has its place");
  (void)secondary_address(telegram->identity);
  (void)manufacturer_text(telegram->identity.manufacturer);
  (void)status_text(telegram->status);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input{data, size};
  check(input);
  constexpr std::array<std::uint8_t, 8> applications{0x72, 0x78, 0x7A, 0x76, 0x73, 0x70, 0x51, 0x52};
  const auto frame = build_long(rsp_ud, 1, applications[data[0] % applications.size()],
                                input.subspan(1, std::min(size - 1, max_data_size)));
  require(frame.has_value(), "data that fits is framed");
  check(*frame);
  return 0;
}
