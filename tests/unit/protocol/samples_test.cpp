// The sample bytes that people read, on the pages of the protocols and at the heads of the codecs, are
// frames.
#include <busbar/protocol/codec.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

namespace busbar::protocol {
namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string where;  ///< "daly.md:47"
  Bytes bytes;
};

/// Lines that begin with at least five bytes in hex, in a block of code or a comment. One that is cut short
/// says so by '…'.
std::vector<Sample> samples_of(const fs::path& file) {
  std::vector<Sample> samples;
  const std::regex whole{R"(^(?://)? *((?:[0-9a-f]{2} ){4,}[0-9a-f]{2})(?:   .*|  +→.*)?$)"};
  std::ifstream stream{file};
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    std::smatch match;
    if (std::regex_match(line, match, whole))
      samples.push_back({file.filename().string() + ":" + std::to_string(number), *from_hex(match[1].str())});
  }
  return samples;
}

bool is_frame(const Bytes& bytes, std::string_view protocol) {
  for (const std::string_view dialect :
       {"", "draft", "terminal", "record", "bus", "rtu", "daly", "pi16", "pi17", "pi18"}) {
    const auto codec = make_codec(protocol, dialect);
    if (codec.has_value() && parse_frame(**codec, bytes).has_value()) return true;
  }
  return false;
}

TEST(Samples, OfThePagesAndTheCodecsAreFrames) {
  const fs::path root{BUSBAR_SOURCE_DIR};
  std::size_t found = 0;
  for (const std::string_view protocol : protocols()) {
    auto samples = samples_of(root / "docs/protocols" / (std::string{protocol} + ".md"));
    for (const auto& entry : fs::directory_iterator{root / "src/protocol" / protocol}) {
      const auto more = samples_of(entry.path());
      samples.insert(samples.end(), more.begin(), more.end());
    }
    found += samples.size();
    for (const Sample& sample : samples) {
      // The request of JK's records is made by its codec, which reads answers only.
      const bool request = sample.bytes[0] == 0xAA && sample.bytes[1] == 0x55;
      // Boards of Daly, and of JK on a bus, speak Modbus.
      EXPECT_TRUE(request || is_frame(sample.bytes, protocol) || is_frame(sample.bytes, "modbus"))
          << sample.where << ": no frame of " << protocol << ": " << to_hex(sample.bytes, ' ');
    }
  }
  EXPECT_GE(found, 18U) << "where are they?";
}

}  // namespace
}  // namespace busbar::protocol
