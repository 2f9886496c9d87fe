// The codec: which request comes when, what answers it, and when a slave has said everything.
#include <busbar/protocol/mbus.hpp>

#include <algorithm>
#include <string>

namespace busbar::protocol::mbus {
namespace {

constexpr std::uint8_t select_ci = 0x52;
constexpr std::uint8_t response_mask = 0x4F;  // without ACD and DFC, or FCB and FCV
constexpr std::uint32_t wildcards = 0xFFFF;

bool is_secondary(const Query& query) { return query.address >= first_secondary; }

std::uint8_t wire_address(const Query& query) {
  return is_secondary(query) ? selected_address : static_cast<std::uint8_t>(query.address);
}

/// 12345678 as eight BCD digits.
std::uint32_t digits(std::uint32_t number) {
  std::uint32_t bcd = 0;
  for (int at = 0; at < 32; at += 4, number /= 10) bcd |= number % 10 << at;
  return bcd;
}

/// Requests before the first reading; each is acknowledged.
std::size_t preludes(const Query& query) {
  return (query.command == read ? 1U : 0U) + (query.data.empty() ? 0U : 1U);
}

/// build() has seen to it that the data fits.
Bytes framed(std::uint8_t c, std::uint8_t a, std::uint8_t ci, ByteView data) {
  auto frame = build_long(c, a, ci, data);
  return frame ? std::move(*frame) : Bytes{};
}

/// The request number `step` of an exchange. A reset, and a selection, clear the slave's frame count bit: the
/// first request behind it has the bit set, and it changes with every further one.
Bytes request(const Query& query, std::size_t step) {
  const std::uint8_t address = wire_address(query);
  const bool reset = query.command == read;
  if (reset && step == 0) {
    if (!is_secondary(query)) return build_short(snd_nke, address);
    const auto mask = to_wire({digits(query.address), wildcards, 0xFF, 0xFF});
    return framed(snd_ud, selected_address, select_ci, mask);
  }
  const std::size_t counted = step - (reset ? 1 : 0);
  const std::uint8_t bit = counted % 2 == (reset ? 0 : 1) ? frame_count : 0;
  if (step + 1 == preludes(query) && !query.data.empty())
    return framed(snd_ud | bit, address, query.data[0], ByteView{query.data}.subspan(1));
  return build_short(req_ud2 | bit, address);
}

/// What a repeated telegram has in common with the first: all but the access number and its neighbours.
ByteView records_of(const Telegram& telegram) {
  constexpr std::size_t header = 12;
  return telegram.frame.data.subspan(std::min(header, telegram.frame.data.size()));
}

Error refused(const Telegram& telegram) {
  return Error{Errc::rejected, "the meter reports: " + application_error_text(telegram.code.value_or(0)),
               telegram.frame.bytes};
}

class MbusCodec final : public Codec {
 public:
  std::string_view dialect() const noexcept override { return {}; }
  Result<Bytes> build(const Query& query) const override;
  Scan scan(ByteView buffered) const override;
  bool answers(const Query& query, const Frame& frame) const override;
  Result<std::optional<Bytes>> assemble(const Query& query, std::span<const Bytes> payloads) const override;
  Bytes follow_up(const Query& query, std::span<const Bytes> payloads) const override {
    return request(query, payloads.size());
  }
  Result<Description> describe(ByteView payload) const override;
  std::size_t max_frame() const override { return max_frame_size; }
};

Result<Bytes> MbusCodec::build(const Query& query) const {
  if (query.command != read && query.command != read_without_reset)
    return Error{Errc::unknown_query, "M-Bus has the commands 1, read, and 2, read without reset"};
  const bool primary = query.address <= max_primary_address || query.address == any_address;
  if (!primary && (query.address < first_secondary || query.address > last_secondary))
    return Error{Errc::bad_value,
                 "address " + std::to_string(query.address) +
                     " is neither a primary address, 0…250 or 254, nor the eight digits of a "
                     "secondary one"};
  if (is_secondary(query) && query.command != read)
    return Error{Errc::bad_value, "a secondary address is always selected first: use command 1"};
  if (query.write || query.data.size() > max_data_size)
    return Error{Errc::bad_value, "M-Bus is only read; what is sent before has at most 252 bytes"};
  return request(query, 0);
}

Scan MbusCodec::scan(ByteView buffered) const {
  const auto skip = [](std::optional<Errc> fault) {
    return Scan{.outcome = Scan::Outcome::skip, .count = 1, .fault = fault};
  };
  const auto length = frame_length(buffered);
  if (!length)
    return skip(length.error().code == Errc::bad_start ? std::nullopt : std::optional{length.error().code});
  if (*length == 0) return {.outcome = Scan::Outcome::need_more, .count = 1};
  if (*length > buffered.size())
    return {.outcome = Scan::Outcome::need_more, .count = *length - buffered.size()};
  const ByteView bytes = buffered.first(*length);
  const auto frame = parse_link_frame(bytes);
  if (!frame) return skip(frame.error().code);
  return {.outcome = Scan::Outcome::frame,
          .count = *length,
          .frame = {.bytes = bytes, .address = frame->a, .command = frame->c, .payload = bytes}};
}

bool MbusCodec::answers(const Query& query, const Frame& frame) const {
  if (frame.bytes.size() == 1) return true;  // an acknowledgement names nobody
  if ((frame.command & response_mask) != rsp_ud) return false;
  // Through a selection a slave answers with its own address, which is not known here.
  return is_secondary(query) || query.address == any_address || frame.address == query.address;
}

Result<std::optional<Bytes>> MbusCodec::assemble(const Query& query, std::span<const Bytes> payloads) const {
  Bytes joined;
  std::optional<Telegram> last;
  for (std::size_t at = 0; at < payloads.size(); ++at) {
    const Bytes& payload = payloads[at];
    const bool acknowledged = payload.size() == 1;
    if (at < preludes(query)) {
      if (!acknowledged)
        return Error{Errc::wrong_command, "data came where an acknowledgement was due", payload};
      continue;
    }
    if (acknowledged) return Error{Errc::rejected, "the meter has no data to send"};
    auto telegram = decode(payload);
    if (!telegram) return telegram.error();
    if (telegram->content == Content::application_error) return refused(*telegram);
    const bool other =
        is_secondary(query) && telegram->has_identity && telegram->identity.id != digits(query.address);
    if (other || (last && telegram->has_identity && telegram->identity != last->identity))
      return Error{Errc::wrong_address, "the meter " + id_text(telegram->identity.id) + " answered", payload};
    // Some meters do not look at the frame count bit: their first telegram comes again and again.
    const bool repeated = last && std::ranges::equal(records_of(*last), records_of(*telegram));
    if (!repeated) joined.insert(joined.end(), payload.begin(), payload.end());
    const bool more = telegram->more_follows && !repeated && at + 1 < preludes(query) + max_telegrams;
    if (!more) return std::optional{std::move(joined)};
    last = std::move(*telegram);
  }
  return std::optional<Bytes>{};
}

Result<Description> MbusCodec::describe(ByteView payload) const {
  std::vector<Telegram> telegrams;
  while (!payload.empty()) {
    const auto length = frame_length(payload);
    if (!length || *length == 0 || *length > payload.size())
      return Error{Errc::bad_length, "no whole M-Bus frame", payload};
    auto telegram = decode(payload.first(*length));
    if (!telegram) return telegram.error();
    if (telegram->content == Content::application_error) return refused(*telegram);
    telegrams.push_back(std::move(*telegram));
    payload = payload.subspan(*length);
  }
  return readings(telegrams);
}

}  // namespace

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (!dialect.empty())
    return Error{Errc::invalid_configuration,
                 "protocol mbus has no dialects, found '" + std::string{dialect.substr(0, 40)} + "'"};
  return std::unique_ptr<Codec>{std::make_unique<MbusCodec>()};
}

}  // namespace busbar::protocol::mbus
