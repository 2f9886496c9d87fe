#include "profile/slots.hpp"

#include "model/text.hpp"

#include <algorithm>
#include <string_view>

namespace busbar::profile {
namespace {

/// Between single blanks. False where two meet: the words behind them would be taken for others.
bool cut_words(ByteView payload, Slots& out) noexcept {
  const std::string_view text = text_of(payload);
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    if (end == at) {
      return false;  // two blanks: a word has been lost
    }
    if (out.words < max_slots) {
      out.slots[out.words] = {at, end - at, true};
    }
    ++out.words;
    at = end + 1;  // a blank may stand at the end
  }
  return true;
}

/// Between commas; nothing between two is a place that is not there, so that the others keep their numbers.
void cut_commas(ByteView payload, Slots& out) noexcept {
  const std::string_view text = text_of(payload);
  for (std::size_t at = 0; at <= text.size() && !text.empty(); ++out.words) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    if (out.words < max_slots) {
      out.slots[out.words] = {at, end - at, end > at};
    }
    at = end + 1;
  }
}

/// CR LF label TAB value; the first of several of one label counts, labels that nobody wants are passed over.
bool cut_labels(const SlotPlan& plan, ByteView payload, Slots& out) noexcept {
  constexpr std::string_view line_end = "\r\n";
  const std::string_view text = text_of(payload);
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.substr(at, 2) != line_end) {
      return false;
    }
    at += 2;
    const std::size_t end = std::min(text.find(line_end, at), text.size());
    const std::size_t tab = text.find('\t', at);
    if (tab >= end) {
      return false;
    }
    const auto label = std::find(plan.labels.begin(), plan.labels.end(), text.substr(at, tab - at));
    if (label != plan.labels.end()) {
      Slot& slot = out.slots[static_cast<std::size_t>(label - plan.labels.begin())];
      if (!slot.there) {
        slot = {tab + 1, end - tab - 1, true};
      }
    }
    at = end;
  }
  return true;
}

/// A byte that names the value, and as many bytes as the profile says that one has. An unknown tag ends it:
/// where the next one starts cannot be known, and what was found before it stands. False: the last value is
/// cut off.
bool cut_tags(const SlotPlan& plan, ByteView payload, Slots& out) noexcept {
  std::size_t at = 0;
  while (at < payload.size()) {
    const std::uint8_t tag = payload[at++];
    int size = plan.sizes[tag];
    if (size == 0) {
      return true;
    }
    if (size < 0) {
      if (at == payload.size()) {
        return false;
      }
      size = payload[at++];
    }
    const auto length = static_cast<std::size_t>(size);
    if (payload.size() - at < length) {
      return false;
    }
    const auto known = std::find(plan.tags.begin(), plan.tags.end(), tag);
    if (known != plan.tags.end()) {
      Slot& slot = out.slots[static_cast<std::size_t>(known - plan.tags.begin())];
      if (!slot.there) {
        slot = {at, length, true};
      }
    }
    at += length;
  }
  return true;
}

}  // namespace

bool cut(const SlotPlan& plan, ByteView payload, Slots& slots) noexcept {
  switch (plan.layout) {
    case Layout::words:
      return cut_words(payload, slots);
    case Layout::commas:
      cut_commas(payload, slots);
      break;
    case Layout::labels:
      return cut_labels(plan, payload, slots);
    case Layout::tags:
      return cut_tags(plan, payload, slots);
    case Layout::fixed:
    case Layout::described:
      break;
  }
  return true;
}

}  // namespace busbar::profile
