// What the doctor finds: one line each, and how to mend it.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace busbar::app::doctor {

enum class Verdict { ok, warn, fail };

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string subject;  ///< "configuration", "channel rs485", "sink mqtt"
  std::string text;     ///< what was found
  std::string mend{};   ///< what to do about it; lines are kept
};

using Findings = std::vector<Finding>;

/// " ok   subject  text", the cure below it after an arrow.
void print(const Findings& findings, bool colour, std::ostream& out);
/// "All is well.", or "1 failure, 2 warnings."
[[nodiscard]] std::string summary(const Findings& findings);
[[nodiscard]] Verdict worst(const Findings& findings) noexcept;

}  // namespace busbar::app::doctor
