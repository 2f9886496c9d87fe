// The calls into SQLite, and what its result codes mean here.
#include "store/database.hpp"

#include <cerrno>
#include <cstring>
#include <sqlite3.h>
#include <utility>

namespace busbar::store {

namespace {

/// How long another process may hold a shared file: a person who looks at it with the sqlite3 program.
constexpr int patience_ms = 2000;

bool is_no_space(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

Error::Kind kind_of(int code, int system_error) {
  switch (code & 0xFF) {  // the extended code has its primary code in the low byte
    case SQLITE_FULL:
      return Error::Kind::full;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error::Kind::corrupt;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error::Kind::busy;
    case SQLITE_IOERR:
      return is_no_space(system_error) ? Error::Kind::full : Error::Kind::other;
    default:
      return Error::Kind::other;
  }
}

/// To be asked before any other call: it replaces what went wrong by what went wrong last.
Error describe(sqlite3* connection, const std::string& path, int code) {
  // The library keeps the system's number for few of its errors, but leaves it where it was.
  const int left_over = errno;
  const int kept = connection == nullptr ? 0 : sqlite3_system_errno(connection);
  const int system_error = kept != 0 ? kept : left_over;
  const int extended = connection == nullptr ? code : sqlite3_extended_errcode(connection);
  const auto kind = kind_of(extended, system_error);
  std::string text =
      path + ": " + (connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(connection));
  const bool of_the_system = (extended & 0xFF) == SQLITE_IOERR || (extended & 0xFF) == SQLITE_CANTOPEN ||
                             (extended & 0xFF) == SQLITE_FULL;
  if (of_the_system && system_error != 0) text += std::string{" ("} + std::strerror(system_error) + ")";
  if (kind == Error::Kind::busy) text += "; does another busbar use the same file?";
  return Error{kind, text};
}

[[noreturn]] void fail(sqlite3* connection, const std::string& path, int code) {
  throw describe(connection, path, code);
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }

Database::Database(const std::string& path, Access access) : path_{path} {
  sqlite3* connection = nullptr;
  errno = 0;
  const int code = sqlite3_open_v2(path.c_str(), &connection,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  connection_.reset(connection);
  if (code != SQLITE_OK) fail(connection, path_, code);
  sqlite3_extended_result_codes(connection, 1);
  if (access == Access::shared) sqlite3_busy_timeout(connection, patience_ms);
  // Before the journal mode: only then does SQLite do without shared memory ("Write-Ahead Logging",
  // section 8).
  if (access == Access::exclusive) execute("PRAGMA locking_mode=EXCLUSIVE");
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=FULL");
  execute("PRAGMA journal_size_limit=1048576");
}

void Database::execute(const char* sql) {
  errno = 0;
  const int code = sqlite3_exec(connection_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(connection_.get(), path_, code);
}

Statement Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(connection_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) fail(connection_.get(), path_, code);
  return Statement{connection_.get(), &path_, statement};
}

std::int64_t Database::integer(const char* sql) {
  auto statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

void Statement::check(int code) const {
  if (code != SQLITE_OK) fail(connection_, *path_, code);
}

Statement& Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), index, value));
  return *this;
}

Statement& Statement::bind(int index, double value) {
  check(sqlite3_bind_double(statement_.get(), index, value));
  return *this;
}

Statement& Statement::bind(int index, std::string_view text) {
  check(
      sqlite3_bind_text64(statement_.get(), index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_null(int index) {
  check(sqlite3_bind_null(statement_.get(), index));
  return *this;
}

bool Statement::step() {
  errno = 0;
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) {
    const auto error = describe(connection_, *path_, code);
    sqlite3_reset(statement_.get());
    throw error;
  }
  sqlite3_reset(statement_.get());
  return false;
}

void Statement::reset() noexcept { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return text == nullptr ? std::string{} : std::string{reinterpret_cast<const char*>(text), size};
}

Transaction::Transaction(Database& database) : database_{&database} { database.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  try {
    database_->execute("ROLLBACK");
  } catch (const Error&) {
    // SQLite has rolled back by itself, as it does when the disk is full
  }
}

void Transaction::commit() {
  database_->execute("COMMIT");
  database_ = nullptr;
}

}  // namespace busbar::store
