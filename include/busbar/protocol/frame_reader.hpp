// Cuts a byte stream into verified frames, whatever the pieces it arrives in.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <optional>

namespace busbar::protocol {

class FrameReader {
 public:
  explicit FrameReader(const Codec& codec) : codec_{&codec} {}

  /// Call next() until nullopt after each feed. What is not taken out is kept up to twice the longest frame;
  /// beyond that the oldest bytes are dropped and counted as skipped.
  void feed(ByteView bytes);
  /// The next whole frame, or nullopt when more bytes are needed. The frame's views stay valid until the next
  /// call of a non-const member. `scan.outcome` is always frame in what is returned; garbage is skipped and
  /// counted.
  [[nodiscard]] std::optional<Frame> next();
  /// Silence: what is still incomplete will not be completed. Drops the false start at the front and scans
  /// what follows it, so that a true frame hidden behind it is found.
  [[nodiscard]] std::optional<Frame> next_after_silence();
  void clear();  ///< forgets what is buffered, uncounted: the connection is another one

  [[nodiscard]] std::size_t buffered() const noexcept { return buffer_.size() - consumed_; }
  [[nodiscard]] ByteView pending() const noexcept { return ByteView{buffer_}.subspan(consumed_); }
  [[nodiscard]] std::uint64_t bytes_skipped() const noexcept { return skipped_; }
  /// Why the first thing since clear_fault() that looked like a frame was refused; what is refused after it
  /// are mostly its fragments.
  [[nodiscard]] std::optional<Errc> last_fault() const noexcept { return fault_; }
  void clear_fault() noexcept { fault_.reset(); }

 private:
  [[nodiscard]] Frame cut_out(const Scan& scan);

  const Codec* codec_;
  Bytes buffer_;
  Bytes cut_;                 // the last frame that stood inside another one
  std::size_t consumed_ = 0;  // of buffer_, from its front
  std::uint64_t skipped_ = 0;
  std::optional<Errc> fault_;
};

}  // namespace busbar::protocol
