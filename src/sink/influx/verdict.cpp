#include "sink/influx/verdict.hpp"

#include "sink/utf8.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace busbar::sink::influx {
namespace {

using Kind = Verdict::Kind;

/// Version 1 says {"error": "…"}, version 2 {"code": "…", "message": "…"}, a proxy in between anything.
std::string message_of(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  for (const char* key : {"error", "message"}) {
    if (json.is_object() && json.contains(key) && json[key].is_string())
      return printable(json[key].get<std::string>().substr(0, 300));
  }
  return printable(body.substr(0, 300));
}

/// "partial write: … dropped=3": the others were written. 0 when it does not say so.
std::uint64_t dropped_of(const std::string& message) {
  constexpr std::string_view word = "dropped=";
  const auto at = message.find(word);
  std::uint64_t count = 0;
  if (message.find("partial write") != std::string::npos && at != std::string::npos)
    std::from_chars(message.data() + at + word.size(), message.data() + message.size(), count);
  return count;
}

std::string hint_for(unsigned status) {
  switch (status) {
    case 401:
    case 403:
      return "; check username and password, or token";
    case 404:
      return "; does the database or bucket exist, and is it this version of InfluxDB?";
    default:
      return {};
  }
}

}  // namespace

Verdict judge(const Result<HttpAnswer>& answer, const HttpUrl& url) {
  if (!answer) return {Kind::later, 0, answer.error().detail};
  if (answer->good()) return {Kind::written, 0, {}};
  const unsigned status = answer->status;
  const std::string message = message_of(answer->body);
  Verdict verdict{Kind::later, 0,
                  to_string(url) + " answers " + std::to_string(status) +
                      (message.empty() ? "" : ": " + message) + hint_for(status)};
  if (const auto dropped = dropped_of(message); status == 400 && dropped > 0) {
    verdict.kind = Kind::written;
    verdict.refused = dropped;
  } else if (status == 400 || status == 413 || status == 422) {
    verdict.kind = Kind::split;
  }
  return verdict;
}

}  // namespace busbar::sink::influx
