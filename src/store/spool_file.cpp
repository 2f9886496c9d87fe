// The SQL of the spool.
//
// Table events: id (grows, never used again while the process lives), timestamp_ms (Unix time), device,
// query, payload, bytes (size_of the record), checksum (CRC-32 of all that, because SQLite has none for the
// pages of its file). Totals are kept in memory and follow a commit, so that they are right after a rollback.
#include "store/spool_file.hpp"

#include <boost/crc.hpp>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace busbar::store {

namespace {

constexpr int version = 1;
constexpr int application = 0x62757362;  // "busb", SQLite's application_id
/// Read back at a time, whatever the number of records asked for.
constexpr std::size_t load_bytes = 1024 * 1024;
/// An emptied file that is larger gives its space back.
constexpr std::uint64_t worth_shrinking = 1024 * 1024;

std::int64_t checksum(const Record& record) {
  boost::crc_32_type crc;
  const auto add = [&](std::string_view text) {
    const std::uint64_t size = text.size();
    crc.process_bytes(&size, sizeof size);
    crc.process_bytes(text.data(), text.size());
  };
  const std::int64_t time = record.timestamp.time_since_epoch().count();
  crc.process_bytes(&time, sizeof time);
  add(record.device);
  add(record.query);
  add(record.payload);
  return crc.checksum();
}

UtcMillis utc(std::int64_t milliseconds) { return UtcMillis{std::chrono::milliseconds{milliseconds}}; }

struct Totals {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  std::int64_t last_row = 0;
};

}  // namespace

struct SpoolFile::Open {
  explicit Open(const std::string& path) : database{prepared(path)} {
    auto all = database.prepare("SELECT count(*), ifnull(sum(bytes), 0), ifnull(max(id), 0) FROM events");
    all.step();
    totals = {static_cast<std::uint64_t>(all.integer(0)), static_cast<std::uint64_t>(all.integer(1)),
              all.integer(2)};
    all.reset();
  }

  static Database prepared(const std::string& path) {
    Database database{path, Database::Access::exclusive};
    const auto found = database.integer("PRAGMA user_version");
    if (found == 0 && database.integer("SELECT count(*) FROM sqlite_master") == 0) {
      Transaction transaction{database};
      database.execute(
          "CREATE TABLE events(id INTEGER PRIMARY KEY, timestamp_ms INTEGER NOT NULL, device TEXT NOT NULL, "
          "query TEXT NOT NULL, payload TEXT NOT NULL, bytes INTEGER NOT NULL, checksum INTEGER NOT NULL)");
      database.execute(("PRAGMA application_id=" + std::to_string(application)).c_str());
      database.execute(("PRAGMA user_version=" + std::to_string(version)).c_str());
      transaction.commit();
    } else if (found != version || database.integer("PRAGMA application_id") != application) {
      throw Error{Error::Kind::corrupt, path + ": a database, but no spool of this version of busbar"};
    }
    return database;
  }

  Database database;
  Totals totals;
  Statement insert{database.prepare("INSERT INTO events VALUES(?,?,?,?,?,?,?)")};
  Statement remove{database.prepare("DELETE FROM events WHERE id > ? AND id <= ?")};
  Statement sizes{database.prepare("SELECT id, timestamp_ms, bytes FROM events WHERE id > ? ORDER BY id")};
  Statement read{database.prepare(
      "SELECT id, timestamp_ms, device, query, payload, bytes, checksum FROM events WHERE id > ? "
      "ORDER BY id LIMIT ?")};
};

SpoolFile::SpoolFile(std::string path, Bounds bounds) : path_{std::move(path)}, bounds_{bounds} {}

SpoolFile::~SpoolFile() = default;

void SpoolFile::open() {
  if (!open_) open_ = std::make_unique<Open>(path_);
}

Outcome SpoolFile::perform(const Order& order, UtcMillis now) {
  std::error_code ignored;
  Outcome outcome;
  if (!open_ && order.append.empty() && !std::filesystem::exists(path_, ignored)) return outcome;
  open();
  const Totals before = open_->totals;
  try {
    Transaction transaction{open_->database};
    if (order.erase_up_to > 0 || !order.append.empty()) {
      erase(order.erase_up_to);
      outcome.dropped = trim(order, now);
      append(order, outcome);
      outcome.wrote = true;
    }
    load(order, outcome);
    transaction.commit();
  } catch (const Error& error) {
    open_->totals = before;
    // After a full disk the connection is as good as before; after anything else it has to prove itself.
    if (error.kind() != Error::Kind::full) open_.reset();
    throw;
  }
  Totals& totals = open_->totals;
  outcome.count = totals.count;
  outcome.bytes = totals.bytes;
  open_->sizes.bind(1, std::int64_t{0});
  if (open_->sizes.step()) outcome.oldest = utc(open_->sizes.integer(1));
  open_->sizes.reset();
  if (totals.count == 0 && before.count > 0) shrink();
  return outcome;
}

/// What the order asked for is done: a failure to tidy up is none of it.
void SpoolFile::shrink() {
  std::error_code ignored;
  try {
    if (std::filesystem::file_size(path_, ignored) > worth_shrinking) open_->database.execute("VACUUM");
    open_->database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const Error&) {
    // the next time that it is empty
  }
}

void SpoolFile::erase(std::int64_t up_to) {
  if (up_to <= 0 || open_->totals.count == 0) return;
  Totals& totals = open_->totals;
  open_->sizes.bind(1, std::int64_t{0});
  while (open_->sizes.step()) {
    if (open_->sizes.integer(0) > up_to) break;
    --totals.count;
    totals.bytes -= static_cast<std::uint64_t>(open_->sizes.integer(2));
  }
  open_->sizes.reset();
  open_->remove.bind(1, std::numeric_limits<std::int64_t>::min()).bind(2, up_to).run();
}

/// Makes room for what is to come.
std::uint64_t SpoolFile::trim(const Order& order, UtcMillis now) {
  Totals& totals = open_->totals;
  std::uint64_t coming = 0;
  for (const auto& record : order.append) coming += size_of(record);
  std::int64_t last = 0;
  std::uint64_t dropped = 0;
  open_->sizes.bind(1, order.after);
  while (open_->sizes.step()) {
    const bool too_many = totals.count + order.append.size() > bounds_.count;
    const bool too_large = totals.bytes + coming > bounds_.bytes;
    const bool too_old = bounds_.age.count() > 0 && now - utc(open_->sizes.integer(1)) > bounds_.age;
    if (!too_many && !too_large && !too_old) break;
    last = open_->sizes.integer(0);
    --totals.count;
    totals.bytes -= static_cast<std::uint64_t>(open_->sizes.integer(2));
    ++dropped;
  }
  open_->sizes.reset();
  if (dropped > 0) open_->remove.bind(1, order.after).bind(2, last).run();
  return dropped;
}

void SpoolFile::append(const Order& order, Outcome& outcome) {
  Totals& totals = open_->totals;
  outcome.first_row = order.append.empty() ? 0 : totals.last_row + 1;
  for (const auto& record : order.append) {
    const auto bytes = size_of(record);
    open_->insert.bind(1, ++totals.last_row)
        .bind(2, std::int64_t{record.timestamp.time_since_epoch().count()})
        .bind(3, std::string_view{record.device})
        .bind(4, std::string_view{record.query})
        .bind(5, std::string_view{record.payload})
        .bind(6, static_cast<std::int64_t>(bytes))
        .bind(7, checksum(record))
        .run();
    ++totals.count;
    totals.bytes += bytes;
  }
}

void SpoolFile::load(const Order& order, Outcome& outcome) {
  if (order.load == 0) return;
  std::size_t bytes = 0;
  auto& read = open_->read;
  read.bind(1, order.after).bind(2, static_cast<std::int64_t>(order.load));
  while (bytes < load_bytes && read.step()) {
    StoredRecord stored{read.integer(0), {utc(read.integer(1)), read.text(2), read.text(3), read.text(4)}};
    outcome.loaded_up_to = stored.row;
    bytes += size_of(stored.record);
    if (checksum(stored.record) == read.integer(6)) {
      outcome.loaded.push_back(std::move(stored));
    } else {
      ++outcome.damaged;
    }
  }
  read.reset();
}

std::string SpoolFile::set_aside() {
  open_.reset();
  const auto aside = path_ + ".damaged";
  std::error_code ignored;
  // The log belongs to the database: a rescue needs both under the same name.
  for (const char* suffix : {"-wal", "-journal", ""}) {
    std::filesystem::remove(aside + suffix, ignored);
    std::filesystem::rename(path_ + suffix, aside + suffix, ignored);
  }
  return aside;
}

void SpoolFile::close() { open_.reset(); }

}  // namespace busbar::store
