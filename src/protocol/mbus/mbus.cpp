// The codec: which request comes when, what answers it, and when a slave has said everything. Sources: EN
// 13757-2 for the exchange, EN 13757-3:2018 for selection and application; MBDOC48, sections 5 and 7.
//
// One exchange with the meter at primary address 5:
//   10 40 05 45 16    SND_NKE: reset your link              → E5
//   10 7b 05 80 16    REQ_UD2, frame count bit set          → 68 … 16, a telegram; it ends in 1F: more
//   follows 10 5b 05 60 16    REQ_UD2, frame count bit changed      → the next one, and so on
// By a secondary address the reset is replaced by a selection, and the rest goes to address FD:
//   68 0b 0b 68 53 fd 52  78 56 34 12  ff ff ff ff  CS 16   whoever has the id 12345678    → E5
//
// What one has to know of it:
// - The frame count bit tells a slave whether its last telegram arrived. Repeating a request with the same
// bit
//   brings the same telegram again; a reset or a selection makes the bit known.
// - Some meters ignore the bit, and send their first telegram for ever: records that repeat end the exchange.
// - E5 names nobody, and a selected slave answers with its primary address: the identity in the telegram is
//   compared instead.
// - Two meters under one mask answer at once. What adds up to a sound frame by chance is found by the search
//   (search_secondary.cpp), which asks each again by its full address.
#include <busbar/protocol/mbus.hpp>
#include <busbar/protocol/mbus/address.hpp>

#include <algorithm>
#include <string>

namespace busbar::protocol::mbus {
namespace {

constexpr std::uint8_t response_mask = 0x4F;  // without ACD and DFC, or FCB and FCV
constexpr std::uint8_t count_mask = 0xDF;     // without FCB
constexpr std::size_t selection_size = 9;     // CI and identity

/// 12345678 as eight BCD digits.
std::uint32_t digits(std::uint32_t number) {
  std::uint32_t bcd = 0;
  for (int at = 0; at < 32; at += 4, number /= 10) bcd |= number % 10 << at;
  return bcd;
}

/// A query taken apart.
struct Plan {
  std::optional<Identity> mask{};  ///< who is selected first
  std::uint8_t address = 0;        ///< on the wire
  ByteView data{};                 ///< sent before reading: CI field and its data
};

Plan plan_of(const Query& query) {
  if (query.address >= first_secondary) {
    Identity mask = any_identity;
    mask.id = digits(query.address);
    return {.mask = mask, .address = selected_address, .data = query.data};
  }
  Plan plan{.address = static_cast<std::uint8_t>(query.address), .data = query.data};
  if (plan.address == selected_address && plan.data.size() >= selection_size && plan.data[0] == select_ci) {
    plan.mask = identity_from_wire(plan.data.subspan(1, selection_size - 1));
    plan.data = plan.data.subspan(selection_size);
  }
  return plan;
}

/// A frame that goes out as it is, rather than one of the exchanges that are made up here.
bool is_single(const Query& query) { return query.command > send; }

bool resets(const Query& query) { return query.command != read_without_reset; }

/// Requests before the first reading; each is acknowledged.
std::size_t preludes(const Query& query, const Plan& plan) {
  return (resets(query) ? 1U : 0U) + (plan.data.empty() ? 0U : 1U);
}

/// build() has seen to it that the data fits.
Bytes framed(std::uint8_t c, std::uint8_t a, std::uint8_t ci, ByteView data) {
  auto frame = build_long(c, a, ci, data);
  return frame ? std::move(*frame) : Bytes{};
}

/// The request number `step` of an exchange. A reset, and a selection, clear the slave's frame count bit: the
/// first request behind it has the bit set, and it changes with every further one.
Bytes request(const Query& query, std::size_t step) {
  if (is_single(query)) return query.data;
  const Plan plan = plan_of(query);
  const bool reset = resets(query);
  if (reset && step == 0) {
    if (!plan.mask) return build_short(snd_nke, plan.address);
    return framed(snd_ud, selected_address, select_ci, to_wire(*plan.mask));
  }
  const std::size_t counted = step - (reset ? 1 : 0);
  const std::uint8_t bit = counted % 2 == (reset ? 0 : 1) ? frame_count : 0;
  if (step + 1 == preludes(query, plan) && !plan.data.empty())
    return framed(snd_ud | bit, plan.address, plan.data[0], plan.data.subspan(1));
  return build_short(req_ud2 | bit, plan.address);
}

/// Whether a single request is one that a master sends and that may be sent.
Result<Bytes> vetted(const Query& query) {
  const auto frame = parse_link_frame(query.data);
  if (!frame) return frame.error();
  if (frame->kind == FrameKind::ack || frame->c != query.command || frame->a != query.address)
    return Error{Errc::bad_value, "the frame is not the request it is said to be", query.data};
  const std::uint8_t kind = frame->c & count_mask;
  if (kind == snd_ud && frame->kind != FrameKind::brief) {
    const bool selects = frame->a == selected_address && frame->ci == select_ci;
    if (selects || query.write) return query.data;
    return Error{Errc::not_allowed, "SND_UD may change the meter; 'busbar mbus' has commands for that",
                 query.data};
  }
  const bool asks = frame->c == snd_nke || kind == req_ud2 || kind == req_ud1;
  if (asks && frame->kind == FrameKind::brief) return query.data;
  return Error{Errc::unknown_query,
               "a master sends SND_NKE, REQ_UD1, REQ_UD2 or SND_UD, not C " + to_hex(Bytes{frame->c}),
               query.data};
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

/// The first request of the exchange; what comes after it is follow_up()'s.
Result<Bytes> MbusCodec::build(const Query& query) const {
  if (is_single(query)) return vetted(query);
  if (query.command < read)
    return Error{Errc::unknown_query, "M-Bus has the commands 1, read, 2, read without reset, and 3, send"};
  const Plan plan = plan_of(query);
  const bool primary = query.address <= max_primary_address || query.address == any_address;
  if (!primary && (!plan.mask || query.address > last_secondary))
    return Error{Errc::bad_value,
                 "address " + std::to_string(query.address) +
                     " is neither a primary address, 0…250 or 254, nor the eight digits of a "
                     "secondary one"};
  if (plan.mask && !resets(query))
    return Error{Errc::bad_value, "a secondary address is always selected first: use command 1"};
  if (query.write != (query.command == send) || (query.command == send && plan.data.empty()))
    return Error{Errc::bad_value, "M-Bus is written to by command 3, with a CI field"};
  if (plan.data.size() > max_data_size)
    return Error{Errc::bad_value, "what is sent to a meter has at most 252 bytes"};
  return request(query, 0);
}

/// The length stands in the first four bytes, twice: a false start is dropped at once, and one byte only,
/// because a true one may begin anywhere behind it.
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
  // To what is merely acknowledged, data is no answer: it belongs to a request before.
  if (is_single(query) && (query.command == snd_nke || (query.command & count_mask) == snd_ud)) return false;
  // Through a selection a slave answers with its own address, which is not known here.
  const bool anybody = query.address >= first_secondary || query.address == selected_address;
  return anybody || query.address == any_address || frame.address == query.address;
}

/// Walks through what came, step by step as it was asked for: acknowledgements first, then telegrams, until
/// one says that nothing follows it, repeats the one before, or is the sixteenth.
Result<std::optional<Bytes>> MbusCodec::assemble(const Query& query, std::span<const Bytes> payloads) const {
  if (payloads.empty()) return std::optional<Bytes>{};
  if (is_single(query)) return std::optional{payloads.front()};
  const Plan plan = plan_of(query);
  const std::size_t before = preludes(query, plan);
  Bytes joined;
  std::optional<Telegram> last;
  for (std::size_t at = 0; at < payloads.size(); ++at) {
    const Bytes& payload = payloads[at];
    const bool acknowledged = payload.size() == 1;
    if (at < before) {
      if (!acknowledged)
        return Error{Errc::wrong_command, "data came where an acknowledgement was due", payload};
      if (query.command == send && at + 1 == before) return std::optional{payload};
      continue;
    }
    if (acknowledged) return Error{Errc::rejected, "the meter has no data to send"};
    auto telegram = decode(payload);
    if (!telegram) return telegram.error();
    if (telegram->content == Content::application_error) return refused(*telegram);
    // Fixed data names no manufacturer: of it only the id can be compared.
    Identity mask = plan.mask.value_or(any_identity);
    if (telegram->content == Content::fixed) mask = Identity{mask.id, 0xFFFF, 0xFF, 0xFF};
    const bool other = telegram->has_identity && !matches(mask, telegram->identity);
    if (other || (last && telegram->has_identity && telegram->identity != last->identity))
      return Error{Errc::wrong_address, "the meter " + id_text(telegram->identity.id) + " answered", payload};
    // Some meters do not look at the frame count bit: their first telegram comes again and again.
    const bool repeated = last && std::ranges::equal(records_of(*last), records_of(*telegram));
    if (!repeated) joined.insert(joined.end(), payload.begin(), payload.end());
    const bool more = telegram->more_follows && !repeated && at + 1 < before + max_telegrams;
    if (!more) return std::optional{std::move(joined)};
    last = std::move(*telegram);
  }
  return std::optional<Bytes>{};
}

/// All telegrams of a readout are described together: values of one quantity are told apart across them.
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

Query single_request(Bytes frame) {
  Query query{.name = "single request"};
  if (const auto link = parse_link_frame(frame)) {
    query.address = link->a;
    query.command = link->c;
  }
  query.data = std::move(frame);
  return query;
}

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (!dialect.empty())
    return Error{Errc::invalid_configuration,
                 "protocol mbus has no dialects, found '" + std::string{dialect.substr(0, 40)} + "'"};
  return std::unique_ptr<Codec>{std::make_unique<MbusCodec>()};
}

}  // namespace busbar::protocol::mbus
