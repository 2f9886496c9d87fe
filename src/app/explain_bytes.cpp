#include "app/explain_bytes.hpp"

#include "app/exit_code.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <algorithm>
#include <ostream>

namespace busbar::app {
namespace {

/// Frames that answer one query together (cells that need several frames) are explained together.
std::vector<std::vector<Bytes>> group(const std::vector<Bytes>& frames, const profile::Profile& profile,
                                      const protocol::Codec& codec) {
  std::vector<std::vector<Bytes>> groups;
  std::uint32_t address = 0;
  std::uint32_t command = 0;
  for (const auto& bytes : frames) {
    const auto frame = codec.scan(bytes).frame;
    const bool joins = std::any_of(profile.queries.begin(), profile.queries.end(), [&](const auto& query) {
      return query.request.collect && query.request.command == frame.command;
    });
    const bool again = !groups.empty() && joins && frame.address == address && frame.command == command;
    bool complete = true;
    if (again) {
      auto payloads = std::vector<Bytes>{};
      for (const auto& earlier : groups.back()) {
        const auto payload = codec.scan(earlier).frame.payload;
        payloads.emplace_back(payload.begin(), payload.end());
      }
      const auto query = std::find_if(profile.queries.begin(), profile.queries.end(),
                                      [&](const auto& entry) { return entry.request.command == command; });
      const auto joined = codec.assemble(query->request, payloads);
      payloads.emplace_back(frame.payload.begin(), frame.payload.end());
      complete = !joined || joined.value().has_value() || !codec.assemble(query->request, payloads);
    }
    if (!again || complete) groups.emplace_back();
    groups.back().push_back(bytes);
    address = frame.address;
    command = frame.command;
  }
  return groups;
}

}  // namespace

int explain_bytes(const profile::Profile& profile, ByteView bytes, std::ostream& out) {
  const auto codec = protocol::make_codec(profile.protocol, profile.dialect);
  if (!codec) {
    out << to_string(codec.error()) << "\n";
    return exit_data;
  }
  protocol::FrameReader reader{**codec};
  std::vector<Bytes> frames;
  const auto take = [&](const std::optional<protocol::Frame>& frame) {
    if (frame) frames.emplace_back(frame->bytes.begin(), frame->bytes.end());
    return frame.has_value();
  };
  // In slices, because the reader's buffer is bounded.
  for (std::size_t at = 0; at < bytes.size(); at += (*codec)->max_frame()) {
    reader.feed(bytes.subspan(at, std::min((*codec)->max_frame(), bytes.size() - at)));
    while (take(reader.next())) {
    }
  }
  while (take(reader.next_after_silence())) {
  }
  if (reader.bytes_skipped() > 0) {
    out << reader.bytes_skipped() << " byte(s) belong to no valid " << profile.protocol << " frame";
    if (const auto fault = reader.last_fault()) out << "; last fault: " << to_string(*fault);
    out << "\n";
  }
  bool all_explained = !frames.empty();
  for (const auto& together : group(frames, profile, **codec)) {
    const auto text = profile::explain(profile, together);
    for (const auto& frame : together) out << to_hex(frame, ' ') << "\n";
    out << (text ? *text : to_string(text.error()) + "\n");
    all_explained = all_explained && text.has_value();
  }
  return all_explained ? exit_ok : exit_data;
}

}  // namespace busbar::app
