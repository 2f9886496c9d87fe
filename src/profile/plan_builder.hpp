// Turns the fields of one query into a plan: resolves references, hands out registers, expands repeated
// fields.
#pragma once

#include "profile/field_spec.hpp"
#include "profile/plan.hpp"
#include "yaml/node.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::profile {

/// Where each key of a profile was first used: a key names one quantity of a device, whatever query it comes
/// with.
using KeyPlaces = std::map<std::string, yaml::Place, std::less<>>;

struct Shape {
  std::size_t min_length = 0;
  std::size_t max_length = 0;
  int trailing = -1;
  std::vector<Constant> constants{};
  SlotPlan slots{};
};

class PlanBuilder {
 public:
  PlanBuilder(std::string file, Shape shape, KeyPlaces& keys, yaml::Findings& findings);

  /// In the order of the file: a field can refer to those before it only.
  void add(const std::vector<FieldSpec>& fields);
  void add(const std::vector<DerivedSpec>& derived);
  /// The only reading of a write: its acknowledgement has come.
  void add_acknowledgement();
  /// The payloads name their quantities themselves.
  void add_describer(std::unique_ptr<protocol::Codec> codec);

  [[nodiscard]] std::unique_ptr<const Plan> finish();

 private:
  struct Named {
    enum class What { step, bit } what;
    std::size_t index;
  };

  void add(const FieldSpec& field);
  void place(const FieldSpec& field, Step& step);
  void slot(const FieldSpec& field, Step& step);
  void presence(const FieldSpec& field, Step& step);
  void repeat(const RepeatSpec& spec, Step& step);
  void quantities(const FieldSpec& field, Step& step);
  void bits(const FieldSpec& field, Step& step);
  void least_length(const Step& step);
  void plain(Step& step) const;

  [[nodiscard]] const Named* find(const Reference& reference);
  [[nodiscard]] int value_register(const Reference& reference);
  [[nodiscard]] int end_register(const Reference& reference);
  [[nodiscard]] int aggregate(const Reference& reference, Derived::Operation operation, bool& guaranteed);
  [[nodiscard]] int allot(int& slot, int& used, int limit, const Reference& reference);

  [[nodiscard]] std::uint32_t add_quantity(const Quantity& quantity, yaml::Place place, bool guaranteed);
  [[nodiscard]] std::uint32_t add_label(const std::string& label);
  void define(const std::string& name, Named named, yaml::Place place);
  void fail(yaml::Place place, std::string message, std::string hint = {});

  std::string file_;
  KeyPlaces* keys_;
  yaml::Findings* findings_;
  std::unique_ptr<Plan> plan_;
  std::map<std::string, Named, std::less<>> names_;
  std::vector<std::string> coming_;  ///< names of the fields further down
};

}  // namespace busbar::profile
