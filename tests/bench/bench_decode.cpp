// Frame check and all readings of a 16-cell frame, beside one checksum-and-copy pass over the same bytes.
#include "profile/library.hpp"

#include <busbar/protocol/codec.hpp>
#include <busbar/protocol/frame_reader.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <iostream>

namespace busbar {
namespace {

/// Voltages of a 16-cell pack: the manufacturer's own example frame (document R1.2, section 5.1).
const Bytes& frame() {
  static const Bytes bytes =
      *from_hex("ead10127ff020f060f0b4e0e9c0e5f0e840ea00ea50e8f0ea00ea00e8b0eb00e920e7d0eb60e730e7338f5");
  return bytes;
}

/// The least any decoder must do: touch every byte once for the checksum and once for the copy.
void checksum_and_copy(benchmark::State& state) {
  Bytes copy(frame().size());
  for (auto _ : state) {
    std::uint8_t sum = 0;
    for (std::size_t at = 0; at < copy.size(); ++at) {
      const std::uint8_t byte = frame()[at];
      sum ^= byte;
      copy[at] = byte;
    }
    benchmark::DoNotOptimize(sum);
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(checksum_and_copy);

struct Orion {
  yaml::Findings findings;
  profile::Library library = profile::Library::load("", findings);
  const profile::ProfileQuery* query = library.find("orion1000")->find("voltages");
  std::unique_ptr<protocol::Codec> codec = protocol::make_codec("orion").value();
};

void frame_check(benchmark::State& state) {
  const Orion orion;
  for (auto _ : state) {
    auto scan = orion.codec->scan(frame());
    benchmark::DoNotOptimize(scan);
  }
}
BENCHMARK(frame_check);

void decode(benchmark::State& state) {
  const Orion orion;
  profile::CounterMemory memory;
  profile::Decoded decoded;
  protocol::FrameReader reader{*orion.codec};
  for (auto _ : state) {
    reader.feed(frame());
    const auto found = reader.next();
    if (!found || !orion.query->decoder.decode_into(found->payload, memory, decoded)) {
      state.SkipWithError("the frame does not decode");
      break;
    }
    benchmark::DoNotOptimize(decoded.readings.data());
  }
  state.counters["readings"] = static_cast<double>(decoded.readings.size());
  state.counters["readings/s"] = benchmark::Counter(
      static_cast<double>(decoded.readings.size()) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}
BENCHMARK(decode);

}  // namespace
}  // namespace busbar

BENCHMARK_MAIN();
