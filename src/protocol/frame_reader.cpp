// Cuts a byte stream into verified frames. Time is linear in the bytes fed, memory is bounded.
#include <busbar/protocol/frame_reader.hpp>

#include <algorithm>

namespace busbar::protocol {

void FrameReader::feed(ByteView bytes) {
  // Moving the rest to the front only when at least as much was consumed makes each byte move once at most.
  if (consumed_ >= buffered()) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
    consumed_ = 0;
  }
  // A caller that takes frames out after each feed never gets here with more than one unfinished frame.
  const std::size_t most = 2 * codec_->max_frame();
  if (buffered() > most) {
    const std::size_t dropped = buffered() - most;
    consumed_ += dropped;
    skipped_ += dropped;
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Frame> FrameReader::next() {
  while (buffered() > 0) {
    const Scan scan = codec_->scan(pending());
    if (scan.outcome == Scan::Outcome::need_more) return std::nullopt;
    if (scan.outcome == Scan::Outcome::frame && scan.at > 0) return cut_out(scan);
    const std::size_t count = std::clamp<std::size_t>(scan.count, 1, buffered());
    consumed_ += count;
    if (scan.outcome == Scan::Outcome::frame) return scan.frame;
    skipped_ += count;
    if (!fault_) fault_ = scan.fault;
  }
  return std::nullopt;
}

/// What it stood in closes up behind it.
Frame FrameReader::cut_out(const Scan& scan) {
  Frame frame = scan.frame;
  const auto payload_at = frame.payload.empty() ? 0 : frame.payload.data() - frame.bytes.data();
  const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_ + scan.at);
  const auto to = from + static_cast<std::ptrdiff_t>(scan.count);
  cut_.assign(from, to);
  buffer_.erase(from, to);
  frame.bytes = cut_;
  frame.payload = frame.bytes.subspan(static_cast<std::size_t>(payload_at), frame.payload.size());
  return frame;
}

std::optional<Frame> FrameReader::next_after_silence() {
  while (true) {
    if (const auto frame = next()) return frame;
    if (buffered() == 0) return std::nullopt;
    ++consumed_;
    ++skipped_;
    if (!fault_) fault_ = Errc::truncated_frame;
  }
}

void FrameReader::clear() {
  buffer_.clear();
  consumed_ = 0;
}

}  // namespace busbar::protocol
