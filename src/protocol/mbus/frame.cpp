// Frames of the link layer: what starts them, how long they are, whether they are whole. Source: EN 13757-2
// and EN 60870-5-1, frame format FT 1.2; MBDOC48, section 5.2.
//   E5                                 acknowledgement
//   10 C A  CS 16                      short: a request without data
//   68 L L 68  C A CI data…  CS 16     control (L = 3) and long; L counts C, A, CI and the data
// CS is the sum of all bytes from C on, modulo 256.
#include <busbar/protocol/mbus/frame.hpp>

#include <numeric>
#include <string>

namespace busbar::protocol::mbus {
namespace {

constexpr std::uint8_t short_start = 0x10;
constexpr std::uint8_t long_start = 0x68;
constexpr std::uint8_t stop = 0x16;
constexpr std::size_t short_size = 5;
constexpr std::size_t long_overhead = 6;  // two starts, two lengths, checksum and stop

std::uint8_t sum(ByteView bytes) {
  return std::accumulate(
      bytes.begin(), bytes.end(), std::uint8_t{0},
      [](std::uint8_t total, std::uint8_t byte) { return static_cast<std::uint8_t>(total + byte); });
}

}  // namespace

Result<std::size_t> frame_length(ByteView front) {
  if (front.empty()) return std::size_t{0};
  if (front[0] == acknowledgement) return std::size_t{1};
  if (front[0] == short_start) return short_size;
  if (front[0] != long_start) return Error{Errc::bad_start};
  if (front.size() < 4) {
    if (front.size() > 1 && front[1] < 3) return Error{Errc::bad_length};
    if (front.size() > 2 && front[2] != front[1]) return Error{Errc::bad_length};
    return std::size_t{0};
  }
  if (front[1] < 3 || front[1] != front[2]) return Error{Errc::bad_length};
  if (front[3] != long_start) return Error{Errc::bad_start};
  return front[1] + long_overhead;
}

Result<LinkFrame> parse_link_frame(ByteView bytes) {
  const auto length = frame_length(bytes);
  if (!length) return Error{length.error().code, "not the start of an M-Bus frame", bytes};
  if (*length == 0 || *length > bytes.size())
    return Error{Errc::truncated_frame, "the M-Bus frame ends before its end", bytes};
  if (*length < bytes.size())
    return Error{Errc::bad_length,
                 "the M-Bus frame ends after " + std::to_string(*length) + " of " +
                     std::to_string(bytes.size()) + " bytes",
                 bytes};
  LinkFrame frame{.bytes = bytes};
  if (*length == 1) return frame;
  const ByteView body = bytes[0] == short_start ? bytes.subspan(1, 2) : bytes.subspan(4, bytes[1]);
  if (bytes.back() != stop) return Error{Errc::bad_end, "an M-Bus frame ends with 16", bytes};
  if (sum(body) != bytes[bytes.size() - 2])
    return Error{Errc::bad_checksum, "the bytes add up to " + to_hex(Bytes{sum(body)}), bytes};
  frame.c = body[0];
  frame.a = body[1];
  frame.kind = FrameKind::brief;
  if (body.size() > 2) {
    frame.kind = body.size() == 3 ? FrameKind::control : FrameKind::full;
    frame.ci = body[2];
    frame.data = body.subspan(3);
  }
  return frame;
}

Bytes build_short(std::uint8_t c, std::uint8_t a) {
  return {short_start, c, a, static_cast<std::uint8_t>(c + a), stop};
}

Result<Bytes> build_long(std::uint8_t c, std::uint8_t a, std::uint8_t ci, ByteView data) {
  if (data.size() > max_data_size)
    return Error{Errc::bad_length,
                 "an M-Bus frame carries at most 252 bytes, here are " + std::to_string(data.size())};
  const auto length = static_cast<std::uint8_t>(3 + data.size());
  Bytes frame{long_start, length, length, long_start, c, a, ci};
  frame.insert(frame.end(), data.begin(), data.end());
  frame.push_back(sum(ByteView{frame}.subspan(4)));
  frame.push_back(stop);
  return frame;
}

}  // namespace busbar::protocol::mbus
