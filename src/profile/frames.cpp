// Joins the frames of one answer.
#include "profile/frames.hpp"

#include <string>
#include <utility>
#include <vector>

namespace busbar::profile {

Result<Bytes> payload_of(const protocol::Codec& codec, const protocol::Query& query,
                         std::span<const Bytes> frames) {
  std::vector<Bytes> payloads;
  for (const Bytes& bytes : frames) {
    const auto frame = protocol::parse_frame(codec, bytes);
    if (!frame) {
      return frame.error();
    }
    if (!codec.answers(query, *frame)) {
      return Error{Errc::wrong_command, "the frame does not answer query " + query.name, bytes};
    }
    payloads.emplace_back(frame->payload.begin(), frame->payload.end());
  }
  auto joined = codec.assemble(query, payloads);
  if (!joined) {
    return joined.error();
  }
  if (!*joined) {
    return Error{Errc::truncated_frame, "more frames must follow after " + std::to_string(frames.size())};
  }
  return std::move(**joined);
}

protocol::Query request_of(const ProfileQuery& query, const Example& example) {
  protocol::Query request = query.request;
  request.address = example.address;
  request.data = example.data.value_or(request.data);
  if (request.collect && example.total) {
    request.collect->total = example.total;
  }
  return request;
}

}  // namespace busbar::profile
