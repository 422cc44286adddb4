#pragma once

#include <array>
#include <string>
#include <string_view>

#include "application/ports/search_view_writer.h"
#include "application/queries/search_query.h"
#include "infrastructure/views/view_file.h"

namespace orders::infrastructure {

/// The tables of the search's read model.
///
/// search_orders: one row an order; `number` is the place of its first event in the log, so that
/// numbers follow the orders' age and are the same in every build. `doc` holds its lines' skus and
/// titles, its note and its tracking codes.
/// documents: the words of those that exist, an index of FTS5 without a copy of the texts, by the
/// same number. It is filled at the end of a build.
ViewSchema SearchSchema();

/// `doc` of a row.
std::string PackSearchDoc(const application::SearchOrderState& state);
/// False: the bytes are not what PackSearchDoc made.
bool UnpackSearchDoc(std::string_view bytes, application::SearchOrderState& state);

/// The texts that are indexed, one a field.
using SearchTexts = std::array<std::string, application::kSearchFields.size()>;
SearchTexts SearchTextsOf(const application::SearchOrderState& state);

/// What FTS5 is asked for. Every term is quoted: none can say more than it is.
std::string MatchExpression(const std::vector<application::SearchTerm>& terms);

}  // namespace orders::infrastructure
