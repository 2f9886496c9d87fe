// busbar mbus get-info, read and monitor: one meter, asked now, or again and again.
#include "app/exit_code.hpp"
#include "app/mbus/actions.hpp"
#include "app/mbus/print.hpp"
#include "app/mbus/session.hpp"
#include "sink/screen/json.hpp"
#include "yaml/map_reader.hpp"

#include <busbar/model/report.hpp>

#include <nlohmann/json.hpp>

#include <iostream>
#include <utility>

namespace busbar::app::mbus {

namespace wire = protocol::mbus;
using client::AsyncMbus;
using client::MeterData;
using client::MeterInfo;
using Json = nlohmann::ordered_json;

namespace {

std::string status_of(std::uint8_t status) {
  const std::string text = wire::status_text(status);
  return text.empty() ? "no problem" : text;
}

void print(const MeterInfo& info, const client::MeterAddress& asked, bool as_json) {
  if (as_json) {
    Json json = {{"address", to_string(asked)}, {"primary", info.primary}};
    if (info.identity) add_identity(json, *info.identity);
    if (info.status) {
      json["status"] = *info.status;
      json["status_text"] = wire::status_text(*info.status);
    }
    json["access"] = info.access;
    json["more_telegrams"] = info.more_telegrams;
    std::cout << json_text(json);
    return;
  }
  std::cout << (info.identity ? identity_text(*info.identity) : "says not who it is") << "\n"
            << "primary address " << unsigned{info.primary} << "\n";
  if (info.status)
    std::cout << "status: " << status_of(*info.status) << "; access number " << unsigned{info.access} << "\n";
  if (info.more_telegrams) std::cout << "its data comes in several telegrams\n";
}

void print(const MeterData& data, const client::MeterAddress& asked, bool as_json) {
  if (!as_json) {
    for (const auto& telegram : data.telegrams) print_table(telegram, std::cout);
    return;
  }
  Json json = {{"address", to_string(asked)}, {"timestamp", format_utc(data.timestamp)}};
  json["telegrams"] = Json::array();
  for (const auto& telegram : data.telegrams) json["telegrams"].push_back(json_of(telegram));
  std::cout << json_text(json);
}

/// One line, also for what went wrong: a script reads on.
void print_line(const Result<MeterData>& data, const client::MeterAddress& asked) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  Json json = {{"address", to_string(asked)}, {"timestamp", format_utc(data ? data->timestamp : now)}};
  if (data) {
    json["readings"] = Json::object();
    for (const auto& item : data->readings().items)
      json["readings"][item.quantity.key] =
          sink::screen::json_value(item.value, format_value(item.quantity, item.value));
  } else {
    json["error"] = to_string(data.error().code);
    json["detail"] = data.error().detail;
  }
  std::cout << json_text(json, -1) << std::flush;
}

template <class T>
asio::awaitable<void> into(asio::awaitable<Result<T>> call, std::optional<Result<T>>& result) {
  result.emplace(co_await std::move(call));
}

asio::awaitable<void> follow(AsyncMbus& bus, client::MeterAddress address, std::chrono::milliseconds every,
                             std::uint64_t count) {
  auto monitor = bus.monitor(address, every);
  for (std::uint64_t n = 0; (count == 0 || n < count) && std::cout; ++n) {
    const auto data = co_await monitor.next();
    print_line(data, address);
  }
}

}  // namespace

int get_info(const Arguments& options, const Meter& meter) {
  std::optional<Result<MeterInfo>> info;
  if (!with_bus(meter.bus, [&](AsyncMbus& bus) { return into(bus.get_info(meter.address), info); }) || !info)
    return fail(exit_temporary, "interrupted");
  if (!*info) return tell(info->error());
  print(**info, meter.address, options.has("json"));
  return exit_ok;
}

int read(const Arguments& options, const Meter& meter) {
  std::optional<Result<MeterData>> data;
  if (!with_bus(meter.bus, [&](AsyncMbus& bus) { return into(bus.read_data(meter.address), data); }) || !data)
    return fail(exit_temporary, "interrupted");
  if (!*data) return tell(data->error());
  print(**data, meter.address, options.has("json"));
  for (const auto& telegram : (*data)->telegrams)
    if (telegram.fault) return exit_data;
  return exit_ok;
}

int monitor(const Arguments& options, const Meter& meter) {
  using namespace std::chrono_literals;
  const auto every = yaml::parse_duration(options.text("every"));
  if (!every || *every < 1s || *every > 24h * 7)
    return usage_error("--every is '" + options.text("every") +
                       "', expected a duration from 1s to 7d, such as 15min");
  const auto count = options.integer("count", 0, 1'000'000'000);
  if (!count) return exit_usage;
  // Being interrupted is how it ends.
  (void)with_bus(meter.bus, [&](AsyncMbus& bus) {
    return follow(bus, meter.address, *every, static_cast<std::uint64_t>(*count));
  });
  return std::cout ? exit_ok : exit_temporary;
}

}  // namespace busbar::app::mbus
