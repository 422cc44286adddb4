#include "infrastructure/sqlite/statement.h"

#include <sqlite3.h>

#include "absl/strings/str_cat.h"

#include "infrastructure/sqlite/status.h"

namespace sqlite {
namespace {

// SQLite takes a null pointer for NULL; an empty text or blob needs an address.
const char* Address(std::string_view value) { return value.data() == nullptr ? "" : value.data(); }

}  // namespace

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(statement_, other.statement_);
  std::swap(bind_code_, other.bind_code_);
  return *this;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::NoteBind(int code) {
  if (bind_code_ == SQLITE_OK) bind_code_ = code;
  return *this;
}

Statement& Statement::BindInt64(int index, std::int64_t value) {
  return NoteBind(sqlite3_bind_int64(statement_, index, value));
}

Statement& Statement::BindDouble(int index, double value) {
  return NoteBind(sqlite3_bind_double(statement_, index, value));
}

Statement& Statement::BindText(int index, std::string_view value) {
  return NoteBind(sqlite3_bind_text64(statement_, index, Address(value), value.size(),
                                      SQLITE_TRANSIENT, SQLITE_UTF8));
}

Statement& Statement::BindBlob(int index, std::string_view value) {
  return NoteBind(
      sqlite3_bind_blob64(statement_, index, Address(value), value.size(), SQLITE_TRANSIENT));
}

Statement& Statement::BindNull(int index) { return NoteBind(sqlite3_bind_null(statement_, index)); }

Statement& Statement::BindTextView(int index, std::string_view value) {
  return NoteBind(sqlite3_bind_text64(statement_, index, Address(value), value.size(),
                                      SQLITE_STATIC, SQLITE_UTF8));
}

Statement& Statement::BindBlobView(int index, std::string_view value) {
  return NoteBind(
      sqlite3_bind_blob64(statement_, index, Address(value), value.size(), SQLITE_STATIC));
}

absl::StatusOr<bool> Statement::Step() {
  if (bind_code_ != SQLITE_OK) {
    const int code = std::exchange(bind_code_, SQLITE_OK);
    return ToStatus(code, absl::StrCat("bind: ", sqlite3_sql(statement_)));
  }
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* const db = sqlite3_db_handle(statement_);
  return ToStatus(sqlite3_extended_errcode(db), sqlite3_errmsg(db));
}

absl::Status Statement::Run() {
  const ResetAtExit reset(*this);
  while (true) {
    const absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

void Statement::Reset() {
  // Repeats the error of the last step, which Step has answered already.
  sqlite3_reset(statement_);
}

std::int64_t Statement::ColumnInt64(int index) const {
  return sqlite3_column_int64(statement_, index);
}

double Statement::ColumnDouble(int index) const { return sqlite3_column_double(statement_, index); }

std::string_view Statement::ColumnText(int index) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, index));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, index))};
}

std::string_view Statement::ColumnBlob(int index) const {
  const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement_, index));
  if (blob == nullptr) return {};
  return {blob, static_cast<std::size_t>(sqlite3_column_bytes(statement_, index))};
}

bool Statement::ColumnIsNull(int index) const {
  return sqlite3_column_type(statement_, index) == SQLITE_NULL;
}

int Statement::column_count() const { return sqlite3_column_count(statement_); }

}  // namespace sqlite
