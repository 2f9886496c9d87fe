// From text to the tree. The only file that knows yaml-cpp: its events are used rather than its nodes, so
// that limits hold while parsing and every value keeps its place; its exceptions end here.
#include "yaml/map_reader.hpp"
#include "yaml/source_text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <system_error>

namespace busbar::yaml {
namespace {

constexpr std::size_t max_bytes = 1024 * 1024;
constexpr std::size_t max_depth = 32;
constexpr std::size_t max_nodes = 100'000;

struct LimitReached {};  // ends the parse from within a callback; already reported

// Receives the events of one document in order. Each open list or mapping is a level; a closed one is moved
// into the level above, so that no pointer into the tree is kept.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const SourceText& source, Document& document, Findings& findings)
      : source_(source), document_(document), findings_(findings) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      stop(mark, "a second document starts here; the file must hold exactly one",
           "remove the line '---' or '...'");
    }
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    attach(make(mark, Type::null));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    add(mark, "an alias (*name) is not supported here", "write the value out");
    attach(make(mark, Type::null));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    Node node = make(mark, Type::scalar);
    node.scalar = value;
    node.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    last_scalar_ = mark;
    if (!node.quoted) {
      refuse_tag(mark, tag);
    }
    attach(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Type::sequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Type::map);
  }
  void OnMapEnd() override { close(); }

  /// yaml-cpp takes the end of the file as the end of a quoted text; only the last scalar can be affected.
  void refuse_open_quote() {
    if (source_.opens_unclosed_quote(last_scalar_.line, last_scalar_.column)) {
      add(last_scalar_, "the quoted text that starts here is never closed", "add the closing quote");
    }
  }
  /// Where the innermost list or mapping that is still open began.
  [[nodiscard]] Place open_place() const { return levels_.empty() ? Place{} : levels_.back().node.place; }

 private:
  struct Level {
    Node node;
    std::optional<std::string> key{};  // of the value to come
    Place key_place{};
    bool drop = false;  // the value belongs to a key that was refused
    std::map<std::string, Place, std::less<>> seen{};
  };

  Place place(const YAML::Mark& mark) const { return source_.place(mark.line, mark.column); }
  void add(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    findings_.add(document_.file, place(mark), std::move(message), std::move(hint));
  }
  [[noreturn]] void stop(const YAML::Mark& mark, std::string message, std::string hint = {}) {
    add(mark, std::move(message), std::move(hint));
    throw LimitReached{};
  }
  // Without aliases there are no cycles and no tree larger than its text.
  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) {
      add(mark, "an anchor (&name) is not supported here", "write the value out where it is needed");
    }
  }
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      add(mark, "the tag " + in_quotes(tag) + " is not supported", "remove it");
    }
  }

  Node make(const YAML::Mark& mark, Type type) {
    if (++nodes_ > max_nodes) {
      stop(mark, "more than " + std::to_string(max_nodes) + " values in one file");
    }
    Node node;
    node.type = type;
    node.place = place(mark);
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Type type) {
    if (levels_.size() >= max_depth) {
      stop(mark, "nested deeper than " + std::to_string(max_depth) + " levels");
    }
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    levels_.push_back({make(mark, type)});
  }

  void close() {
    Node node = std::move(levels_.back().node);
    levels_.pop_back();
    attach(std::move(node));
  }

  // Keys and values of a mapping come by turns.
  void attach(Node node) {
    if (levels_.empty()) {
      document_.root = std::move(node);
    } else if (Level& level = levels_.back(); level.node.type == Type::sequence) {
      level.node.items.push_back(std::move(node));
    } else if (!level.key) {
      take_key(level, std::move(node));
    } else {
      if (node.type == Type::null && node.place.line != level.key_place.line) {
        node.place = level.key_place;  // "key:" with nothing after it: yaml-cpp names the line below
      }
      if (!level.drop) {
        level.node.entries.push_back({std::move(*level.key), level.key_place, std::move(node)});
      }
      level.key.reset();
    }
  }

  // The first of two equal keys counts; the value of a refused key is read and dropped.
  void take_key(Level& level, Node node) {
    level.key_place = node.place;
    level.drop = node.type != Type::scalar;
    if (level.drop) {
      findings_.add(document_.file, node.place, "a key must be plain text, found " + shown(node));
      level.key.emplace();
      return;
    }
    const auto [first, inserted] = level.seen.emplace(node.scalar, node.place);
    if (!inserted) {
      level.drop = true;
      findings_.add(document_.file, node.place,
                    "the key " + in_quotes(node.scalar) +
                        " stands here a second time; the first is in line " +
                        std::to_string(first->second.line));
    }
    level.key = std::move(node.scalar);
  }

  const SourceText& source_;
  Document& document_;
  Findings& findings_;
  std::vector<Level> levels_;
  YAML::Mark last_scalar_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

// yaml-cpp speaks of its own states; these are the words for who wrote the file. First match counts.
struct Translation {
  std::string_view theirs;  // part of yaml-cpp's message
  std::string_view message;
  std::string_view hint;
  bool at_opening = false;  // the place that helps is where the bracket was opened, not the end of the file
};
constexpr std::array<Translation, 12> translations{{
    {"end of sequence flow", "the list opened with '[' here is never closed", "add ']'", true},
    {"end of map flow", "the mapping opened with '{' here is never closed",
     "add '}'; between braces, text with ${…} in it needs quotes", true},
    {"end of sequence not found", "this line belongs neither to the list above nor to a key",
     "check the indentation; list items start with '- '"},
    {"end of map not found", "this line does not fit the mapping above",
     "check the indentation, and that there is a ':' and a blank after each key"},
    {"illegal map value", "a ':' cannot stand here",
     "each key needs ': ' with a blank after it; text that itself contains ': ' needs quotes"},
    {"illegal block entry", "a list item '- ' cannot stand here",
     "put the list on lines of its own below its key"},
    {"illegal EOF in scalar", "the file ends inside a quoted text", "add the closing quote"},
    {"illegal flow end", "a closing bracket without an opening one", ""},
    {"unknown escape", "unknown escape sequence in double quotes",
     "use single quotes for text with a backslash"},
    {"unknown token", "a value cannot start with this character", "put the text in quotes"},
    {"referenced anchor", "an alias (*name) is not supported here",
     "put text that starts with '*' in quotes"},
    {"alias", "'*' starts an alias, which is not supported", "put text that starts with '*' in quotes"},
}};

void report_syntax(const YAML::ParserException& error, const SourceText& source, const std::string& file,
                   Place opening, Findings& findings) {
  // Where a tab indents a line, whatever the parser stumbled over is its consequence.
  for (int line = std::max(error.mark.line - 1, 0); line <= error.mark.line; ++line) {
    const std::string_view text = source.line(line);
    const std::size_t tab = text.find_first_not_of(' ');
    if (tab != std::string_view::npos && text[tab] == '\t' &&
        text.find_first_not_of(" \t") != std::string_view::npos) {
      findings.add(file, source.place(line, static_cast<int>(tab)),
                   "a tab in the indentation; YAML allows blanks only", "replace each tab by two blanks");
      return;
    }
  }
  const Place place = error.mark.is_null() ? Place{} : source.place(error.mark.line, error.mark.column);
  for (const Translation& translation : translations) {
    if (error.msg.find(translation.theirs) != std::string::npos) {
      findings.add(file, translation.at_opening && opening.line > 0 ? opening : place,
                   std::string(translation.message), std::string(translation.hint));
      return;
    }
  }
  findings.add(file, place, "not valid YAML: " + error.msg);
}

}  // namespace

Document parse(std::string_view text, std::string file, Findings& findings) {
  Document document{std::move(file), {}};
  if (text.size() > max_bytes) {
    findings.add(document.file, {}, "the file is larger than 1 MiB");
    return document;
  }
  const SourceText source(text);
  if (const auto bad = source.first_bad_byte()) {
    findings.add(document.file, bad->place, bad->message, bad->hint);
    return document;
  }
  std::istringstream stream{std::string(source.text())};
  TreeBuilder builder(source, document, findings);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    builder.refuse_open_quote();
  } catch (const LimitReached&) {
  } catch (const YAML::ParserException& error) {
    report_syntax(error, source, document.file, builder.open_place(), findings);
  } catch (const std::exception& error) {
    findings.add(document.file, {}, std::string("cannot be parsed: ") + error.what());
  }
  return document;
}

Document load(const std::string& path, Findings& findings) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    findings.add(path, {}, "is a directory; a YAML file was expected");
    return {path, {}};
  }
  // A FIFO would block the start, a device might never end.
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    findings.add(path, {}, "is not a regular file");
    return {path, {}};
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    findings.add(path, {}, std::string("cannot be read: ") + std::strerror(errno));
    return {path, {}};
  }
  std::string text(max_bytes + 1, '\0');  // one more than allowed: parse() then sees that it is too large
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) {
    findings.add(path, {}, std::string("cannot be read: ") + std::strerror(errno));
    return {path, {}};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse(text, path, findings);
}

}  // namespace busbar::yaml
