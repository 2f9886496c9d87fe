// Tells apart what comes in.
#include "channel/router.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace busbar::channel {
namespace {

constexpr std::size_t max_overdue = 16;
constexpr std::size_t max_parts = 256;

std::string what_came(Errc code, std::size_t parts) {
  switch (code) {
    case Errc::timeout:
      return parts == 0 ? "no answer" : "no further frame after " + std::to_string(parts);
    case Errc::truncated_frame:
      return "the answer broke off";
    case Errc::wrong_address:
      return "only another address answered";
    case Errc::wrong_command:
      return "only an answer to another command came";
    default:
      return "the answer was damaged";
  }
}

}  // namespace

void Router::ask(protocol::Query query, ByteView request) {
  query_ = std::move(query);
  request_.assign(request.begin(), request.end());
  received_.clear();
  parts_.clear();
  follow_up_.clear();
  payload_.clear();
  mismatch_.reset();
}

void Router::heard(ByteView bytes) {
  if (!query_) return;
  const ByteView kept = bytes.first(std::min(bytes.size(), Error::max_bytes - received_.size()));
  received_.insert(received_.end(), kept.begin(), kept.end());
}

bool Router::is_echo(const protocol::Frame& frame) const {
  if (!std::ranges::equal(frame.bytes, request_)) return false;
  // Some protocols acknowledge a write by repeating it.
  return !query_->write || !codec_->answers(*query_, frame);
}

Route Router::route_answer(const protocol::Frame& frame) {
  parts_.emplace_back(frame.payload.begin(), frame.payload.end());
  auto joined = codec_->assemble(*query_, parts_);
  if (joined && !*joined && parts_.size() < max_parts) {
    follow_up_ = codec_->follow_up(*query_, parts_);
    if (!follow_up_.empty()) request_ = follow_up_;
    return Route::part;
  }
  query_.reset();
  if (joined && *joined) {
    payload_ = std::move(**joined);
    return Route::answer;
  }
  fault_ = joined ? Error{Errc::bad_length, "an answer in more than " + std::to_string(max_parts) + " frames"}
                  : std::move(joined).error();
  return Route::invalid;
}

Route Router::route(const protocol::Frame& frame) {
  if (query_) {
    if (is_echo(frame)) return Route::echo;
    if (codec_->answers(*query_, frame)) return route_answer(frame);
  }
  const auto late = std::ranges::find_if(
      overdue_, [&](const protocol::Query& query) { return codec_->answers(query, frame); });
  if (late != overdue_.end()) {
    overdue_.erase(late);
    return Route::late;
  }
  if (query_ && !codec_->speaks_unasked())
    mismatch_ = frame.address == query_->address ? Errc::wrong_command : Errc::wrong_address;
  return Route::unasked;
}

Error Router::give_up(std::optional<Errc> damage, std::size_t unfinished) {
  Errc code = Errc::timeout;
  // Where devices speak all the time, what is damaged or unfinished is mostly theirs.
  const bool theirs = codec_->speaks_unasked();
  if (mismatch_) code = *mismatch_;
  if (unfinished > 0 && !theirs) code = Errc::truncated_frame;
  if (damage && !theirs) code = *damage;
  Error error{code, what_came(code, parts_.size()), received_};
  if (query_) {
    overdue_.push_back(std::move(*query_));
    if (overdue_.size() > max_overdue) overdue_.pop_front();
    query_.reset();
  }
  return error;
}

}  // namespace busbar::channel
