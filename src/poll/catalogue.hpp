// What a device has named itself so far: the quantities of each query whose answers describe themselves.
#pragma once

#include <busbar/model/report.hpp>

#include <map>
#include <string>
#include <vector>

namespace busbar::poll {

class Catalogue {
 public:
  /// True when something was new, or is described otherwise than before.
  [[nodiscard]] bool note(const std::string& query, const std::vector<Reading>& readings);
  /// In the order in which they came.
  [[nodiscard]] const std::vector<const Quantity*>& of(const std::string& query) { return known_[query]; }

 private:
  std::map<std::string, std::vector<const Quantity*>> known_;
};

}  // namespace busbar::poll
