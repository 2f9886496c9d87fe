// Expressions over readings: how a person writes them, and how they are computed. muParser is used in
// formula.cpp only.
#pragma once

#include <busbar/model/error.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::virtuals {

/// A reading as it stands in an expression: soc, pack1.soc, or in brackets, where an id may hold '-', and '*'
/// and '?' stand for any text and any character: [pack-1.soc], [pack*.power].
struct Reference {
  std::string device;  ///< "" = the device the expression belongs to
  std::string key;
  bool pattern = false;
};

/// A piece of an expression: text that stays as it is, or a reading.
struct Piece {
  std::string text;
  bool is_reading = false;
  Reference reading{};
};

/// Takes an expression apart. bad_value, with a sentence for a person, for what no expression may hold:
/// assignments, text in quotes, unknown functions, brackets that do not close, more than 4096 bytes.
[[nodiscard]] Result<std::vector<Piece>> take_apart(std::string_view expression);

class Formula {
 public:
  /// `formula` is over the variables r0 … r(count-1). bad_value with a sentence that points into `formula`.
  [[nodiscard]] static Result<Formula> compile(const std::string& formula, std::size_t count);
  Formula(Formula&&) noexcept;
  Formula& operator=(Formula&&) noexcept;
  ~Formula();

  /// Not finite when the arithmetic has no result; never throws.
  [[nodiscard]] double operator()(std::span<const double> values) noexcept;

 private:
  struct Parser;
  explicit Formula(std::unique_ptr<Parser> parser) noexcept;
  std::unique_ptr<Parser> parser_;
};

/// The functions an expression may call, sorted.
[[nodiscard]] const std::vector<std::string>& function_names();

}  // namespace busbar::virtuals
