// The known protocols by name; one line each.
#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/orion.hpp>

#include <array>
#include <string>

namespace busbar::protocol {
namespace {

using Maker = Result<std::unique_ptr<Codec>> (*)(std::string_view dialect);

constexpr std::array<std::string_view, 1> names{"orion"};
constexpr std::array<Maker, names.size()> makers{&orion::make_codec};

}  // namespace

std::span<const std::string_view> protocols() { return names; }

Result<std::unique_ptr<Codec>> make_codec(std::string_view protocol, std::string_view dialect) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == protocol) return makers[i](dialect);
  std::string known;
  for (const auto name : names) known.append(known.empty() ? "" : ", ").append(name);
  return Error{Errc::invalid_configuration,
               "unknown protocol '" + std::string{protocol.substr(0, 40)} + "'; known: " + known};
}

Result<Frame> parse_frame(const Codec& codec, ByteView bytes) {
  const Scan scan = codec.scan(bytes);
  switch (scan.outcome) {
    case Scan::Outcome::need_more:
      return Error{Errc::truncated_frame, "at least " + std::to_string(scan.count) + " more bytes expected",
                   bytes};
    case Scan::Outcome::skip:
      return Error{scan.fault.value_or(Errc::bad_start), "not a frame of this protocol", bytes};
    case Scan::Outcome::frame:
      break;
  }
  if (scan.count != bytes.size())
    return Error{Errc::bad_length,
                 "the frame ends after " + std::to_string(scan.count) + " of " +
                     std::to_string(bytes.size()) + " bytes",
                 bytes};
  return scan.frame;
}

}  // namespace busbar::protocol
