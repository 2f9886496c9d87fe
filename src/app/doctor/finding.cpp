#include "app/doctor/finding.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>
#include <string_view>

namespace busbar::app::doctor {
namespace {

struct Mark {
  std::string_view word;
  std::string_view colour;
};
// By verdict; the colours are the plain ones of every terminal.
constexpr std::array<Mark, 3> marks{{{" ok ", "\x1b[32m"}, {"warn", "\x1b[33m"}, {"FAIL", "\x1b[31m"}}};

}  // namespace

void print(const Findings& findings, bool colour, std::ostream& out) {
  std::size_t width = 0;
  for (const auto& finding : findings) width = std::max(width, finding.subject.size());
  const std::string indent(width + 8, ' ');
  for (const auto& finding : findings) {
    const Mark& mark = marks[static_cast<std::size_t>(finding.verdict)];
    out << (colour ? mark.colour : "") << mark.word << (colour ? "\x1b[0m" : "") << "  " << finding.subject
        << std::string(width - finding.subject.size(), ' ') << "  " << finding.text << "\n";
    std::istringstream lines{finding.mend};
    bool first = true;
    for (std::string line; std::getline(lines, line); first = false)
      out << indent << (first ? "→ " : "  ") << line << "\n";
  }
}

std::string summary(const Findings& findings) {
  const auto counted = [&](Verdict verdict, const std::string& word) {
    const auto count = std::count_if(findings.begin(), findings.end(),
                                     [&](const Finding& finding) { return finding.verdict == verdict; });
    return count == 0 ? "" : std::to_string(count) + " " + word + (count == 1 ? "" : "s");
  };
  const std::string failures = counted(Verdict::fail, "failure");
  const std::string warnings = counted(Verdict::warn, "warning");
  if (failures.empty() && warnings.empty()) return "All is well.";
  return failures + (failures.empty() || warnings.empty() ? "" : ", ") + warnings + ".";
}

Verdict worst(const Findings& findings) noexcept {
  Verdict all = Verdict::ok;
  for (const auto& finding : findings) all = std::max(all, finding.verdict);
  return all;
}

}  // namespace busbar::app::doctor
