#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "application/queries/search_query.h"
#include "infrastructure/sqlite/database.h"
#include "infrastructure/sqlite/statement.h"
#include "infrastructure/views/search_tables.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

std::unique_ptr<sqlite::Database> MakeIndex() {
  auto database = sqlite::Database::Open({.path = ":memory:"});
  orders::fuzz::Demand(database.ok(), "a database in memory opens");
  const auto made = (*database)->Execute(orders::infrastructure::SearchSchema().tables);
  orders::fuzz::Demand(made.ok(), "the tables are made");
  return *std::move(database);
}

}  // namespace

// The input: a search as a caller sends it. What is taken never is an error of the index.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace application = orders::application;
  static const std::unique_ptr<sqlite::Database> index = MakeIndex();

  const std::string text(orders::fuzz::AsText(data, size));
  const auto terms = application::ParseSearchQuery(text);
  if (!terms.ok()) {
    Demand(terms.status().code() == absl::StatusCode::kInvalidArgument,
           "a search that is refused is InvalidArgument");
    return 0;
  }
  Demand(text.size() <= application::kSearchBytesMax, "a long search is refused");
  Demand(!terms->empty() && terms->size() <= application::kSearchTermsMax,
         "a search has a few terms");

  auto read = index->PrepareCached("SELECT rowid FROM documents WHERE documents MATCH ?");
  Demand(read.ok(), "the statement is good");
  (*read)->BindText(1, orders::infrastructure::MatchExpression(*terms));
  const sqlite::ResetAtExit reset(**read);
  Demand((*read)->Step().ok(), "the index takes what a search comes to");
  return 0;
}
