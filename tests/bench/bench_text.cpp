// Frame check and all readings of text answers: QPIGS of a PI30 inverter, blocks of a Victron battery
// monitor. With "--frames" it prints the bytes as hexadecimal, for a peer to decode in the same run.
#include "profile/library.hpp"

#include <busbar/protocol/frame_reader.hpp>
#include <busbar/protocol/vedirect.hpp>
#include <busbar/protocol/voltronic.hpp>

#include <benchmark/benchmark.h>

#include <iostream>
#include <string_view>

namespace busbar {
namespace {

/// As captured by mpp-solar, 21 words.
constexpr std::string_view status =
    "000.0 00.0 230.0 49.9 0161 0119 003 460 57.50 012 100 0069 0014 103.8 57.45 00000 00110110 00 00 00856 "
    "010";
/// The fields of the first block of a SmartShunt.
constexpr std::string_view fields =
    "\r\nPID\t0xA389\r\nV\t12865\r\nVS\t-14\r\nI\t0\r\nP\t0\r\nCE\t0\r\nSOC\t1000\r\nTTG\t-"
    "1\r\nAlarm\tOFF\r\n"
    "AR\t0\r\nBMV\tSmartShunt 500A/50mV\r\nFW\t0405";

Bytes qpigs() { return protocol::voltronic::encode("pi30", status).value(); }
Bytes block() { return protocol::vedirect::encode(fields); }

void decode(benchmark::State& state, std::string_view protocol, std::string_view profile,
            std::string_view query, const Bytes& bytes) {
  yaml::Findings findings;
  const auto library = profile::Library::load("", findings);
  const profile::ProfileQuery& asked = *library.find(profile)->find(query);
  const auto codec = protocol::make_codec(protocol).value();
  profile::CounterMemory memory;
  profile::Decoded decoded;
  protocol::FrameReader reader{*codec};
  for (auto _ : state) {
    reader.feed(bytes);
    const auto found = reader.next();
    if (!found || !asked.decoder.decode_into(found->payload, memory, decoded)) {
      state.SkipWithError("the frame does not decode");
      break;
    }
    benchmark::DoNotOptimize(decoded.readings.data());
  }
  state.counters["readings"] = static_cast<double>(decoded.readings.size());
}
BENCHMARK_CAPTURE(decode, qpigs, "voltronic", "pi30", "qpigs", qpigs());
BENCHMARK_CAPTURE(decode, vedirect, "vedirect", "victron_bmv", "realtime", block());

}  // namespace
}  // namespace busbar

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view{argv[1]} == "--frames") {
    std::cout << busbar::to_hex(busbar::qpigs()) << '\n' << busbar::to_hex(busbar::block()) << '\n';
    return 0;
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
