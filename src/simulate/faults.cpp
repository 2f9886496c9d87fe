// Reading fault rules, and what each fault does to a response.
#include "simulate/faults.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace busbar::simulate {
namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, 13> names{
    "silent",         "lost_first", "late",  "garbage",   "at_noise", "truncated", "wrong_address",
    "wrong_checksum", "dribble",    "glued", "duplicate", "echo",     "reset"};
static_assert(static_cast<std::size_t>(Fault::reset) + 1 == names.size());

constexpr milliseconds default_late{500};
constexpr milliseconds default_dribble{5};
constexpr milliseconds longest{3'600'000};

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::int64_t unit = 0;
  if (text.ends_with("ms"))
    unit = 1;
  else if (text.ends_with("s"))
    unit = 1000;
  else
    return std::nullopt;
  const auto count = parse_number<std::uint32_t>(text.substr(0, text.size() - (unit == 1 ? 2 : 1)));
  if (!count || *count > static_cast<std::uint64_t>(longest.count())) return std::nullopt;
  const milliseconds duration{*count * unit};
  return duration > longest ? std::nullopt : std::optional{duration};
}

Error refuse(std::string_view text, const std::string& why) {
  return {Errc::invalid_configuration, "fault '" + std::string{text.substr(0, 60)} + "': " + why};
}

/// Cuts what follows the last `mark` off the end of `text`.
std::optional<std::string_view> take_after(std::string_view& text, char mark) {
  const auto at = text.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view tail = text.substr(at + 1);
  text = text.substr(0, at);
  return tail;
}

/// What a Bluetooth module that shares the UART says now and then.
Bytes at_noise() {
  constexpr std::string_view text = "AT+STAT\r\n";
  return {text.begin(), text.end()};
}

/// All pieces as one, or each byte by itself.
std::vector<Piece> repack(const std::vector<Piece>& pieces, bool dribble, milliseconds pause) {
  std::vector<Piece> result;
  for (const Piece& piece : pieces) {
    for (const std::uint8_t byte : piece.bytes) {
      if (dribble || result.empty()) result.push_back({.pause = pause, .bytes = {}});
      result.back().bytes.push_back(byte);
    }
  }
  return result;
}

}  // namespace

std::span<const std::string_view> fault_names() noexcept { return names; }

std::string_view to_string(Fault fault) noexcept {
  const auto index = static_cast<std::size_t>(fault);
  return index < names.size() ? names[index] : "unknown";
}

Result<FaultRule> parse_fault(std::string_view text) {
  std::string_view rest = text;
  const auto address = take_after(rest, '#');
  const auto probability = take_after(rest, '@');
  const auto duration = take_after(rest, ':');

  const auto* const name = std::ranges::find(names, rest);
  if (name == names.end()) {
    std::string known;
    for (const auto candidate : names) known.append(known.empty() ? "" : ", ").append(candidate);
    return refuse(text, "no such fault '" + std::string{rest.substr(0, 40)} + "'; known: " + known);
  }
  FaultRule rule{.fault = static_cast<Fault>(name - names.begin())};
  if (rule.fault == Fault::late) rule.duration = default_late;
  if (rule.fault == Fault::dribble) rule.duration = default_dribble;
  if (duration) {
    const auto value = parse_duration(*duration);
    if (rule.duration == milliseconds{0}) return refuse(text, std::string{rest} + " takes no duration");
    if (!value)
      return refuse(text, "a duration such as 500ms or 2s, at most one hour, is expected after ':'");
    rule.duration = *value;
  }
  if (probability) {
    const auto value = parse_number<double>(*probability);
    if (!value || !(*value >= 0 && *value <= 1))
      return refuse(text, "a probability between 0 and 1 is expected after '@'");
    rule.probability = *value;
  }
  if (address) {
    rule.address = parse_number<std::uint32_t>(*address);
    if (!rule.address) return refuse(text, "a device address is expected after '#'");
  }
  return rule;
}

Mischief::Mischief(std::vector<FaultRule> rules, std::uint64_t seed, Forger forger)
    : rules_{std::move(rules)}, random_{seed}, forger_{forger} {}

bool Mischief::happens(double probability) {
  // Not std::bernoulli_distribution: what a seed gives must not depend on the standard library.
  return static_cast<double>(random_() >> 11) * 0x1p-53 < probability;
}

/// 1 to 24 bytes; every second time with a false start of a frame among them.
Bytes Mischief::noise() {
  Bytes bytes(1 + random_() % 24);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  if (random_() % 2 == 0) bytes[random_() % bytes.size()] = forger_.start;
  return bytes;
}

/// In the order in which things go wrong on a line: no answer at all, frames that lie, frames that are cut or
/// come twice, noise around them, and at last how the bytes arrive.
Transmission Mischief::apply(ByteView request, std::uint32_t address, bool first_after_connect,
                             std::vector<Bytes> frames) {
  // Every rule draws for every request it names, whether or not another one makes it moot: so one rule's luck
  // does not depend on the others.
  std::map<Fault, milliseconds> active;
  for (const FaultRule& rule : rules_) {
    if (rule.address && *rule.address != address) continue;
    if (!happens(rule.probability)) continue;
    if (rule.fault == Fault::lost_first && !first_after_connect) continue;
    active.try_emplace(rule.fault, rule.duration);
  }
  const auto with = [&](Fault fault) { return active.contains(fault); };

  if (with(Fault::silent) || with(Fault::lost_first)) frames.clear();
  if (frames.empty())
    std::erase_if(active, [](const auto& entry) {
      return entry.first != Fault::silent && entry.first != Fault::lost_first && entry.first != Fault::echo;
    });
  for (const auto& [fault, duration] : active) ++counts_[fault];

  for (Bytes& frame : frames) {
    if (with(Fault::wrong_address)) frame = forger_.other_address(frame);
    if (with(Fault::wrong_checksum)) frame = forger_.bad_checksum(frame);
  }
  if (with(Fault::truncated)) frames.back().resize(1 + random_() % (frames.back().size() - 1));
  if (with(Fault::duplicate)) {
    const auto count = static_cast<std::ptrdiff_t>(frames.size());
    frames.reserve(2 * frames.size());
    std::copy_n(frames.begin(), count, std::back_inserter(frames));
  }

  Transmission result;
  const auto send = [&](Bytes bytes) { result.pieces.push_back({.pause = {}, .bytes = std::move(bytes)}); };
  if (with(Fault::echo)) send({request.begin(), request.end()});
  if (with(Fault::at_noise)) send(at_noise());
  for (Bytes& frame : frames) {
    if (with(Fault::garbage)) send(noise());
    send(std::move(frame));
  }
  if (with(Fault::at_noise)) send(at_noise());

  if (with(Fault::glued)) {
    if (held_.empty()) {
      for (const Piece& piece : result.pieces)
        held_.insert(held_.end(), piece.bytes.begin(), piece.bytes.end());
      result.pieces.clear();
    } else {
      result.pieces.insert(result.pieces.begin(), {.pause = {}, .bytes = std::exchange(held_, {})});
      result.pieces = repack(result.pieces, false, {});
    }
  }
  if (with(Fault::dribble)) result.pieces = repack(result.pieces, true, active[Fault::dribble]);
  if (with(Fault::reset)) {
    result.pieces = repack(result.pieces, false, {});
    if (!result.pieces.empty()) result.pieces.front().bytes.resize(result.pieces.front().bytes.size() / 2);
    result.reset = true;
  }
  if (with(Fault::late)) result.delay = active[Fault::late];
  result.prompt = !with(Fault::late) && !with(Fault::dribble);
  return result;
}

}  // namespace busbar::simulate
