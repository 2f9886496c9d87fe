#include "virtuals/formula.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <muParser.h>
#include <utility>

namespace busbar::virtuals {
namespace {

constexpr std::size_t longest = 4096;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

/// Walks over the text once; every look ahead stays inside it.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {}

  Result<std::vector<Piece>> scan() {
    while (at_ < text_.size() && problem_.empty()) step();
    if (!problem_.empty()) return Error{Errc::bad_value, problem_};
    return std::move(pieces_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (is_letter(c)) return word();
    if (c == '[') return bracket();
    if (c == '"' || c == '\'') return fail("text in quotes");
    if (c == '=' || c == '!' || c == '<' || c == '>') return comparison();
    if (static_cast<unsigned char>(c) >= 0x80 || c == ']' || c == ';' || c == '{' || c == '}')
      return fail(std::string{"'"} +
                  (static_cast<unsigned char>(c) >= 0x80 ? "a letter beyond a-z" : std::string{c}) + "'");
    literal(1);
  }

  /// 12, 1.5, .5, 2e-3: with its exponent, whose 'e' is no reading.
  void number() {
    std::size_t length = 0;
    while (is_digit(peek(length)) || peek(length) == '.') ++length;
    if (peek(length) == 'e' || peek(length) == 'E') {
      const std::size_t sign = peek(length + 1) == '+' || peek(length + 1) == '-' ? 1 : 0;
      if (is_digit(peek(length + 1 + sign))) {
        length += 1 + sign;
        while (is_digit(peek(length))) ++length;
      }
    }
    literal(length);
  }

  /// A constant, a function, a reading of the same device, or DEVICE.READING.
  void word() {
    std::size_t length = 0;
    while (is_word(peek(length))) ++length;
    const std::string first{text_.substr(at_, length)};
    if (first == "_pi" || first == "_e") return literal(length);
    std::size_t next = length;
    while (peek(next) == ' ') ++next;
    if (peek(next) == '(') return function(first, length);
    if (peek(length) != '.' || !is_letter(peek(length + 1))) return reading({"", first, false}, length);
    std::size_t end = length + 1;
    while (is_word(peek(end))) ++end;
    reading({first, std::string{text_.substr(at_ + length + 1, end - length - 1)}, false}, end);
  }

  /// Functions are muParser's own; a typing error gets the list of all.
  void function(const std::string& name, std::size_t length) {
    const auto& known = function_names();
    if (std::binary_search(known.begin(), known.end(), name)) return literal(length);
    std::string list;
    for (const auto& each : known) list += (list.empty() ? "" : ", ") + each;
    problem_ = "there is no function '" + name + "'; known: " + list;
  }

  /// [pack-1.soc]: names that would otherwise be read as a subtraction, and patterns.
  void bracket() {
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return fail("a '[' without its ']'");
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    const std::size_t dot = inside.find('.');
    const bool whole = dot != std::string_view::npos;
    Reference named{std::string{whole ? inside.substr(0, dot) : ""},
                    std::string{whole ? inside.substr(dot + 1) : inside}, false};
    const auto allowed = [](char c) { return is_word(c) || c == '-' || c == '*' || c == '?'; };
    if (named.key.empty() || (whole && named.device.empty()) ||
        !std::all_of(named.key.begin(), named.key.end(), allowed) ||
        !std::all_of(named.device.begin(), named.device.end(), allowed))
      return fail("'[" + std::string{inside} + "]', where [DEVICE.READING] is expected");
    named.pattern = inside.find_first_of("*?") != std::string_view::npos;
    reading(std::move(named), end - at_ + 1);
  }

  /// A single '=' would assign in muParser, and '!' is no operator of it.
  void comparison() {
    if (peek(1) == '=') return literal(2);
    if (peek() == '=') return fail("'='; to compare, write '=='");
    if (peek() == '!') return fail("'!'; write 'x == 0'");
    literal(1);
  }

  void literal(std::size_t length) {
    if (pieces_.empty() || pieces_.back().is_reading) pieces_.emplace_back();
    pieces_.back().text += text_.substr(at_, length);
    at_ += length;
  }
  void reading(Reference reference, std::size_t length) {
    pieces_.push_back({std::string{text_.substr(at_, length)}, true, std::move(reference)});
    at_ += length;
  }
  void fail(const std::string& what) {
    problem_ = "an expression cannot hold " + what + " (character " + std::to_string(at_ + 1) + ")";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Piece> pieces_;
  std::string problem_;
};

}  // namespace

struct Formula::Parser {
  mu::Parser parser;
  std::vector<double> values;
};

Result<std::vector<Piece>> take_apart(std::string_view expression) {
  if (expression.size() > longest) return Error{Errc::bad_value, "the expression is longer than 4096 bytes"};
  return Scanner{expression}.scan();
}

/// Evaluated once with ones in the place of all readings: muParser finds faults no earlier.
Result<Formula> Formula::compile(const std::string& formula, std::size_t count) {
  try {
    auto parser = std::make_unique<Parser>();
    parser->values.resize(count, 1.0);
    for (std::size_t i = 0; i < count; ++i)
      parser->parser.DefineVar("r" + std::to_string(i), &parser->values[i]);
    parser->parser.SetExpr(formula);
    int results = 0;
    (void)parser->parser.Eval(results);  // compiles
    if (results != 1) return Error{Errc::bad_value, "an expression gives one value, this one gives several"};
    return Formula{std::move(parser)};
  } catch (const mu::ParserError& error) {
    // Positions count in the formula, which is not what the person wrote.
    std::string what = error.GetMsg();
    for (const char* place : {" found at ", " at position ", " at expression position "})
      what = what.substr(0, what.find(place));
    while (!what.empty() && (what.back() == '.' || what.back() == ' ')) what.pop_back();
    return Error{Errc::bad_value, std::move(what)};
  }
}

Formula::Formula(std::unique_ptr<Parser> parser) noexcept : parser_{std::move(parser)} {}
Formula::Formula(Formula&&) noexcept = default;
Formula& Formula::operator=(Formula&&) noexcept = default;
Formula::~Formula() = default;

/// NaN for what cannot be computed with these values: the caller drops it as it drops any other.
double Formula::operator()(std::span<const double> values) noexcept {
  std::copy_n(values.begin(), std::min(values.size(), parser_->values.size()), parser_->values.begin());
  try {
    return parser_->parser.Eval();
  } catch (const mu::ParserError&) {
    return std::numeric_limits<double>::quiet_NaN();
  }
}

const std::vector<std::string>& function_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    const mu::Parser parser;
    for (const auto& [name, function] : parser.GetFunDef()) all.push_back(name);
    std::sort(all.begin(), all.end());
    return all;
  }();
  return names;
}

}  // namespace busbar::virtuals
