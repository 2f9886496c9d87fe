// The known protocols by name; one line each.
#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/daly.hpp>
#include <busbar/protocol/jk.hpp>
#include <busbar/protocol/mbus.hpp>
#include <busbar/protocol/modbus.hpp>
#include <busbar/protocol/orion.hpp>
#include <busbar/protocol/vedirect.hpp>
#include <busbar/protocol/voltronic.hpp>

#include <array>
#include <string>

namespace busbar::protocol {
namespace {

struct Protocol {
  std::string_view name;
  Result<std::unique_ptr<Codec>> (*make)(std::string_view dialect);
};

constexpr std::array known_protocols{
    Protocol{"orion", &orion::make_codec},         Protocol{"daly", &daly::make_codec},
    Protocol{"vedirect", &vedirect::make_codec},   Protocol{"jk", &jk::make_codec},
    Protocol{"voltronic", &voltronic::make_codec}, Protocol{"mbus", &mbus::make_codec},
    Protocol{"modbus", &modbus::make_codec},
};

constexpr auto names = [] {
  std::array<std::string_view, known_protocols.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = known_protocols[i].name;
  return all;
}();

}  // namespace

std::span<const std::string_view> protocols() { return names; }

Result<std::unique_ptr<Codec>> make_codec(std::string_view protocol, std::string_view dialect) {
  for (const Protocol& one : known_protocols)
    if (one.name == protocol) return one.make(dialect);
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
  if (scan.at > 0) return Error{Errc::bad_start, "another frame stands inside this one", bytes};
  if (scan.count != bytes.size())
    return Error{Errc::bad_length,
                 "the frame ends after " + std::to_string(scan.count) + " of " +
                     std::to_string(bytes.size()) + " bytes",
                 bytes};
  return scan.frame;
}

}  // namespace busbar::protocol
