// busbar --once under Valgrind: through every layer, to a broker and a file, without a byte read before it
// was written, read after it was freed, or lost.
#include "support/finished.hpp"
#include "support/mosquitto.hpp"
#include "support/simulator.hpp"
#include "support/site_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::test {
namespace {

using ::testing::HasSubstr;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

TEST(OnceUnderValgrind, NeitherMisusesMemoryNorLosesAny) {
  if (sanitized) GTEST_SKIP() << "Valgrind does not run what a sanitizer watches already";
  if (run_to_end({"sh", "-c", "command -v valgrind"}).code != 0) GTEST_SKIP() << "valgrind is not installed";
  const Mosquitto broker;
  const Simulator packs{BUSBAR_BINARY, {.count = 2, .cells = 16, .faults = {"garbage@0.5"}}};
  const TemporaryDirectory directory;
  const auto config = directory.write(
      "busbar.yaml", to_yaml({.link = packs.url(),
                              .packs = 2,
                              .sinks = "  screen: {format: jsonl}\n  mqtt: {url: \"" + broker.url() +
                                       "\"}\n  textfile: {path: " + directory.path() + "/busbar.prom}\n"}));
  const auto result =
      run_to_end({"valgrind", "--quiet", "--error-exitcode=99", "--leak-check=full",
                  "--errors-for-leak-kinds=definite,indirect", BUSBAR_BINARY, "--config", config, "--once"},
                 {}, seconds{120});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\"device\":\"pack2\""));
}

}  // namespace
}  // namespace busbar::test
