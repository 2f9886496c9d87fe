// What the HTTP sink answers to which request.
#include "sink/prometheus/http_routes.hpp"

#include "sink/prometheus/text_format.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace busbar::sink::prometheus {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view index_page =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>busbar</title></head>\n"
    "<body><h1>busbar</h1><ul>\n"
    "<li><a href=\"/metrics\">/metrics</a>: readings and the daemon's own state for Prometheus</li>\n"
    "<li><a href=\"/healthz\">/healthz</a>: is the daemon alive</li>\n"
    "</ul></body></html>\n";

std::size_t count_of(const Health& health, Availability availability) {
  return static_cast<std::size_t>(
      std::ranges::count(health.devices, availability, &DeviceHealth::availability));
}

}  // namespace

std::string health_json(const Health& health, bool stopping) {
  Json devices{{"total", health.devices.size()}};
  for (const Availability state : {Availability::online, Availability::offline, Availability::unknown})
    devices[std::string{to_string(state)}] = count_of(health, state);
  Json sinks = Json::array();
  for (const SinkAccount& sink : health.sinks)
    sinks.push_back({{"name", sink.name},
                     {"healthy", sink.healthy},
                     {"queued", sink.queued},
                     {"dropped", sink.dropped},
                     {"errors", sink.errors}});
  const Json document{
      {"status", stopping ? "stopping" : "ok"},
      {"version", health.version},
      {"started", format_utc(health.started)},
      {"devices", std::move(devices)},
      {"channels",
       {{"total", health.channels.size()},
        {"connected", std::ranges::count(health.channels, true, &ChannelHealth::connected)}}},
      {"sinks", std::move(sinks)},
  };
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Answer error_answer(unsigned status, std::string_view text) {
  return {status, "text/plain; charset=utf-8", std::to_string(status) + " " + std::string{text} + "\n"};
}

Answer answer(std::string_view method, std::string_view target, const Pages& pages) {
  const std::string_view path = target.substr(0, target.find('?'));
  const bool known = path == "/metrics" || path == "/healthz" || path == "/";
  if (!known) return error_answer(404, "not found; there are /metrics and /healthz");
  if (method != "GET" && method != "HEAD") {
    Answer refused = error_answer(405, "method not allowed; GET and HEAD are");
    refused.allow = "GET, HEAD";
    return refused;
  }
  if (path == "/metrics") return {200, std::string{content_type}, {}, true};
  if (path == "/") return {200, "text/html; charset=utf-8", std::string{index_page}};
  return {pages.stopping ? 503U : 200U, "application/json", health_json(pages.health(), pages.stopping)};
}

}  // namespace busbar::sink::prometheus
