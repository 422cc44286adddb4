#include "infrastructure/node/log_meta.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb {

absl::StatusOr<std::optional<std::string>> GetMeta(sqlite::Database& database,
                                                   std::string_view key) {
  absl::StatusOr<sqlite::Statement*> get =
      database.PrepareCached("SELECT value FROM meta WHERE key=?");
  if (!get.ok()) return get.status();
  const sqlite::ResetAtExit reset(**get);
  const absl::StatusOr<bool> row = (*get)->BindText(1, key).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  return std::string((*get)->ColumnText(0));
}

absl::Status PutMeta(sqlite::Database& database, std::string_view key, const std::string& value) {
  absl::StatusOr<sqlite::Statement*> put =
      database.PrepareCached("INSERT OR REPLACE INTO meta(key,value) VALUES(?,?)");
  if (!put.ok()) return put.status();
  return (*put)->BindText(1, key).BindText(2, value).Run();
}

absl::StatusOr<std::uint64_t> GetMetaNumber(sqlite::Database& database, std::string_view key) {
  const absl::StatusOr<std::optional<std::string>> text = GetMeta(database, key);
  if (!text.ok()) return text.status();
  std::uint64_t number = 0;
  if (text->has_value() && !absl::SimpleAtoi(**text, &number)) {
    return absl::DataLossError(absl::StrCat("meta ", std::string(key), " is not a number"));
  }
  return number;
}

}  // namespace eventstoredb
