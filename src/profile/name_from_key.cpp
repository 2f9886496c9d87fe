// Words of a key as a sentence: abbreviations of the field in capitals, the first word with one.
#include "profile/name_from_key.hpp"

#include <algorithm>
#include <array>

namespace busbar::profile {
namespace {

constexpr std::array<std::string_view, 20> abbreviations{"ac", "agm", "bms", "crc", "cv",  "dc",   "eeprom",
                                                         "hf", "id",  "lcd", "led", "mos", "mppt", "pcb",
                                                         "pv", "scc", "soc", "soh", "ups", "usb"};

/// Also with a number behind it: pv1
bool is_abbreviation(std::string_view word) {
  const auto letters = word.find_last_not_of("0123456789") + 1;
  return std::ranges::find(abbreviations, word.substr(0, letters)) != abbreviations.end();
}

void capitalize(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i)
    if (text[i] >= 'a' && text[i] <= 'z') text[i] = static_cast<char>(text[i] - 'a' + 'A');
}

}  // namespace

std::string name_from_key(std::string_view key) {
  std::string name{key};
  std::ranges::replace(name, '_', ' ');
  for (std::size_t from = 0; from < name.size();) {
    const std::size_t to = std::min(name.find(' ', from), name.size());
    if (is_abbreviation(std::string_view{name}.substr(from, to - from))) capitalize(name, from, to);
    from = to + 1;
  }
  capitalize(name, 0, std::min<std::size_t>(1, name.size()));
  return name;
}

}  // namespace busbar::profile
