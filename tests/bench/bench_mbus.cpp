// M-Bus telegrams to values, beside one checksum-and-copy pass over the same bytes.
//
// Always: a telegram made up like that of a heat meter. With the public corpus (BUSBAR_MBUS_CORPUS, as for
// the tests) also all of its variable and fixed frames, one after the other; a loop is one frame then, too.
#include "support/mbus_corpus.hpp"

#include <busbar/protocol/mbus/telegram.hpp>

#include <benchmark/benchmark.h>

#include <iostream>
#include <vector>

namespace busbar {
namespace {

using namespace protocol::mbus;

/// Ten records: energy, volume, power, flow, temperatures, the difference, a clock, hours, and a due date.
const Bytes& heat_meter() {
  static const Bytes frame =
      build_long(
          rsp_ud, 1, 0x72,
          *from_hex("78 56 34 12 24 40 01 04 55 00 00 00 04 06 15 31 00 00 04 13 39 30 00 00 02 2b 34 12 "
                    "02 3b 2c 01 0a 5a 25 06 0a 5e 11 04 02 61 14 02 04 6d 32 14 7a 18 02 27 0d 01 "
                    "44 06 10 27 00 00"))
          .value();
  return frame;
}

std::vector<Bytes> corpus() {
  std::vector<Bytes> frames;
  if (const auto path = test::mbus_corpus())
    for (auto& frame : test::corpus_frames(*path, "test-frames")) frames.push_back(std::move(frame.bytes));
  return frames;
}

/// The least any decoder must do: touch every byte once for the checksum and once for the copy.
void checksum_and_copy(benchmark::State& state, std::vector<Bytes> frames) {
  Bytes copy(max_frame_size);
  std::size_t next = 0;
  for (auto _ : state) {
    const Bytes& frame = frames[next];
    next = next + 1 == frames.size() ? 0 : next + 1;
    std::uint8_t sum = 0;
    for (std::size_t at = 0; at < frame.size(); ++at) {
      sum = static_cast<std::uint8_t>(sum + frame[at]);
      copy[at] = frame[at];
    }
    benchmark::DoNotOptimize(sum);
    benchmark::DoNotOptimize(copy.data());
    benchmark::ClobberMemory();
  }
}

/// Frame check, all records, and the number of each that is one.
void values(benchmark::State& state, std::vector<Bytes> frames) {
  Telegram telegram;
  std::size_t next = 0;
  std::size_t records = 0;
  for (auto _ : state) {
    const Bytes& frame = frames[next];
    next = next + 1 == frames.size() ? 0 : next + 1;
    if (!decode_into(frame, telegram)) {
      state.SkipWithError("a frame does not decode");
      break;
    }
    double sum = 0;
    for (const Record& record : telegram.records) {
      if (const auto* decimal = std::get_if<Decimal>(&record.value)) sum += number(*decimal);
      if (const auto* real = std::get_if<Real>(&record.value)) sum += number(*real);
    }
    benchmark::DoNotOptimize(sum);
    records += telegram.records.size();
  }
  state.counters["records/s"] = benchmark::Counter(static_cast<double>(records), benchmark::Counter::kIsRate);
  state.counters["frames/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

}  // namespace
}  // namespace busbar

int main(int argc, char** argv) {
  using namespace busbar;
  const std::vector<Bytes> one{heat_meter()};
  benchmark::RegisterBenchmark("heat_meter/checksum_and_copy", checksum_and_copy, one);
  benchmark::RegisterBenchmark("heat_meter/values", values, one);
  if (const auto all = corpus(); !all.empty()) {
    benchmark::RegisterBenchmark("corpus/checksum_and_copy", checksum_and_copy, all);
    benchmark::RegisterBenchmark("corpus/values", values, all);
  } else {
    std::cerr << "the M-Bus corpus is not here; set BUSBAR_MBUS_CORPUS to its folder\n";
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
