// How a simulated device misbehaves. Pure: a response goes in, what happens on the wire instead comes out.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::simulate {

using std::chrono::milliseconds;

enum class Fault {
  silent,          ///< no answer
  lost_first,      ///< no answer to the first request after a connect
  late,            ///< answered after the duration given
  garbage,         ///< random bytes, false starts among them, before the response and between its frames
  at_noise,        ///< "AT+STAT\r\n" of a Bluetooth module before and after the response
  truncated,       ///< the response ends early
  wrong_address,   ///< a valid response in the name of another device
  wrong_checksum,  ///< one bit of the checksum is flipped
  dribble,         ///< byte by byte, the duration given between them
  glued,           ///< kept back and sent in one piece with the next response
  duplicate,       ///< the response comes twice
  echo,            ///< the request comes back before the response
  reset,           ///< half a response, then a connection reset
};

struct FaultRule {
  Fault fault{};
  double probability = 1;                  ///< 0…1, drawn for every request it applies to
  std::optional<std::uint32_t> address{};  ///< this device only
  milliseconds duration{};                 ///< late, dribble
  bool operator==(const FaultRule&) const = default;
};

/// NAME[:DURATION][@PROBABILITY][#ADDRESS], e.g. "silent#3", "late:500ms@0.1", "dribble". DURATION is "500ms"
/// or "2s" and for late (default 500ms) and dribble (default 5ms) only. invalid_configuration says what was
/// expected instead.
[[nodiscard]] Result<FaultRule> parse_fault(std::string_view text);
[[nodiscard]] std::string_view to_string(Fault fault) noexcept;
/// The names parse_fault knows, in the order of the enumeration.
[[nodiscard]] std::span<const std::string_view> fault_names() noexcept;

/// Bytes that go out together, after a pause.
struct Piece {
  milliseconds pause{};
  Bytes bytes;
};

/// What goes out in answer to one request.
struct Transmission {
  milliseconds delay{};  ///< before the first piece; the wire is free meanwhile
  std::vector<Piece> pieces;
  bool reset = false;  ///< the connection is reset afterwards
  bool prompt = true;  ///< false when a fault makes it slow, so that the next request may rightly overtake it
};

/// The protocol's part in lying.
struct Forger {
  Bytes (*other_address)(ByteView frame);  ///< the same frame, valid, from another device
  Bytes (*bad_checksum)(ByteView frame);
  std::uint8_t start;  ///< first byte of a frame: the dangerous kind of noise
};

class Mischief {
 public:
  Mischief(std::vector<FaultRule> rules, std::uint64_t seed, Forger forger);

  /// `frames` may be empty (a device that does not answer). The same seed and the same requests give the same
  /// faults.
  [[nodiscard]] Transmission apply(ByteView request, std::uint32_t address, bool first_after_connect,
                                   std::vector<Bytes> frames);
  [[nodiscard]] const std::map<Fault, std::uint64_t>& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] bool happens(double probability);
  [[nodiscard]] Bytes noise();

  std::vector<FaultRule> rules_;
  std::mt19937_64 random_;
  Forger forger_;
  Bytes held_;
  std::map<Fault, std::uint64_t> counts_;
};

}  // namespace busbar::simulate
