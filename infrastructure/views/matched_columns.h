#pragma once

#include "absl/status/status.h"

#include "infrastructure/sqlite/database.h"

namespace orders::infrastructure {

/// Gives the connection an auxiliary function of FTS5 (https://sqlite.org/fts5.html, section 7):
/// matched_columns(table) has a bit for each column of the row in which a phrase of the query was
/// found, the first column's the lowest. Once for each connection.
absl::Status AddMatchedColumns(sqlite::Database& database);

}  // namespace orders::infrastructure
