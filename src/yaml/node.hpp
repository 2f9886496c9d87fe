// A YAML document as an immutable tree of our own that knows where everything stood, and the findings about
// it. yaml-cpp is used in document.cpp only.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace busbar::yaml {

struct Place {
  int line = 0;  ///< 1-based; 0 = the file as a whole
  int column = 0;
};

enum class Type { null, scalar, sequence, map };

struct Node;
struct Entry;

struct Node {
  Type type = Type::null;
  Place place{};
  std::string scalar{};
  bool quoted = false;  ///< "1" in quotes is text, not a number
  std::vector<Node> items{};
  std::vector<Entry> entries;  ///< in file order; duplicates have been reported and are left out
  bool secret = false;         ///< set by whoever substitutes a secret: the text must never be shown
};

struct Entry {
  std::string key;
  Place place{};
  Node value{};
};

struct Finding {
  std::string file;
  Place place{};
  std::string message;  ///< what was found and what was expected
  std::string hint{};   ///< "did you mean 'interval'?"
};

/// Everything wrong with one or more files, in the order found; a loader reports all of it in one pass.
class Findings {
 public:
  void add(std::string_view file, Place place, std::string message, std::string hint = {});
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  [[nodiscard]] const std::vector<Finding>& list() const noexcept { return list_; }
  /// One line each: "busbar.yaml:12:5: unknown key 'intervall' (did you mean 'interval'?)". At most 50, then
  /// a count.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<Finding> list_;
};

struct Document {
  std::string file;
  Node root{};
};

/// Parses `text`. Refused with a finding, never a throw or crash: syntax errors, more than one document,
/// anchors and aliases, duplicate keys, keys that are no scalars, invalid UTF-8, more than 1 MiB, 32 levels
/// or 100 000 nodes. An empty file gives a null root. Returns what could be understood; check
/// findings.empty().
[[nodiscard]] Document parse(std::string_view text, std::string file, Findings& findings);
/// As parse; an unreadable file or a directory is a finding too.
[[nodiscard]] Document load(const std::string& path, Findings& findings);

}  // namespace busbar::yaml
