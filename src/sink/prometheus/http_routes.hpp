// What the HTTP sink answers to which request. Pure: no sockets, no HTTP library.
#pragma once

#include "model/health.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace busbar::sink::prometheus {

struct Answer {
  unsigned status = 200;
  std::string content_type;
  std::string body;
  bool metrics = false;  ///< the body is still to be made: the page of metrics takes its time
  std::string allow{};   ///< with 405: the methods that exist
};

/// Where a page comes from; asked only when it is wanted.
struct Pages {
  std::function<Health()> health;
  bool stopping = false;
};

/// `target` as it stands in the request line. Answers /metrics, /healthz and /; 405 for other methods than
/// GET and HEAD, 404 for other paths. The body is that of a GET; the caller leaves it out for HEAD.
[[nodiscard]] Answer answer(std::string_view method, std::string_view target, const Pages& pages);
/// An error page: "404 not found: …".
[[nodiscard]] Answer error_answer(unsigned status, std::string_view text);
/// The JSON document of /healthz: version and start, devices and channels counted, sinks listed.
[[nodiscard]] std::string health_json(const Health& health, bool stopping);

}  // namespace busbar::sink::prometheus
