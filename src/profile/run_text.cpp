// Steps whose values are not plain numbers: flags, texts, and numbers written in text.
#include "model/text.hpp"
#include "profile/reasons.hpp"
#include "profile/run.hpp"
#include "profile/word.hpp"

#include <algorithm>
#include <string>

namespace busbar::profile {

/// Bits of a binary word: all of them are known.
void Run::flags(const Step& step, std::size_t offset) {
  Item item{.step = step, .offset = offset, .bytes = payload_.subspan(offset, step.width)};
  item.raw = load_word(item.bytes.data(), step.width, step.little);
  bits(item, ~std::uint64_t{0});
}

void Run::written(const Step& step, std::size_t offset, std::size_t size) {
  Item item{.step = step, .offset = offset, .bytes = payload_.subspan(offset, size)};
  const Written value = read_written(step.notation, item.bytes);
  item.raw = value.raw;
  if (step.type == ValueType::flags) {
    return bits(item, value.state == Written::State::value ? value.known : 0);
  }
  Aggregate all = empty_aggregate;
  all.carried = 1;
  if (value.state == Written::State::value) {
    evaluate(item, static_cast<std::int64_t>(value.raw), value.number, all);
  } else if (step.internal) {
    out_.note(item, Seen::Outcome::internal);
  } else if (value.state == Written::State::unavailable) {
    out_.push(item, plan_.quantities[step.quantity], std::monostate{});
  } else {
    out_.drop(item, plan_.quantities[step.quantity],
              "'" + printable(item.bytes) + "' is not " + std::string{to_string(step.notation)});
  }
  if (step.aggregate >= 0) {
    aggregates_[static_cast<std::size_t>(step.aggregate)] = all;
  }
}

/// A reading for each bit the profile names, for those in `known`: a written list may leave some open.
void Run::bits(Item& item, std::uint64_t known) {
  const Step& step = item.step;
  for (std::uint32_t i = 0; i < step.bits.count; ++i) {
    const Bit& bit = plan_.bits[step.bits.first + i];
    const bool on = ((item.raw & bit.mask) != 0) != bit.inverted;
    item.bit = &bit;
    if ((known & bit.mask) == 0) {
      out_.note(item, Seen::Outcome::not_present);
      continue;
    }
    if (bit.value >= 0) {
      values_[static_cast<std::size_t>(bit.value)] = on ? 1 : 0;
    }
    if (bit.quantity < 0) {
      out_.note(item, Seen::Outcome::internal);
    } else {
      out_.push(item, plan_.quantities[static_cast<std::size_t>(bit.quantity)], on);
    }
  }
}

namespace {

/// Of a word like 0512345000: as many characters as its first two digits say. Empty: they cannot be so many.
ByteView counted_text(ByteView word) {
  const auto digit = [&](std::size_t at) { return word[at] >= '0' && word[at] <= '9'; };
  if (word.size() < 2 || !digit(0) || !digit(1)) return {};
  const auto count = static_cast<std::size_t>((word[0] - '0') * 10 + word[1] - '0');
  return count + 2 <= word.size() ? word.subspan(2, count) : ByteView{};
}

/// What follows `mark` and blanks; all of it where there is no mark.
ByteView text_behind(ByteView text, char mark) {
  const auto at = std::find(text.begin(), text.end(), static_cast<std::uint8_t>(mark));
  if (at == text.end()) return text;
  const auto first = std::find_if(at + 1, text.end(), [](auto byte) { return byte != ' '; });
  return text.subspan(static_cast<std::size_t>(first - text.begin()));
}

}  // namespace

/// Printable ASCII only: what else comes in a text is a damaged or wrongly placed field.
void Run::text(const Step& step, std::size_t offset, std::size_t size) {
  const Item item{.step = step, .offset = offset, .bytes = payload_.subspan(offset, size)};
  const ByteView whole = step.text_length == TextLength::prefixed  ? item.bytes.subspan(1)
                         : step.text_length == TextLength::counted ? counted_text(item.bytes)
                                                                   : item.bytes;
  const ByteView body = step.behind == 0 ? whole : text_behind(whole, step.behind);
  // Fixed fields are filled up with blanks or zeros.
  const auto last =
      std::find_if(body.rbegin(), body.rend(), [](auto byte) { return byte != 0 && byte != ' '; });
  const auto odd =
      std::find_if(body.begin(), last.base(), [](auto byte) { return byte < 0x20 || byte > 0x7E; });
  if (step.internal) {
    out_.note(item, Seen::Outcome::internal);
  } else if (const Quantity& quantity = plan_.quantities[step.quantity]; odd != last.base()) {
    out_.drop(item, quantity, "byte " + to_hex({&*odd, 1}) + " is no printable ASCII character");
  } else {
    phrase(item, quantity, text_of({body.begin(), last.base()}));
  }
}

/// A text that stands as it is, or that an enumeration gives another name; '*' lets those without a name
/// stand.
void Run::phrase(const Item& item, const Quantity& quantity, std::string_view text) {
  const Step& step = item.step;
  const auto first = plan_.enumerations.begin() + step.enumeration.first;
  const auto last = first + step.enumeration.count;
  const auto find = [&](std::string_view word) {
    return std::find_if(first, last, [&](const EnumEntry& entry) { return entry.word == word; });
  };
  const auto named = find(text);
  const bool stays = step.enumeration.count == 0 || (named == last && find("*") != last);
  if (step.place.slot >= 0 && (text.size() < step.least_text || text.size() > step.text_size)) {
    out_.drop(item, quantity, "'" + std::string{text} + "' is shorter or longer than such a text is");
  } else if (named == last && !stays) {
    out_.drop(item, quantity, "'" + std::string{text} + "' has no name in the profile");
  } else {
    out_.push(item, quantity, stays ? text : std::string_view{named->text});
  }
}

}  // namespace busbar::profile
