// SQLite as the daemon uses it: one connection, prepared statements, transactions. The one place that knows
// the library; what it reports becomes store::Error. Calls block: use them on a worker thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace busbar::store {

/// What went wrong with a file, for people; names the file and, where the system said one, its reason.
class Error : public std::runtime_error {
 public:
  enum class Kind {
    full,     ///< no space, quota or file size limit: may pass
    corrupt,  ///< no database, or a damaged one: it will stay so
    busy,     ///< another process holds it
    other,    ///< permissions, a missing directory, input or output errors
  };
  Error(Kind kind, const std::string& message) : std::runtime_error{message}, kind_{kind} {}
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

 private:
  Kind kind_;
};

class Statement;

class Database {
 public:
  /// `exclusive`: no other process may open it, and no shared memory file lies beside it.
  enum class Access { exclusive, shared };

  /// Opens or makes the file, in WAL mode; every commit is synced to the disk (SQLite documentation, "PRAGMA
  /// synchronous", FULL).
  Database(const std::string& path, Access access);

  void execute(const char* sql);
  [[nodiscard]] Statement prepare(const char* sql);
  /// The one integer that a query gives; 0 when it gives none.
  [[nodiscard]] std::int64_t integer(const char* sql);

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> connection_;
};

class Statement {
 public:
  Statement& bind(int index, std::int64_t value);     ///< from 1
  Statement& bind(int index, double value);           ///< from 1
  Statement& bind(int index, std::string_view text);  ///< copied
  Statement& bind_null(int index);
  /// True when there is a row to look at. After false the statement can be bound and stepped anew.
  bool step();
  /// For a statement that gives no rows.
  void run() {
    while (step()) {
    }
  }
  void reset() noexcept;
  [[nodiscard]] std::int64_t integer(int column) const;  ///< from 0
  [[nodiscard]] double real(int column) const;           ///< from 0
  [[nodiscard]] std::string text(int column) const;      ///< from 0

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  Statement(sqlite3* connection, const std::string* path, sqlite3_stmt* statement)
      : connection_{connection}, path_{path}, statement_{statement} {}
  void check(int code) const;

  sqlite3* connection_;
  const std::string* path_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// All or nothing: rolled back unless commit() was reached.
class Transaction {
 public:
  explicit Transaction(Database& database);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  void commit();

 private:
  Database* database_;
};

}  // namespace busbar::store
