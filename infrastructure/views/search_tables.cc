#include "infrastructure/views/search_tables.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

#include "application/queries/token_codec.h"
#include "domain/order/absl_view.h"

namespace orders::infrastructure {
namespace {

using application::SearchedLine;
using application::SearchField;
using application::SearchOrderState;

// Between the texts of two lines: a word that nobody writes (of Unicode's private use, which the
// tokenizer takes for a letter), so that no phrase is found across them.
constexpr char kBetweenTexts[] = " \uE000 ";

// Of a count that was damaged no more is believed than the bytes can hold.
template <typename Each>
bool EachOf(application::TokenReader& packed, Each each) {
  for (std::uint64_t count = packed.Number(); count > 0 && packed.ok(); --count) each();
  return packed.ok();
}

}  // namespace

ViewSchema SearchSchema() {
  std::vector<std::string> fields;
  for (const SearchField field : application::kSearchFields) {
    fields.emplace_back(application::SearchFieldName(field));
  }
  return {.name = "search",
          .version = 1,
          .tables =
              absl::StrCat("CREATE TABLE search_orders("
                           " number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,"
                           " customer_id TEXT NOT NULL, is_created INTEGER NOT NULL,"
                           " create_time INTEGER NOT NULL, revision INTEGER NOT NULL,"
                           " text_revision INTEGER NOT NULL, doc BLOB NOT NULL);"
                           "CREATE VIRTUAL TABLE documents USING fts5(",
                           absl::StrJoin(fields, ","),
                           ", content='', columnsize=0, tokenize='unicode61 remove_diacritics 2');"
                           // What one commit adds becomes one segment, also at the end of a build.
                           "INSERT INTO documents(documents,rank) VALUES('hashsize',16777216);")};
}

std::string PackSearchDoc(const SearchOrderState& state) {
  application::TokenWriter packed;
  packed.Number(state.lines.size());
  for (const SearchedLine& line : state.lines) {
    packed.Number(static_cast<std::uint64_t>(line.id.value));
    packed.Text(line.sku);
    packed.Text(line.title);
  }
  packed.Text(state.note);
  packed.Number(state.tracking_codes.size());
  for (const std::string& code : state.tracking_codes) packed.Text(code);
  return packed.bytes();
}

bool UnpackSearchDoc(std::string_view bytes, SearchOrderState& state) {
  application::TokenReader packed(bytes);
  const bool has_lines = EachOf(packed, [&] {
    SearchedLine& line = state.lines.emplace_back();
    line.id.value = static_cast<std::int32_t>(packed.Number());
    line.sku = packed.Text();
    line.title = packed.Text();
  });
  if (!has_lines) return false;
  state.note = packed.Text();
  return EachOf(packed, [&] { state.tracking_codes.push_back(packed.Text()); }) && packed.AtEnd();
}

SearchTexts SearchTextsOf(const SearchOrderState& state) {
  std::vector<absl::string_view> skus;
  std::vector<absl::string_view> titles;
  for (const SearchedLine& line : state.lines) {
    skus.push_back(line.sku);
    titles.push_back(line.title);
  }
  return {state.order_id.value,
          state.customer_id.value,
          absl::StrJoin(skus, kBetweenTexts),
          absl::StrJoin(titles, kBetweenTexts),
          state.note,
          absl::StrJoin(state.tracking_codes, kBetweenTexts)};
}

std::string MatchExpression(const std::vector<application::SearchTerm>& terms) {
  std::vector<std::string> quoted;
  quoted.reserve(terms.size());
  for (const application::SearchTerm& term : terms) {
    quoted.push_back(absl::StrCat("\"", absl::StrReplaceAll(term.text, {{"\"", "\"\""}}), "\"",
                                  term.is_prefix ? "*" : ""));
  }
  return absl::StrJoin(quoted, " AND ");
}

}  // namespace orders::infrastructure
