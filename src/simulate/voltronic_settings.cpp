#include "simulate/voltronic_settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace busbar::simulate {

/// One order: what stands behind its name, and where it is shown.
struct VoltronicSettings::Rule {
  /// As in the documents: 02 two digits, 46.0 with a point; how it is shown: as sent, as a number, with .0
  /// behind
  enum class Shown { as_sent, number, tenths };
  std::string_view order;
  std::string_view form;  ///< as long as the value, with a point where it has one
  double min;
  double max;
  char record;  ///< r ratings, e equalization, l lights, s stage, - nowhere
  std::size_t word = 0;
  Shown shown = Shown::as_sent;
  std::string_view list{};  ///< the values there are, where a query lists them
};

namespace {

constexpr std::string_view currents = "010 020 030 040 050 060 070 080 100 120";
constexpr std::string_view ac_currents = "002 010 020 030";
constexpr std::string_view letters = "abdjklu vxyz";
constexpr std::string_view letters_18 = "ABCDEFGH";

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> words;
  for (;;) {
    const std::size_t end = text.find(separator);
    words.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return words;
    text.remove_prefix(end + 1);
  }
}

std::string join(const std::vector<std::string>& words, char separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(1, separator)) + word;
  return text;
}

/// The number, when the text has digits and points exactly where the form has them.
std::optional<double> read(std::string_view form, std::string_view text) {
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (digit != (form[i] != '.') || (form[i] == '.' && text[i] != '.')) return std::nullopt;
  }
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool listed(std::string_view list, std::string_view value) {
  const auto all = split(list, ' ');
  return list.empty() || std::find(all.begin(), all.end(), value) != all.end();
}

}  // namespace

VoltronicSettings::VoltronicSettings(VoltronicVariant variant) : variant_{variant} { restore(); }

void VoltronicSettings::restore() {
  const bool max = variant_ == VoltronicVariant::max;
  if (variant_ == VoltronicVariant::pi18) {
    ratings_ =
        split("2300,217,2300,500,217,5000,5000,480,500,540,450,552,545,2,10,060,1,1,1,9,1,0,0,0,1", ',');
    flags_ = "1,0,1,0,0,1,1,0,0";
    return;
  }
  const std::string units = variant_ == VoltronicVariant::hs ? "-" : "9";
  ratings_ = split("230.0 21.7 230.0 50.0 21.7 5000 5000 48.0 46.0 42.0 56.4 54.0 0 010 060 1 2 2 " + units +
                       " 01 0 0 54.0 0 1" + (max ? " 480 0 070" : ""),
                   ' ');
  equalization_ = split("0 060 030 080 030 58.40 224 120 0 0000", ' ');
  lights_ = split("1 1 2 5 3 148000211255255255000255255", ' ');
  stage_ = "00";
  flags_ = "akxy";
}

VoltronicSettings::Words* VoltronicSettings::record(char name) {
  return name == 'r' ? &ratings_ : name == 'e' ? &equalization_ : name == 'l' ? &lights_ : nullptr;
}

bool VoltronicSettings::apply(const Rule& rule, std::string_view value) {
  const auto number = read(rule.form, value);
  if (!number || *number < rule.min || *number > rule.max || !listed(rule.list, value)) {
    const bool full = rule.order == "PBDV" && value == "00.0";
    const bool unlimited = rule.order == "PBATMAXDISC" && value == "000";
    if (!full && !unlimited) return false;
  }
  if (rule.record == 's') stage_ = value;
  Words* const words = record(rule.record);
  if (words == nullptr) return true;
  if (rule.word >= words->size()) return false;  // this firmware has no such word
  std::string& word = (*words)[rule.word];
  word = rule.shown == Rule::Shown::number ? std::to_string(static_cast<int>(*number)) : std::string{value};
  if (rule.shown == Rule::Shown::tenths) word += ".0";
  return true;
}

bool VoltronicSettings::set_flag(std::string_view order) {
  if (order.size() != 3 || (order[1] != 'E' && order[1] != 'D')) return false;
  const bool on = order[1] == 'E';
  const char letter = order[2];
  if (variant_ == VoltronicVariant::pi18) {
    const auto place = letters_18.find(letter);
    if (letter == 'I') ratings_[20] = on ? "1" : "0";
    if (place != std::string_view::npos) flags_[2 * place] = on ? '1' : '0';
    return letter == 'I' || place != std::string_view::npos;
  }
  if (letter == ' ' || letters.find(letter) == std::string_view::npos) return false;
  std::erase(flags_, letter);
  if (on) flags_ += letter;
  return true;
}

/// PI18 sets two voltages with one order.
bool VoltronicSettings::set_pair(std::string_view value, std::size_t first, std::size_t second) {
  const auto words = split(value, ',');
  if (words.size() != 2 || !read("000", words[0]) || !read("000", words[1])) return false;
  ratings_[first] = words[0];
  ratings_[second] = words[1];
  return true;
}

bool VoltronicSettings::obey(std::string_view command) {
  using enum Rule::Shown;
  static constexpr std::array rules{
      Rule{"POP", "00", 0, 2, 'r', 16, number},
      Rule{"PCP", "00", 0, 3, 'r', 17, number},
      Rule{"PGR", "00", 0, 1, 'r', 15, number},
      Rule{"PBT", "00", 0, 9, 'r', 12, number},
      Rule{"POPM", "00", 0, 7, 'r', 21, number},
      Rule{"PBCV", "00.0", 44, 51, 'r', 8},
      Rule{"PBDV", "00.0", 48, 58, 'r', 22},
      Rule{"PSDV", "00.0", 40, 48, 'r', 9},
      Rule{"PCVV", "00.0", 48, 58.4, 'r', 10},
      Rule{"PBFT", "00.0", 48, 58.4, 'r', 11},
      Rule{"MCHGC", "000", 1, 99, 'r', 14, as_sent, currents},
      Rule{"MNCHGC0", "000", 1, 200, 'r', 14, as_sent, currents},
      Rule{"MNCHGC", "0000", 1001, 9999, '-'},
      Rule{"MUCHGC", "000", 0, 99, 'r', 13, as_sent, ac_currents},
      Rule{"MUCHGC", "000", 101, 999, '-'},
      Rule{"MSCHGC", "000", 10, 80, '-'},
      Rule{"PPCP", "000", 0, 903, '-'},
      Rule{"F", "00", 50, 60, 'r', 3, tenths, "50 60"},
      Rule{"V", "000", 110, 240, 'r', 2, tenths, "220 230 240"},
      Rule{"PPVOKC", "0", 0, 1, 'r', 23},
      Rule{"PSPB", "0", 0, 1, 'r', 24},
      Rule{"PCVT", "000", 0, 900, 'r', 25},
      Rule{"POPLG", "00", 0, 2, 'r', 26, number},
      Rule{"PBATMAXDISC", "000", 30, 150, 'r', 27},
      Rule{"PCST", "00", 0, 2, 's'},
      Rule{"PBEQE", "0", 0, 1, 'e', 0},
      Rule{"PBEQT", "000", 5, 900, 'e', 1},
      Rule{"PBEQP", "000", 0, 90, 'e', 2},
      Rule{"PBEQV", "00.00", 48, 61, 'e', 5},
      Rule{"PBEQOT", "000", 5, 900, 'e', 7},
      Rule{"PBEQA", "0", 0, 1, 'e', 8},
      Rule{"PLEDE", "0", 0, 1, 'l', 0},
      Rule{"PLEDS", "0", 0, 2, 'l', 1},
      Rule{"PLEDM", "0", 0, 3, 'l', 2},
      Rule{"PLEDB", "0", 1, 9, 'l', 3},
      Rule{"PLEDT", "0", 2, 3, 'l', 4},
      Rule{"PLEDC", "0000000000", 1e9, 3255255255.0, '-'},
      Rule{"PBATCD", "000", 0, 111, '-', 0, as_sent, "000 111 011 101 110 010 100"},
      Rule{"DAT", "000000000000", 101e6, 991231235959.0, '-'},
      Rule{"ATE", "0", 0, 1, '-'},
  };
  static constexpr std::array rules_18{
      Rule{"POP", "0", 0, 1, 'r', 17},
      Rule{"PCP0,", "0", 0, 2, 'r', 18},
      Rule{"PSP", "0", 0, 1, 'r', 23},
      Rule{"PBT", "0", 0, 2, 'r', 13},
      Rule{"MCHGC0,", "000", 1, 200, 'r', 15, as_sent, currents},
      Rule{"MUCHGC0,", "000", 1, 200, 'r', 14, as_sent, ac_currents},
      Rule{"PSDV", "000", 400, 480, 'r', 10},
      Rule{"LON", "0", 0, 1, '-'},
      Rule{"DAT", "000000000000", 101e6, 991231235959.0, '-'},
  };
  const bool pi18 = variant_ == VoltronicVariant::pi18;
  if (command == "PF") {
    restore();
    return true;
  }
  if (command == "RTEY" || command == "RTDL" || command == "PSAVE") return !pi18;
  if (command.starts_with("PE") || command.starts_with("PD")) return set_flag(command);
  if (pi18 && command.starts_with("MCHGV")) return set_pair(command.substr(5), 11, 12);
  if (pi18 && command.starts_with("BUCD")) return set_pair(command.substr(4), 8, 9);
  if (command.starts_with("PBMS")) return variant_ == VoltronicVariant::max;
  const auto all = pi18 ? std::span<const Rule>{rules_18} : std::span<const Rule>{rules};
  return std::any_of(all.begin(), all.end(), [&](const Rule& rule) {
    return command.starts_with(rule.order) && apply(rule, command.substr(rule.order.size()));
  });
}

std::optional<std::string> VoltronicSettings::answer(std::string_view query) const {
  const bool pi18 = variant_ == VoltronicVariant::pi18;
  if (query == (pi18 ? "PIRI" : "QPIRI")) return join(ratings_, pi18 ? ',' : ' ');
  if (query == (pi18 ? "MCHGCR" : "QMCHGCR")) return join(split(currents, ' '), pi18 ? ',' : ' ');
  if (query == (pi18 ? "MUCHGCR" : "QMUCHGCR")) return join(split(ac_currents, ' '), pi18 ? ',' : ' ');
  if (pi18) return query == "FLAG" ? std::optional{flags_} : std::nullopt;
  if (query == "QFLAG") {
    std::string off;
    for (const char letter : letters)
      if (letter != ' ' && flags_.find(letter) == std::string::npos) off += letter;
    return "E" + flags_ + "D" + off;
  }
  if (query == "QOPM") return ratings_[21];
  if (query == "QCST") return stage_;
  if (query == "QBEQI" && variant_ != VoltronicVariant::hs) return join(equalization_, ' ');
  if (query == "QLED" && variant_ == VoltronicVariant::max) return join(lights_, ' ');
  return std::nullopt;
}

}  // namespace busbar::simulate
