// The list of everything wrong with a file, as lines a person can act on.
#include "yaml/node.hpp"

namespace busbar::yaml {
namespace {

constexpr std::size_t shown_at_most = 50;

std::string line_of(const Finding& finding) {
  std::string line = finding.file;
  if (finding.place.line > 0) {
    line += ':' + std::to_string(finding.place.line) + ':' + std::to_string(finding.place.column);
  }
  line += ": " + finding.message;
  if (!finding.hint.empty()) {
    line += " (" + finding.hint + ")";
  }
  return line + '\n';
}

}  // namespace

void Findings::add(std::string_view file, Place place, std::string message, std::string hint) {
  list_.push_back({std::string(file), place, std::move(message), std::move(hint)});
}

std::string Findings::text() const {
  std::string text;
  for (std::size_t i = 0; i < list_.size() && i < shown_at_most; ++i) {
    text += line_of(list_[i]);
  }
  if (list_.size() > shown_at_most) {
    text += "… and " + std::to_string(list_.size() - shown_at_most) + " more\n";
  }
  return text;
}

}  // namespace busbar::yaml
