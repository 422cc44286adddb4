#include "eventstoredb/filter.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include <re2/re2.h>

namespace eventstoredb {
namespace {

constexpr std::size_t kRegexBytesMax = 1'024;
constexpr std::int64_t kRegexMemoryMax = 1 << 20;

}  // namespace

struct FilterMatcher::Regex {
  Regex(const std::string& pattern, const RE2::Options& options) : compiled(pattern, options) {}
  RE2 compiled;
};

absl::StatusOr<FilterMatcher> FilterMatcher::Create(Filter filter) {
  if (filter.regex.empty()) return FilterMatcher(std::move(filter), nullptr);
  if (filter.regex.size() > kRegexBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("the filter's regular expression has ",
                                                   filter.regex.size(), " bytes; at most ",
                                                   kRegexBytesMax, " are taken"));
  }
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kRegexMemoryMax);
  auto regex = std::make_unique<Regex>(filter.regex, options);
  if (!regex->compiled.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the filter's regular expression is not valid: ", regex->compiled.error()));
  }
  return FilterMatcher(std::move(filter), std::move(regex));
}

FilterMatcher::FilterMatcher(Filter filter, std::unique_ptr<Regex> regex)
    : filter_(std::move(filter)), regex_(std::move(regex)) {}
FilterMatcher::FilterMatcher(FilterMatcher&&) noexcept = default;
FilterMatcher& FilterMatcher::operator=(FilterMatcher&&) noexcept = default;
FilterMatcher::~FilterMatcher() = default;

bool FilterMatcher::Passes(std::string_view name) const {
  if (regex_ != nullptr) {
    return RE2::PartialMatch(re2::StringPiece(name.data(), name.size()), regex_->compiled);
  }
  return std::any_of(filter_.prefixes.begin(), filter_.prefixes.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

}  // namespace eventstoredb
