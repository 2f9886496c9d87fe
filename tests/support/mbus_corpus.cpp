#include "support/mbus_corpus.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace busbar::test {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string unescaped(std::string text) {
  const auto at = text.find("&amp;");
  return at == std::string::npos ? text : text.replace(at, 5, "&");
}

}  // namespace

std::optional<std::filesystem::path> mbus_corpus() {
  const char* const given = std::getenv("BUSBAR_MBUS_CORPUS");
  std::filesystem::path path{given != nullptr ? given : BUSBAR_MBUS_CORPUS};
  if (!std::filesystem::is_directory(path / "test-frames")) return std::nullopt;
  return path;
}

std::vector<CorpusFrame> corpus_frames(const std::filesystem::path& corpus, const std::string& folder) {
  std::vector<CorpusFrame> frames;
  for (const auto& entry : std::filesystem::directory_iterator{corpus / folder}) {
    if (entry.path().extension() != ".hex") continue;
    auto stem = entry.path();
    stem.replace_extension();
    CorpusFrame frame;
    frame.name = folder + "/" + stem.filename().string();
    std::string hex = read(entry.path());
    std::replace_if(
        hex.begin(), hex.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
    frame.bytes = from_hex(hex).value_or(Bytes{});
    frame.plain_xml = read(stem.string() + ".xml");
    frame.normalized_xml = read(stem.string() + ".norm.xml");
    frames.push_back(std::move(frame));
  }
  std::sort(frames.begin(), frames.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return frames;
}

std::string element(const std::string& xml, const std::string& name) {
  const auto open = xml.find("<" + name + ">");
  if (open == std::string::npos) return {};
  const auto from = open + name.size() + 2;
  return unescaped(xml.substr(from, xml.find("</" + name + ">", from) - from));
}

std::vector<ExpectedRecord> expected_records(const std::string& xml) {
  std::vector<ExpectedRecord> records;
  constexpr std::string_view start = "<DataRecord ";
  for (auto at = xml.find(start); at != std::string::npos;) {
    const auto next = xml.find(start, at + 1);
    const std::string one = xml.substr(at, next - at);
    records.push_back({element(one, "Function"), element(one, "StorageNumber"), element(one, "Tariff"),
                       element(one, "Device"), element(one, "Unit"), element(one, "Quantity"),
                       element(one, "Value")});
    at = next;
  }
  return records;
}

}  // namespace busbar::test
