#include "poll/catalogue.hpp"

#include <algorithm>

namespace busbar::poll {

bool Catalogue::note(const std::string& query, const std::vector<Reading>& readings) {
  auto& known = known_[query];
  bool news = false;
  for (const Reading& reading : readings) {
    // The same quantity is always the same object; the same key may come to be described by another one.
    if (std::find(known.begin(), known.end(), reading.quantity) != known.end()) continue;
    news = true;
    const auto same = std::find_if(known.begin(), known.end(),
                                   [&](const Quantity* one) { return one->key == reading.quantity->key; });
    if (same == known.end())
      known.push_back(reading.quantity);
    else
      *same = reading.quantity;
  }
  return news;
}

}  // namespace busbar::poll
