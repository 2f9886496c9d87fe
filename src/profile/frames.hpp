// From whole frames to the payload a decoder takes: what the channel does on a live bus, for examples and
// explanations.
#pragma once

#include "profile/profile.hpp"

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>
#include <busbar/protocol/codec.hpp>

#include <span>

namespace busbar::profile {

/// Every frame must be valid and answer `query`. truncated_frame when more frames must follow.
[[nodiscard]] Result<Bytes> payload_of(const protocol::Codec& codec, const protocol::Query& query,
                                       std::span<const Bytes> frames);

/// What was asked when the example was taken.
[[nodiscard]] protocol::Query request_of(const ProfileQuery& query, const Example& example);

}  // namespace busbar::profile
