// Shows how each field of a payload came to its value. It watches the decoder at work, so it cannot tell
// another story.
#include "model/value_text.hpp"
#include "profile/frames.hpp"
#include "profile/plan.hpp"
#include "profile/profile.hpp"
#include "profile/reasons.hpp"
#include "profile/trace.hpp"
#include "profile/word.hpp"

#include <algorithm>
#include <array>

namespace busbar::profile {
namespace {

using Row = std::array<std::string, 5>;
constexpr std::size_t shown_bytes = 16;

/// Columns on a terminal: UTF-8 continuation bytes take none.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string table(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line = "  ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string type_name(const Step& step) {
  if (step.notation != Notation::binary) {
    return std::string{to_string(step.notation)};
  }
  switch (step.type) {
    case ValueType::flags:
      return "flags";
    case ValueType::text:
      return "text";
    case ValueType::acknowledged:
      return "acknowledgement";
    case ValueType::number:
      break;
  }
  const std::string name =
      (step.is_signed ? "s" : "u") + std::to_string(8 * step.width * std::max<int>(step.place.part_count, 1));
  return step.width > 1 && step.little ? name + "le" : name;
}

class Story final : public Trace {
 public:
  Story(const Plan& plan, const Decoded& decoded) : plan_{plan}, decoded_{decoded} {}

  void seen(const Seen& seen) override {
    Row row{std::to_string(seen.offset), bytes(seen), name(seen), steps(seen), {}};
    switch (seen.outcome) {
      case Seen::Outcome::reading:
        row[4] = result(*seen.reading);
        break;
      case Seen::Outcome::internal:
        row[4] = "(not published)";
        break;
      case Seen::Outcome::dropped:
        row[4] = "dropped: " + decoded_.drops.back().reason;
        break;
      case Seen::Outcome::not_present:
        row[4] = "absent: not in this payload";
        break;
      case Seen::Outcome::beyond_end:
        row[4] = "absent: the payload ends before it";
        break;
    }
    rows_.push_back(std::move(row));
  }

  /// What the decoder added after the last field.
  void derived() {
    for (const Derived& derived : plan_.derived) {
      const Quantity& quantity = plan_.quantities[derived.quantity];
      const auto reading = std::find_if(decoded_.readings.begin(), decoded_.readings.end(),
                                        [&](const Reading& r) { return r.quantity == &quantity; });
      rows_.push_back({"-", "", quantity.key, sources(derived),
                       reading == decoded_.readings.end() ? "absent: not all of its sources are there"
                                                          : result(*reading)});
    }
  }

  [[nodiscard]] std::string text() const { return table(rows_); }

 private:
  [[nodiscard]] std::string name(const Seen& seen) const {
    if (seen.bit != nullptr) {
      return plan_.labels[seen.bit->label];
    }
    return seen.quantity != nullptr ? seen.quantity->key : plan_.labels[seen.step->label];
  }

  [[nodiscard]] static std::string bytes(const Seen& seen) {
    const Place& place = seen.step->place;
    if (seen.bytes.empty()) {
      return "";
    }
    std::string text = to_hex(seen.bytes.first(std::min(seen.bytes.size(), shown_bytes)), ' ');
    if (seen.bytes.size() > shown_bytes) {
      text += " …";
    }
    for (std::size_t i = 1; i < place.part_count; ++i) {
      text += " + @" + std::to_string(place.parts[i]);
    }
    return text;
  }

  [[nodiscard]] std::string steps(const Seen& seen) const {
    const Step& step = *seen.step;
    if (seen.bytes.empty() || step.type != ValueType::number) {
      return type_name(step) + (seen.bit != nullptr ? " bit " + bit_number(*seen.bit) : "");
    }
    // The same arithmetic as the decoder's, one transform at a time.
    const std::int64_t whole = with_sign_bit(step, seen.raw);
    const bool bytes = step.notation == Notation::binary;
    const double on_wire =
        bytes ? static_cast<double>(whole) : read_written(step.notation, seen.bytes).number;
    std::string text = type_name(step) + " " + (bytes ? std::to_string(whole) : printable(seen.bytes));
    if (step.internal) {
      return text;
    }
    if (step.has_unavailable && seen.raw == step.unavailable) {
      return text + " means not available";
    }
    double value = on_wire;
    for (std::uint32_t i = 0; i < step.transforms.count; ++i) {
      const Transform& transform = plan_.transforms[step.transforms.first + i];
      value = apply(transform, value);
      text += " → " + to_string(transform) + " " + number_text(value);
    }
    return text + (step.positive >= 0 ? " → sign" : "") + (step.enumeration.count > 0 ? " → enum" : "");
  }

  [[nodiscard]] static std::string bit_number(const Bit& bit) {
    int number = 0;
    while (bit.mask >> number > 1) {
      ++number;
    }
    return std::to_string(number);
  }

  [[nodiscard]] std::string sources(const Derived& derived) const {
    std::string text{to_string(derived.operation)};
    for (std::uint32_t i = 0; i < derived.operands.count; ++i) {
      const int source = plan_.operands[derived.operands.first + i];
      const auto step = std::find_if(plan_.steps.begin(), plan_.steps.end(),
                                     [&](const Step& s) { return s.aggregate == source; });
      text += (i == 0 ? " of " : ", ") + plan_.labels[step->label];
    }
    return text;
  }

  [[nodiscard]] static std::string result(const Reading& reading) {
    if (std::holds_alternative<std::monostate>(reading.value)) {
      return "not available";
    }
    std::string text = format_value(*reading.quantity, reading.value);
    if (reading.quantity->kind == Kind::text) {
      text = '"' + text + '"';
    }
    return text + (reading.quantity->unit.empty() ? "" : " " + reading.quantity->unit);
  }

  const Plan& plan_;
  const Decoded& decoded_;
  std::vector<Row> rows_{{"offset", "bytes", "field", "steps", "result"}};
};

/// Where nothing but the payload says what it carries.
std::string described_text(const Decoded& decoded) {
  std::size_t widest = 0;
  for (const Reading& reading : decoded.readings) {
    widest = std::max(widest, reading.quantity->key.size());
  }
  std::string text;
  for (const Reading& reading : decoded.readings) {
    const Quantity& quantity = *reading.quantity;
    const bool there = !std::holds_alternative<std::monostate>(reading.value);
    text += quantity.key + std::string(widest + 2 - quantity.key.size(), ' ');
    text += there ? format_value(quantity, reading.value) : "not available";
    text += there && !quantity.unit.empty() ? " " + quantity.unit : "";
    text += "  (" + quantity.name + ")\n";
  }
  return text;
}

std::string explain_payload(const ProfileQuery& query, ByteView payload) {
  const Plan& plan = query.decoder.plan();
  Decoded decoded;
  CounterMemory memory;
  Story story{plan, decoded};
  const auto outcome = query.decoder.decode_into(payload, memory, decoded, &story);
  if (!outcome) {
    return story.text() + "refused: " + to_string(outcome.error()) + "\n";
  }
  story.derived();
  std::string text = query.decoder.open() ? described_text(decoded) : story.text();
  for (const Constant& constant : plan.constants) {
    text += (&constant == &plan.constants.front() ? "constants as expected: " : ", ") + std::string{"@"} +
            std::to_string(constant.offset) + " " + to_hex({&constant.value, 1});
  }
  text += plan.constants.empty() ? "" : "\n";
  for (const std::string& anomaly : decoded.anomalies) {
    text += "anomaly: " + anomaly + "\n";
  }
  return text;
}

}  // namespace

Result<std::string> explain(const Profile& profile, std::span<const Bytes> frames) {
  const auto codec = protocol::make_codec(profile.protocol, profile.dialect);
  if (!codec) {
    return codec.error();
  }
  if (frames.empty()) {
    return Error{Errc::truncated_frame, "there is no frame to explain"};
  }
  const auto first = protocol::parse_frame(**codec, frames.front());
  if (!first) {
    return first.error();
  }
  Error fault{Errc::unknown_query, "the frame answers no query of profile " + profile.name, frames.front()};
  for (const ProfileQuery& query : profile.queries) {
    protocol::Query request = query.request;
    request.address = first->address;
    if (request.collect && request.collect->per_frame > 0) {
      request.collect->total = frames.size() * request.collect->per_frame;  // nobody has asked how many
    }
    if (!(*codec)->answers(request, *first)) {
      continue;
    }
    const auto payload = payload_of(**codec, request, frames);
    if (!payload) {
      fault = payload.error();  // another query may take the same frames for a whole answer
      continue;
    }
    // Every switch is acknowledged alike: the frame does not tell which one it was.
    return (request.write ? "acknowledgement of a write" : "query " + request.name) + ", address " +
           std::to_string(request.address) + ", payload of " + std::to_string(payload->size()) + " bytes\n" +
           explain_payload(query, *payload);
  }
  return fault;
}

}  // namespace busbar::profile
