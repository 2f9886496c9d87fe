// What a spool keeps, what its queue asks of its file, and what the file answers.
#pragma once

#include "store/database.hpp"

#include <busbar/model/report.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace busbar::store {

/// One report on its way to an output that wants every one of them.
struct Record {
  UtcMillis timestamp{};
  std::string device{};
  std::string query{};
  std::string payload{};
  bool operator==(const Record&) const = default;
};

/// What a record counts against a limit in bytes: its texts and a flat rate for what surrounds them.
[[nodiscard]] inline std::size_t size_of(const Record& record) noexcept {
  return 64 + record.device.size() + record.query.size() + record.payload.size();
}

/// Beyond any of them the oldest records are dropped.
struct Bounds {
  std::uint64_t count = 1'000'000;
  std::uint64_t bytes = 256ULL * 1024 * 1024;
  std::chrono::milliseconds age = std::chrono::days{7};  ///< by the wall clock; 0 = any
  bool operator==(const Bounds&) const = default;
};

/// A record as it lies in the file. Rows only ever grow: their order is that of acceptance.
struct StoredRecord {
  std::int64_t row = 0;
  Record record;
};

/// One transaction: first everything up to a row goes, then what is beyond the bounds, then new records
/// come, and last the oldest are read back. One that only reads changes nothing, so that it works on a full
/// disk.
struct Order {
  std::int64_t erase_up_to = 0;  ///< 0 = nothing
  std::int64_t after = 0;        ///< only rows beyond may be dropped or read back: the others are in memory
  std::vector<Record> append{};
  std::size_t load = 0;  ///< this many at most
};

struct Outcome {
  bool wrote = false;          ///< the file has changed
  std::int64_t first_row = 0;  ///< of `append`; the others follow without a gap
  std::uint64_t dropped = 0;   ///< beyond the bounds
  std::vector<StoredRecord> loaded{};
  std::uint64_t damaged = 0;  ///< rows among those read back whose checksum is wrong; left out of `loaded`
  std::int64_t loaded_up_to = 0;  ///< the last row that was looked at; 0 = there was none
  std::uint64_t count = 0;        ///< in the file now
  std::uint64_t bytes = 0;        ///< of records in the file now
  std::optional<UtcMillis> oldest{};
};

}  // namespace busbar::store
