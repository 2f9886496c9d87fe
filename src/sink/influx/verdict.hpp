// What an answer of the server means for a batch. Pure.
// Source: InfluxDB documentation, v1.8 "HTTP API: /write", v2 "API: write data", status codes of both.
#pragma once

#include "sink/http_client.hpp"

#include <cstdint>
#include <string>

namespace busbar::sink::influx {

struct Verdict {
  enum class Kind {
    written,
    split,  ///< something in the batch is wrong or it is too large: halves, down to the point that is it
    later,  ///< the server, the way or the credentials: the same again after a pause
  };
  Kind kind = Kind::later;
  std::uint64_t refused = 0;  ///< written, but for so many points
  std::string problem{};      ///< for a person; "" when all is well
};

[[nodiscard]] Verdict judge(const Result<HttpAnswer>& answer, const HttpUrl& url);

}  // namespace busbar::sink::influx
