#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sqlite {

/// A prepared statement. Used by one thread at a time, and not beyond its Database. An error of a
/// Bind is kept and answered by the next Step or Run, so that binds read as one line each.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept { *this = std::move(other); }
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  /// Parameters count from 1. Text and blobs are copied.
  Statement& BindInt64(int index, std::int64_t value);
  Statement& BindDouble(int index, double value);
  Statement& BindText(int index, std::string_view value);
  Statement& BindBlob(int index, std::string_view value);
  Statement& BindNull(int index);
  /// Not copied: `value` must stay until the statement is reset or bound anew.
  Statement& BindTextView(int index, std::string_view value);
  Statement& BindBlobView(int index, std::string_view value);

  /// True: a row is there to be read. False: done. After an error or the end, Reset comes first.
  absl::StatusOr<bool> Step();
  /// Steps to the end, ignoring rows, and resets.
  absl::Status Run();
  /// Makes the statement ready to bind and step again; ends its read. Bindings stay.
  void Reset();

  /// Columns count from 0, of the row that Step found. Views live until the next Step or Reset.
  std::int64_t ColumnInt64(int index) const;
  double ColumnDouble(int index) const;
  std::string_view ColumnText(int index) const;
  std::string_view ColumnBlob(int index) const;
  bool ColumnIsNull(int index) const;
  int column_count() const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement& NoteBind(int code);

  sqlite3_stmt* statement_ = nullptr;
  int bind_code_ = 0;
};

/// Resets a statement at the end of a scope, so that no early return leaves a read open.
class ResetAtExit {
 public:
  explicit ResetAtExit(Statement& statement) : statement_(statement) {}
  ~ResetAtExit() { statement_.Reset(); }
  ResetAtExit(const ResetAtExit&) = delete;
  ResetAtExit& operator=(const ResetAtExit&) = delete;

 private:
  Statement& statement_;
};

}  // namespace sqlite
