// What was heard, and the search by primary addresses.
#include <busbar/protocol/mbus/search.hpp>

#include <algorithm>
#include <array>

namespace busbar::protocol::mbus {
namespace {

/// The first whole frame of a slave among bytes that may hold glitches before it.
std::optional<ByteView> first_answer(ByteView bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const ByteView rest = bytes.subspan(at);
    const auto length = frame_length(rest);
    if (!length || *length == 0 || *length > rest.size()) continue;
    const auto frame = parse_link_frame(rest.first(*length));
    if (frame && (frame->kind == FrameKind::ack || (frame->c & 0x4F) == rsp_ud)) return rest.first(*length);
  }
  return std::nullopt;
}

class Primary final : public Search {
 public:
  explicit Primary(const PrimarySearch& options) : options_{options}, address_{options.from} {}

  std::optional<Question> next() const override {
    if (address_ > options_.to) return std::nullopt;
    // A reset clears the frame count bit: the first request behind it has the bit set.
    if (reading_) return Question{build_short(req_ud2 | frame_count, wire()), true};
    return Question{build_short(snd_nke, wire()), false};
  }

  void heard(const Heard& heard) override {
    if (address_ > options_.to) return;
    const bool telegram = heard.kind == Heard::Kind::telegram;
    if (telegram && reading_) return found(heard.telegram);
    if (reading_ || heard.kind == Heard::Kind::silence) {
      if (attempt_++ < options_.retries) return;
      if (reading_) {
        collided_ = collided_ || heard.kind == Heard::Kind::noise;
        const auto kind = collided_ ? Oddity::Kind::collision : Oddity::Kind::no_data;
        oddities_.push_back({.kind = kind, .address = at()});
        if (!collided_) meters_.push_back({.primary = wire(), .asked = at()});
      }
      return advance();
    }
    // A telegram of before, or noise, is as good a reason to read as the acknowledgement that is due.
    collided_ = heard.kind == Heard::Kind::noise;
    reading_ = true;
    attempt_ = 0;
  }

  double progress() const override {
    const double all = options_.to - options_.from + 1;
    return std::min(1.0, (address_ - options_.from) / all);
  }
  Address at() const override { return {.primary = wire()}; }

 private:
  std::uint8_t wire() const { return static_cast<std::uint8_t>(address_); }

  void found(ByteView bytes) {
    FoundMeter meter{.primary = wire(), .asked = at()};
    const auto telegram = decode(bytes);
    if (telegram && telegram->has_identity) meter.identity = telegram->identity;
    meter.by_fixed_data = telegram && telegram->content == Content::fixed;
    meters_.push_back(meter);
    advance();
  }

  void advance() {
    ++address_;
    reading_ = collided_ = false;
    attempt_ = 0;
  }

  PrimarySearch options_;
  unsigned address_;
  unsigned attempt_ = 0;
  bool reading_ = false;
  bool collided_ = false;
};

}  // namespace

Heard classify(ByteView request, ByteView received) {
  const bool echo = received.size() >= request.size() && !request.empty() &&
                    std::ranges::equal(received.first(request.size()), request);
  if (echo) received = received.subspan(request.size());
  if (received.empty()) return {};
  const auto answer = first_answer(received);
  if (!answer) return {Heard::Kind::noise, {}};
  // Behind an acknowledgement another one, or the rest of one, is a second slave's.
  const bool last = answer->data() + answer->size() == received.data() + received.size();
  if (!last) return {Heard::Kind::noise, {}};
  if (answer->size() == 1) return {Heard::Kind::acknowledged, {}};
  return {Heard::Kind::telegram, {answer->begin(), answer->end()}};
}

std::string_view to_string(Oddity::Kind kind) noexcept {
  constexpr std::array<std::string_view, 4> texts{
      "several meters answer, and cannot be told apart", "acknowledges, but sends no data",
      "answers to a selection that is not its own", "too many collisions for meters: the line is disturbed"};
  const auto at = static_cast<std::size_t>(kind);
  return at < texts.size() ? texts[at] : "unknown";
}

std::unique_ptr<Search> make_search(const PrimarySearch& options) {
  return std::make_unique<Primary>(options);
}

}  // namespace busbar::protocol::mbus
