// The sans-I/O side of one protocol family: bytes in, frames out. No socket, no clock, no logging.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::protocol {

/// How a payload that spans several unasked-for frames is joined: every frame carries a header of `header`
/// bytes and then items of `item` bytes; the header byte at `total_at` says how many items there are in all
/// frames together. The joined payload is the header of the first frame and then all items, so a count of
/// "items in this frame" in that header speaks of the first frame only: compare with the total.
///
/// With `per_frame` the frames do not say how many items there are. The first byte of each header numbers the
/// frames instead, each has room for `per_frame` items, and `total` must be known beforehand. The joined
/// payload is then the items alone.
struct Collect {
  std::size_t header = 0;
  std::size_t total_at = 0;
  std::size_t item = 1;
  std::size_t per_frame = 0;           ///< 0: the frames say how many items there are
  std::optional<std::size_t> total{};  ///< with per_frame; nullopt: not known yet
  bool operator==(const Collect&) const = default;
};

/// What is asked of a device. Built by the profile; the codec turns it into bytes and recognises the answer.
struct Query {
  std::string name;           ///< "voltages"
  std::uint32_t address = 0;  ///< device address on the channel
  std::uint32_t command = 0;  ///< as the protocol page numbers it, e.g. 0xFF02
  Bytes data{};               ///< request data after the command
  bool write = false;         ///< changes the device; answered by the protocol's acknowledgement
  std::optional<Collect> collect{};
  std::size_t max_payload = 0;  ///< longest payload the profile expects, 0 = the protocol's own limit
  std::size_t min_words = 0;    ///< of an answer in text: fewest words the profile expects
  std::size_t max_words = 0;    ///< most words, 0 = no bound
};

/// A whole, verified unit. The views point into the buffer that was scanned.
struct Frame {
  ByteView bytes{};  ///< from its first to its last byte
  std::uint32_t address = 0;
  std::uint32_t command = 0;  ///< as Query::command, or what the header of the protocol says
  ByteView payload{};         ///< what a profile decodes; part of `bytes`
};

/// Outcome of looking at the front of a buffer.
struct Scan {
  enum class Outcome { frame, need_more, skip };
  Outcome outcome = Outcome::need_more;
  std::size_t count = 0;        ///< frame: its length; need_more: bytes missing at least; skip: garbage bytes
  std::size_t at = 0;           ///< frame: where it begins, inside another one that is taken without it
  Frame frame{};                ///< when outcome is frame
  std::optional<Errc> fault{};  ///< skip: why what looked like a frame was refused; empty for mere noise
};

/// What a payload says that names its quantities itself. No profile lists them.
struct Description {
  struct Item {
    Quantity quantity;
    Value value{};
  };
  std::vector<Item> items{};             ///< in the order of the payload
  std::vector<std::string> anomalies{};  ///< what could not be read; the items stand
};

class Codec {
 public:
  virtual ~Codec() = default;

  /// The dialect spoken, by its name also where the default was asked for; "" when the protocol has only one.
  [[nodiscard]] virtual std::string_view dialect() const noexcept = 0;
  /// The request as it goes on the wire. unknown_query or bad_value when the protocol cannot express it.
  [[nodiscard]] virtual Result<Bytes> build(const Query& query) const = 0;
  /// Looks at the front of `buffered`. Never reads past it, never keeps state, always makes progress on a
  /// full buffer.
  [[nodiscard]] virtual Scan scan(ByteView buffered) const = 0;
  /// True where devices also speak while something is asked: what lies unfinished in a buffer may be theirs,
  /// and another frame than the one that is waited for says nothing about it.
  [[nodiscard]] virtual bool speaks_unasked() const noexcept { return false; }
  /// True when `frame` is an answer to `query`: address, command and kind all compared.
  [[nodiscard]] virtual bool answers(const Query& query, const Frame& frame) const = 0;
  /// Given the payloads received so far for `query`: the joined payload when complete, nullopt when more must
  /// follow, an error when they contradict each other. A protocol without multi-frame answers returns the
  /// only payload.
  [[nodiscard]] virtual Result<std::optional<Bytes>> assemble(const Query& query,
                                                              std::span<const Bytes> payloads) const = 0;
  /// What goes out next in the exchange of `query` while assemble() says that more must follow. Empty: it
  /// comes by itself, as in most protocols.
  [[nodiscard]] virtual Bytes follow_up([[maybe_unused]] const Query& query,
                                        [[maybe_unused]] std::span<const Bytes> payloads) const {
    return {};
  }
  /// The readings of a payload that describes itself, for queries with `layout: described`. bad_value when
  /// it does not, as in most protocols.
  [[nodiscard]] virtual Result<Description> describe(ByteView payload) const {
    return Error{Errc::bad_value, "payloads of this protocol do not describe themselves", payload};
  }
  /// Longest frame of this protocol in bytes; bounds every buffer.
  [[nodiscard]] virtual std::size_t max_frame() const = 0;
};

/// "orion" with dialect "" (the default), "manufacturer" or "draft". invalid_configuration names the known
/// ones.
[[nodiscard]] Result<std::unique_ptr<Codec>> make_codec(std::string_view protocol,
                                                        std::string_view dialect = {});
[[nodiscard]] std::span<const std::string_view> protocols();

/// For bytes known to be one whole frame (examples, the command line): the frame, or why it is none.
/// bad_length when bytes follow it.
[[nodiscard]] Result<Frame> parse_frame(const Codec& codec, ByteView bytes);

}  // namespace busbar::protocol
