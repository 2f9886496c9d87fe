// Tells apart what comes in: the answer that is waited for, its parts, an echo of the request, a late answer,
// and what nobody asked for. Pure.
#pragma once

#include <busbar/protocol/codec.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace busbar::channel {

enum class Route {
  answer,   ///< complete: see take_payload()
  part,     ///< more frames must follow
  invalid,  ///< parts that contradict each other: see fault()
  echo,     ///< our own request, as a line with local echo returns it
  late,     ///< answers a request that had timed out
  unasked,
};

class Router {
 public:
  explicit Router(const protocol::Codec& codec) : codec_{&codec} {}

  /// From now on `query`, sent as `request`, is waited for.
  void ask(protocol::Query query, ByteView request);
  [[nodiscard]] bool waiting() const noexcept { return query_.has_value(); }
  /// Bytes as they come in, for the error text.
  void heard(ByteView bytes);
  [[nodiscard]] Route route(const protocol::Frame& frame);
  /// What must be sent now for more parts to come; empty: nothing.
  [[nodiscard]] Bytes take_follow_up() noexcept { return std::exchange(follow_up_, {}); }
  [[nodiscard]] Bytes take_payload() noexcept { return std::move(payload_); }
  [[nodiscard]] const Error& fault() const noexcept { return fault_; }

  /// The time is up. Why there is no answer: the most telling of a damaged frame (`damage`, as the frame
  /// reader saw it), an unfinished one (`unfinished` bytes), a frame of somebody else, or silence. Bytes
  /// received are attached.
  [[nodiscard]] Error give_up(std::optional<Errc> damage, std::size_t unfinished);
  /// Nothing is waited for any more; an answer that still comes is not even late.
  void forget() noexcept { query_.reset(); }

 private:
  [[nodiscard]] Route route_answer(const protocol::Frame& frame);
  [[nodiscard]] bool is_echo(const protocol::Frame& frame) const;

  const protocol::Codec* codec_;
  std::optional<protocol::Query> query_;
  Bytes request_;  // the last thing sent for it
  Bytes follow_up_;
  Bytes received_;  // since the request, at most Error::max_bytes
  std::vector<Bytes> parts_;
  std::optional<Errc> mismatch_;  // a valid frame came, but another one
  Bytes payload_;
  Error fault_;
  std::deque<protocol::Query> overdue_;  // timed out, oldest first
};

}  // namespace busbar::channel
