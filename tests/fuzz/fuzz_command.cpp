// Any message on any topic as a command: only settings that are allowed come through, only values of the
// profile become requests, the answer is always JSON, and the log stays one line of plain text.
// The input: a flag byte (retained), a line with the topic, and the payload.
#include "profile/library.hpp"
#include "profile/setter.hpp"
#include "sink/mqtt/commands.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace busbar;

const profile::Profile& pack() {
  static const auto library = [] {
    yaml::Findings findings;
    return profile::Library::load("", findings);
  }();
  return *library.find("orion1000");
}

sink::DeviceDescription description() {
  sink::DeviceDescription device;
  device.id = "pack";
  device.settings = {pack().find_setter("discharge_mos")->setting};
  return device;
}

void require(bool condition) {
  if (!condition) std::abort();
}

/// As the writer does, without a device.
CommandResult decide(const Command& command) {
  require(command.device == "pack" && command.setting == "discharge_mos");
  require(command.value.size() <= max_command_value + 1);
  const auto write = prepare(pack(), *pack().find_setter(command.setting), command.value);
  require(write.has_value() == (command.value == "on" || command.value == "off"));
  const auto line = for_log(command.value);
  require(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7F; }));
  return write ? CommandResult{.verdict = Verdict::accepted} : CommandResult{.detail = write.error().detail};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const std::string text{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto end = std::min(text.find('\n'), text.size());
  const bool retained = (data[0] & 1) != 0;
  static const sink::mqtt::Options options;
  static const sink::mqtt::Topics topics{options};
  int results = 0;
  const auto handler = [&](const Command& command, const CommandDone& done) {
    require(!retained);
    const auto result = decide(command);
    require(nlohmann::json::accept(sink::mqtt::result_json(command, result, {})));
    done(result);
    ++results;
  };
  sink::mqtt::Commands commands{options, topics, handler, [] {}};
  commands.describe(description(), nullptr);
  const auto payload = end < text.size() ? text.substr(end + 1) : std::string{};
  const bool ours = commands.take(text.substr(0, end), payload, retained);
  require(ours == (text.substr(0, end) == "busbar/pack/set/discharge_mos"));
  require(results == (ours && !retained ? 1 : 0));
  return 0;
}
