#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

#include "application/queries/list_filter.h"
#include "tests/fuzz/fuzz_target.h"

// The input: a filter as a caller sends it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using orders::fuzz::Demand;
  namespace application = orders::application;

  const std::string text(orders::fuzz::AsText(data, size));
  const auto filter = application::ParseOrderFilter(text);
  if (!filter.ok()) {
    Demand(filter.status().code() == absl::StatusCode::kInvalidArgument,
           "a filter that is refused is InvalidArgument");
    return 0;
  }
  Demand(text.size() <= application::kFilterBytesMax, "a long filter is refused");
  Demand(filter->terms.size() <= application::kFilterTermsMax, "a filter has few terms");

  const std::string twice = text + " AND " + text;
  if (filter->terms.empty() || twice.size() > application::kFilterBytesMax ||
      2 * filter->terms.size() > application::kFilterTermsMax) {
    return 0;
  }
  const auto joined = application::ParseOrderFilter(twice);
  Demand(joined.ok(), "two filters joined by AND are a filter");
  std::vector<application::FilterTerm> terms = filter->terms;
  terms.insert(terms.end(), filter->terms.begin(), filter->terms.end());
  Demand(joined->terms == terms, "AND keeps the terms of both sides, in order");
  return 0;
}
