#include "virtuals/definition.hpp"

#include <algorithm>
#include <utility>

namespace busbar::virtuals {
namespace {

/// Depth-first: what a definition reads is placed before itself; meeting one that is still open is a circle.
class Sorter {
 public:
  explicit Sorter(std::vector<Definition>& definitions) : definitions_{definitions} {
    for (std::size_t i = 0; i < definitions.size(); ++i)
      index_.emplace(Source{definitions[i].device, definitions[i].quantity.key}, i);
    marks_.resize(definitions.size(), Mark::untouched);
  }

  /// False: `at` is reached again while it is open; the trail ends with it.
  bool place(std::size_t at) {
    if (marks_[at] == Mark::placed) return true;
    trail_.push_back(at);
    if (marks_[at] == Mark::open) return false;
    marks_[at] = Mark::open;
    for (const Source& source : sources_of(definitions_[at])) {
      const auto found = index_.find(source);
      if (found != index_.end() && !place(found->second)) return false;
    }
    marks_[at] = Mark::placed;
    trail_.pop_back();
    order_.push_back(at);
    return true;
  }

  /// From the reading that closes the circle to itself: a → b → a.
  [[nodiscard]] std::vector<Source> circle() const {
    std::vector<Source> names;
    const auto first = std::find(trail_.begin(), trail_.end(), trail_.back());
    std::transform(first, trail_.end(), std::back_inserter(names), [this](std::size_t i) {
      return Source{definitions_[i].device, definitions_[i].quantity.key};
    });
    return names;
  }

  std::vector<Definition> take() {
    std::vector<Definition> sorted;
    sorted.reserve(order_.size());
    for (const std::size_t i : order_) sorted.push_back(std::move(definitions_[i]));
    return sorted;
  }

 private:
  enum class Mark { untouched, open, placed };
  std::vector<Definition>& definitions_;
  std::map<Source, std::size_t> index_;
  std::vector<Mark> marks_;
  std::vector<std::size_t> trail_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::vector<Source> sources_of(const Definition& definition) {
  if (const auto* energy = std::get_if<Energy>(&definition.rule)) return {energy->power};
  return std::get<Expression>(definition.rule).inputs;
}

std::vector<Definition> in_order(std::vector<Definition> definitions, std::vector<Source>& cycle) {
  Sorter sorter{definitions};
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    if (sorter.place(i)) continue;
    cycle = sorter.circle();
    return {};
  }
  return sorter.take();
}

}  // namespace busbar::virtuals
