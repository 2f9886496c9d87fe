// The public corpus of M-Bus frames, read from where it lies: BUSBAR_MBUS_CORPUS in the environment, else the
// folder that the CMake variable of that name gives. It is no part of this repository.
#pragma once

#include <busbar/model/bytes.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace busbar::test {

/// One <DataRecord> as libmbus writes it. Absent elements are "".
struct ExpectedRecord {
  std::string function, storage, tariff, device, unit, quantity, value;
};

struct CorpusFrame {
  std::string name;  ///< "test-frames/abb_delta"
  Bytes bytes;
  std::string plain_xml;       ///< "" when there is none
  std::string normalized_xml;  ///< likewise
};

/// nullopt when the corpus is not there.
[[nodiscard]] std::optional<std::filesystem::path> mbus_corpus();
/// All frames of one folder of it, in the order of their names. What is not hex has no bytes.
[[nodiscard]] std::vector<CorpusFrame> corpus_frames(const std::filesystem::path& corpus,
                                                     const std::string& folder);
[[nodiscard]] std::vector<ExpectedRecord> expected_records(const std::string& xml);
/// Text of the first <name> element; "" when there is none.
[[nodiscard]] std::string element(const std::string& xml, const std::string& name);

}  // namespace busbar::test
