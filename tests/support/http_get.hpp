// One HTTP GET of a server on the loopback interface, and reading numbers out of Prometheus text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace busbar::test {

struct HttpAnswer {
  unsigned status = 0;  ///< 0: no answer
  std::string body;
};

/// Closes the connection afterwards; gives up after a few seconds.
[[nodiscard]] HttpAnswer http_get(unsigned short port, std::string_view path);

/// The value of the one sample `series`, e.g. `busbar_device_up{device="pack"}`.
[[nodiscard]] std::optional<double> sample(std::string_view exposition, std::string_view series);

}  // namespace busbar::test
