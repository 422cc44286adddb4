#include "infrastructure/views/matched_columns.h"

#include <cstdint>

#include <sqlite3.h>

#include "infrastructure/sqlite/status.h"

namespace orders::infrastructure {
namespace {

void MatchedColumns(const Fts5ExtensionApi* api, Fts5Context* fts, sqlite3_context* context,
                    int /*value_count*/, sqlite3_value** /*values*/) {
  std::int64_t columns = 0;
  const int phrases = api->xPhraseCount(fts);
  for (int phrase = 0; phrase < phrases; ++phrase) {
    Fts5PhraseIter place;
    int column = -1;
    const int code = api->xPhraseFirstColumn(fts, phrase, &place, &column);
    if (code != SQLITE_OK) return sqlite3_result_error_code(context, code);
    for (; column >= 0; api->xPhraseNextColumn(fts, &place, &column)) {
      columns |= std::int64_t{1} << column;
    }
  }
  sqlite3_result_int64(context, columns);
}

// Null: this SQLite has no FTS5.
fts5_api* FindFts5(sqlite3* handle) {
  fts5_api* found = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&found), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return found;
}

}  // namespace

absl::Status AddMatchedColumns(sqlite::Database& database) {
  fts5_api* const fts5 = FindFts5(database.handle());
  if (fts5 == nullptr) return absl::InternalError("this SQLite has no FTS5");
  const int code = fts5->xCreateFunction(fts5, "matched_columns", nullptr, MatchedColumns, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : sqlite::ToStatus(code, "matched_columns");
}

}  // namespace orders::infrastructure
