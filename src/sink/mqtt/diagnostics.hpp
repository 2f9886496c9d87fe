// How well busbar itself and its devices do, as MQTT messages and as diagnostic entities of Home Assistant.
// Pure.
#pragma once

#include "model/health.hpp"
#include "sink/mqtt/topics.hpp"
#include "sink/process.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace busbar::sink::mqtt {

/// {"availability":"online","breaker":"closed","polls_success":120,...,"reply_time_p99":31.5,...}; reply
/// times in ms, null before the first answer.
[[nodiscard]] std::string device_diagnostics(const DeviceHealth& device);
/// Version, start, memory in MiB, devices online, and what each channel and each sink has to say.
[[nodiscard]] std::string daemon_diagnostics(const Health& health, const Process& process);

/// The entities that read those messages, added to the components of a discovery payload. Keys that a reading
/// has already are left to it.
void add_device_diagnostics(nlohmann::ordered_json& components, const Topics& topics,
                            std::string_view device);
void add_daemon_diagnostics(nlohmann::ordered_json& components, const Topics& topics);

}  // namespace busbar::sink::mqtt
