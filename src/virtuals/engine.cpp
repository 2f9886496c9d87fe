#include "virtuals/engine.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace busbar::virtuals {
namespace {

/// What a formula reckons with: flags are 1 and 0; text and what is not available are nothing.
std::optional<double> number_of(const Value& value) {
  if (const auto* number = std::get_if<double>(&value))
    return std::isfinite(*number) ? std::optional{*number} : std::nullopt;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1.0 : 0.0;
  return std::nullopt;
}

std::string name_of(const Definition& definition) {
  return definition.device + "." + definition.quantity.key;
}

}  // namespace

Engine::Engine(Options options, OnGap on_gap) : options_{std::move(options)}, on_gap_{std::move(on_gap)} {
  for (std::size_t i = 0; i < options_.definitions.size(); ++i) {
    const Definition& definition = options_.definitions[i];
    Node node{.definition = i, .inputs = {}, .output = 0, .formula = {}, .integrator = {}};
    for (const Source& source : sources_of(definition)) node.inputs.push_back(slot(source));
    node.output = slot({definition.device, definition.quantity.key});
    if (const auto* energy = std::get_if<Energy>(&definition.rule)) {
      node.integrator.emplace(energy->sign == Sign::positive ? 1.0 : -1.0, energy->max_gap);
    } else {
      auto formula = Formula::compile(std::get<Expression>(definition.rule).formula, node.inputs.size());
      if (formula) node.formula = std::move(*formula);
    }
    homes_[definition.device].nodes.push_back(i);
    nodes_.push_back(std::move(node));
  }
  for (const auto& [device, interval] : options_.devices) homes_[device].interval = interval;
}

/// One slot for each reading, however many formulas read it.
std::size_t Engine::slot(const Source& source) {
  const auto [place, inserted] = names_.emplace(source, slots_.size());
  if (inserted) slots_.emplace_back();
  return place->second;
}

/// Fills in the slots of what this report measured, and computes whatever reads them.
std::vector<Report> Engine::take(const Report& report) {
  if (nodes_.empty()) return {};
  const auto first = names_.lower_bound(Source{report.device, ""});
  for (auto name = first; name != names_.end() && name->first.device == report.device; ++name) {
    const auto lifetime = options_.lifetimes.find(name->first);
    if (lifetime == options_.lifetimes.end()) continue;  // a virtual one
    Slot& slot = slots_[name->second];
    const auto reading =
        std::find_if(report.readings.begin(), report.readings.end(),
                     [&](const Reading& each) { return each.quantity->key == name->first.key; });
    const bool carried = reading != report.readings.end();
    // What the same query gave before and does not give now is gone.
    if (!carried && slot.query != report.query) continue;
    slot = {carried ? number_of(reading->value) : std::nullopt, report.query,
            report.received + lifetime->second, report.received, true};
  }
  evaluate(report.received, report.timestamp);
  return collect(report.received);
}

/// The device is offline: none of its readings counts any more, and what was computed from them goes.
std::vector<Report> Engine::lose(std::string_view device, Steady now, UtcMillis time) {
  for (const auto& [source, index] : names_) {
    Slot& slot = slots_[index];
    if (source.device != device || !options_.lifetimes.contains(source) || !slot.value) continue;
    slot.value.reset();
    slot.touched = true;
  }
  evaluate(now, time);
  // Its own virtual readings are as unavailable as the device itself.
  if (const auto own = homes_.find(device); own != homes_.end() && !own->second.interval)
    own->second.dirty = false;
  return collect(now);
}

/// The order of the definitions is such that one round settles everything.
void Engine::evaluate(Steady now, UtcMillis time) {
  for (Node& node : nodes_) {
    const bool concerned = std::any_of(node.inputs.begin(), node.inputs.end(),
                                       [this](std::size_t input) { return slots_[input].touched; });
    if (!concerned) continue;
    compute(node, now);
    Home& home = homes_.find(options_.definitions[node.definition].device)->second;
    home.dirty = true;
    home.newest = now;
    home.newest_time = time;
  }
  for (Slot& slot : slots_) slot.touched = false;
}

/// One virtual reading. An input that is missing or too old leaves an expression without a value, and a
/// counter where it stands: nothing is added for a time nobody knows about.
void Engine::compute(Node& node, Steady now) {
  const Definition& definition = options_.definitions[node.definition];
  Home& home = homes_.find(definition.device)->second;
  Slot& output = slots_[node.output];
  output.touched = true;
  output.received = now;
  values_.clear();
  Steady expires = Steady::max();
  for (const std::size_t input : node.inputs) {
    const Slot& slot = slots_[input];
    if (!slot.value || slot.expires < now) break;
    values_.push_back(*slot.value);
    expires = std::min(expires, slot.expires);
  }
  const bool complete = values_.size() == node.inputs.size();
  if (node.integrator) {
    const auto& energy = std::get<Energy>(definition.rule);
    if (complete) {
      const auto step = node.integrator->add(values_.front() * energy.watts, now);
      node.total += step.watt_hours;
      node.counted = true;
      if (step.gap && on_gap_) on_gap_(name_of(definition), *step.gap);
    }
    // A counter stands still, it does not vanish.
    output.value = node.counted ? std::optional{node.total / energy.unit} : std::nullopt;
    output.expires = Steady::max();
    return;
  }
  output.value.reset();
  output.expires = expires;
  if (complete && node.formula) output.value = plausible(definition.quantity, (*node.formula)(values_), home);
}

/// As with measured values: out of range is dropped and counted, never clamped.
std::optional<double> Engine::plausible(const Quantity& quantity, double value, Home& home) const {
  const bool inside = std::isfinite(value) &&
                      (!quantity.range || (value >= quantity.range->min && value <= quantity.range->max));
  if (inside) return value;
  ++home.dropped;
  return std::nullopt;
}

/// The devices with news. One with an interval of its own says so at most that often.
std::vector<Report> Engine::collect(Steady now) {
  std::vector<Report> reports;
  for (auto& [device, home] : homes_) {
    if (!home.dirty) continue;
    const bool early = home.interval && home.reported && now - *home.reported < *home.interval;
    const auto present =
        static_cast<std::size_t>(std::count_if(home.nodes.begin(), home.nodes.end(), [&](std::size_t i) {
          return slots_[nodes_[i].output].value.has_value();
        }));
    // The first complete values and the loss of one are news that do not wait.
    if (early && present == home.present) continue;
    home.present = present;
    reports.push_back(report_of(device, home));
  }
  return reports;
}

std::vector<Report> Engine::flush() {
  std::vector<Report> reports;
  for (auto& [device, home] : homes_) {
    if (home.dirty) reports.push_back(report_of(device, home));
  }
  return reports;
}

Report Engine::report_of(const std::string& device, Home& home) {
  Report report;
  report.device = device;
  report.query = query_name;
  report.timestamp = home.newest_time;
  report.received = home.newest;
  report.sequence = ++home.sequence;
  for (const std::size_t i : home.nodes) {
    const Slot& slot = slots_[nodes_[i].output];
    const Quantity& quantity = options_.definitions[nodes_[i].definition].quantity;
    Value value;
    if (slot.value && slot.expires >= home.newest) {
      if (quantity.kind == Kind::flag)
        value = *slot.value != 0;
      else
        value = *slot.value;
    }
    report.readings.push_back({&quantity, std::move(value)});
  }
  home.dirty = false;
  home.reported = home.newest;
  return report;
}

Counters Engine::counters() const {
  Counters counters;
  for (const Node& node : nodes_) {
    if (node.integrator && node.counted)
      counters[name_of(options_.definitions[node.definition])] = node.total;
  }
  return counters;
}

/// Totals of an earlier run; a counter that has begun to count in this one keeps its own.
void Engine::restore(const Counters& counters) {
  for (Node& node : nodes_) {
    if (!node.integrator || node.counted) continue;
    const auto known = counters.find(name_of(options_.definitions[node.definition]));
    if (known == counters.end()) continue;
    node.total = known->second;
    node.counted = true;
    const auto& energy = std::get<Energy>(options_.definitions[node.definition].rule);
    Slot& output = slots_[node.output];
    output.value = node.total / energy.unit;
    output.expires = Steady::max();
  }
}

/// After a reload: values, totals and sequence numbers go on under the same name. An integral goes on only
/// where the whole definition is the same; otherwise its first value begins anew.
void Engine::inherit(const Engine& before) {
  for (const auto& [source, index] : names_) {
    const auto old = before.names_.find(source);
    if (old == before.names_.end() || !options_.lifetimes.contains(source)) continue;
    slots_[index] = before.slots_[old->second];
  }
  restore(before.counters());
  for (Node& node : nodes_) {
    if (!node.integrator) continue;
    const Definition& definition = options_.definitions[node.definition];
    for (const Node& old : before.nodes_) {
      if (old.integrator && before.options_.definitions[old.definition] == definition)
        node.integrator->resume(*old.integrator);
    }
  }
  for (auto& [device, home] : homes_) {
    const auto old = before.homes_.find(device);
    if (old == before.homes_.end()) continue;
    home.sequence = old->second.sequence;
    home.dropped = old->second.dropped;
  }
}

std::uint64_t Engine::dropped(std::string_view device) const {
  const auto home = homes_.find(device);
  return home == homes_.end() ? 0 : home->second.dropped;
}

std::uint64_t Engine::reports(std::string_view device) const {
  const auto home = homes_.find(device);
  return home == homes_.end() ? 0 : home->second.sequence;
}

}  // namespace busbar::virtuals
