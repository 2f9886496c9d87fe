// Frames of every family as `busbar decode --hex` explains them: the examples of the pages, with their
// values.
#include "app/explain_bytes.hpp"

#include "app/exit_code.hpp"
#include "profile/library.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace busbar::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Explained {
  int code = -1;
  std::string text;
};

Explained explained(std::string_view profile, std::string_view hex) {
  static const auto library = [] {
    yaml::Findings findings;
    return profile::Library::load("", findings);
  }();
  std::ostringstream out;
  Explained result;
  result.code = explain_bytes(*library.find(profile), from_hex(hex).value(), out);
  result.text = out.str();
  return result;
}

constexpr const char* orion_cells = "ea d1 01 0f ff 02 04 06 04 0c ef 0c f1 0c f0 0c f2 e8 f5";
constexpr const char* daly_pack = "a5 02 90 08 00 82 00 00 75 30 01 f4 5b";

TEST(ExplainBytes, ShowsValuesOfEachFamily) {
  struct Case {
    const char* profile;
    const char* hex;
    std::vector<std::string> says;
  };
  const Case cases[] = {
      {"orion1000", orion_cells, {"query voltages, address 1", "cell_03_voltage", "3.312 V"}},
      {"daly", daly_pack, {"address 2", "13.0 V", "0.0 A", "50.0 %"}},
      {"mbus", "68 0f 0f 68 08 05 72 78 56 34 12 24 40 01 07 55 00 00 00 54 16", {"12345678"}},
      {"victron_bmv", "3a 37 30 30 31 30 30 30 43 38 30 30 37 36 0a", {"200 Ah"}},
  };
  for (const Case& one : cases) {
    const auto result = explained(one.profile, one.hex);
    for (const auto& part : one.says) EXPECT_THAT(result.text, HasSubstr(part)) << one.profile;
  }
}

TEST(ExplainBytes, KeepsFramesApartAndNoiseOut) {
  const auto result = explained("daly", std::string{"00 ff "} + daly_pack + " 41 54 " + daly_pack);
  EXPECT_EQ(result.code, exit_ok);
  EXPECT_THAT(result.text, HasSubstr("4 byte(s) belong to no valid daly frame"));
  std::size_t found = 0;
  for (auto at = result.text.find("13.0 V"); at != std::string::npos; at = result.text.find("13.0 V", at + 1))
    ++found;
  EXPECT_EQ(found, 2U);
}

TEST(ExplainBytes, AFrameOfAnotherFamilyIsNoFrame) {
  for (const auto& [profile, hex] : {std::pair{"orion1000", daly_pack}, std::pair{"daly", orion_cells},
                                     std::pair{"mbus", orion_cells}, std::pair{"jk_terminal", daly_pack}}) {
    const auto result = explained(profile, hex);
    EXPECT_EQ(result.code, exit_data) << profile;
    EXPECT_THAT(result.text, HasSubstr("belong to no valid")) << profile;
  }
}

TEST(ExplainBytes, ManyFramesAreNotTooMany) {
  std::string hex;
  for (int i = 0; i < 500; ++i) hex += std::string{daly_pack} + " ";
  const auto result = explained("daly", hex);
  EXPECT_EQ(result.code, exit_ok);
  EXPECT_THAT(result.text, Not(HasSubstr("belong to no valid")));
}

}  // namespace
}  // namespace busbar::app
