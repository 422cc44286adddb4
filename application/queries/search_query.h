#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "domain/order/order.h"

namespace orders::application {

// What a search looks for:
//
//   query  = term { blank term }          all of them must be found, in any field
//   term   = word | word "*" | '"' words '"'
//
// A word stands for itself, whatever its case and accents; with "*" for every word that begins with
// it; quoted words stand side by side in that order. What is neither a letter nor a digit separates
// words: o-17 is found as "o 17" is. There is no other syntax.

inline constexpr std::size_t kSearchBytesMax = 256;
inline constexpr std::size_t kSearchTermsMax = 8;
/// Before a "*": fewer would be found in most orders.
inline constexpr std::size_t kSearchPrefixBytesMin = 2;

/// What is searched, in the order of the read model's columns.
enum class SearchField { kOrderId, kCustomerId, kSku, kTitle, kNote, kTrackingCode };
inline constexpr std::array kSearchFields{SearchField::kOrderId, SearchField::kCustomerId,
                                          SearchField::kSku,     SearchField::kTitle,
                                          SearchField::kNote,    SearchField::kTrackingCode};
/// "order_id": as fields are called in the API.
std::string_view SearchFieldName(SearchField field);

struct SearchTerm {
  std::string text;  ///< A word, or those of a phrase.
  bool is_prefix = false;
  bool operator==(const SearchTerm&) const = default;
};

/// Error: InvalidArgument with a violation of the field "query", which says at which byte it
/// stopped and what was expected there.
absl::StatusOr<std::vector<SearchTerm>> ParseSearchQuery(std::string_view text);

/// As a caller asks for it.
struct SearchRequest {
  std::string query;
  int page_size = 0;
  std::string page_token;
};

struct SearchHit {
  domain::OrderId order_id;
  domain::CustomerId customer_id;
  absl::Time create_time;
  std::vector<SearchField> matched;  ///< Where a term was found; one at least.
  std::uint64_t position = 0;        ///< Of the order's first event in the log.
};

struct SearchAnswer {
  std::vector<SearchHit> hits;  ///< Newest first: as the log has their first events.
  std::string next_page_token;
};

}  // namespace orders::application
