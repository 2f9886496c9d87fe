// Names in a plan under construction: what a reference means, and which register carries it.
#include "profile/plan_builder.hpp"
#include "yaml/map_reader.hpp"

#include <algorithm>

namespace busbar::profile {

const PlanBuilder::Named* PlanBuilder::find(const Reference& reference) {
  const auto found = names_.find(reference.name);
  if (found != names_.end()) {
    return &found->second;
  }
  if (std::find(coming_.begin(), coming_.end(), reference.name) != coming_.end()) {
    fail(reference.place, "field " + yaml::in_quotes(reference.name) + " stands further down",
         "a field can refer to those above it only");
    return nullptr;
  }
  const std::vector<std::string_view> candidates(coming_.begin(), coming_.end());
  const std::string near = yaml::nearest(reference.name, candidates);
  fail(reference.place, "there is no field " + yaml::in_quotes(reference.name) + " in this query",
       near.empty() ? "" : "did you mean '" + near + "'?");
  return nullptr;
}

int PlanBuilder::value_register(const Reference& reference) {
  const Named* const named = find(reference);
  if (named == nullptr) {
    return no_register;
  }
  if (named->what == Named::What::bit) {
    return allot(plan_->bits[named->index].value, plan_->value_registers, max_registers, reference);
  }
  Step& step = plan_->steps[named->index];
  if (step.type != ValueType::number || step.count.from != Count::From::one) {
    fail(reference.place,
         yaml::in_quotes(reference.name) + " must be a single number or flag to be referred to here");
    return no_register;
  }
  return allot(step.value, plan_->value_registers, max_registers, reference);
}

int PlanBuilder::end_register(const Reference& reference) {
  const Named* const named = find(reference);
  if (named == nullptr) {
    return no_register;
  }
  if (named->what == Named::What::bit) {
    fail(reference.place, yaml::in_quotes(reference.name) + " is one bit; name its field of flags instead");
    return no_register;
  }
  return allot(plan_->steps[named->index].end, plan_->end_registers, max_registers, reference);
}

int PlanBuilder::aggregate(const Reference& reference, Derived::Operation operation, bool& guaranteed) {
  const Named* const named = find(reference);
  if (named == nullptr) {
    return no_register;
  }
  Step* const step = named->what == Named::What::step ? &plan_->steps[named->index] : nullptr;
  if (step == nullptr || step->type != ValueType::number || step->internal || step->enumeration.count > 0) {
    fail(reference.place, yaml::in_quotes(reference.name) + " gives no number to derive anything from");
    return no_register;
  }
  if (operation != Derived::Operation::count && !plan_->guaranteed[step->quantity]) {
    guaranteed = false;
  }
  return allot(step->aggregate, plan_->aggregates, max_aggregates, reference);
}

int PlanBuilder::allot(int& slot, int& used, int limit, const Reference& reference) {
  if (slot == no_register) {
    if (used == limit) {
      fail(reference.place, "more than " + std::to_string(limit) + " fields of one query are referred to");
      return no_register;
    }
    slot = used++;
  }
  return slot;
}

std::uint32_t PlanBuilder::add_quantity(const Quantity& quantity, yaml::Place place, bool guaranteed) {
  if (!quantity.key.empty()) {
    const auto [found, fresh] = keys_->try_emplace(quantity.key, place);
    if (!fresh) {
      fail(place, "key " + yaml::in_quotes(quantity.key) + " is already used in line " +
                      std::to_string(found->second.line));
    } else if (!is_key(quantity.key)) {
      fail(place, "key " + yaml::in_quotes(quantity.key) + " is longer than 64 characters");
    }
  }
  plan_->quantities.push_back(quantity);
  plan_->guaranteed.push_back(guaranteed);
  return static_cast<std::uint32_t>(plan_->quantities.size() - 1);
}

std::uint32_t PlanBuilder::add_label(const std::string& label) {
  plan_->labels.push_back(label);
  return static_cast<std::uint32_t>(plan_->labels.size() - 1);
}

void PlanBuilder::define(const std::string& name, Named named, yaml::Place place) {
  if (!name.empty() && !names_.try_emplace(name, named).second) {
    fail(place, "there are two fields " + yaml::in_quotes(name) + " in this query");
  }
}

void PlanBuilder::fail(yaml::Place place, std::string message, std::string hint) {
  findings_->add(file_, place, std::move(message), std::move(hint));
}

}  // namespace busbar::profile
