#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace eventstoredb {

/// Which events of $all are wanted (protocol section 3.8), by the name of their stream or of their
/// type. A link is judged by its own names, not by its target's.
struct Filter {
  enum class Subject { kStream, kEventType };

  Subject subject = Subject::kStream;
  /// Any of them begins the name. None: no event passes, unless `regex` says otherwise.
  std::vector<std::string> prefixes;
  /// RE2 syntax, found anywhere in the name, case-sensitive. Alone decides if it is not empty.
  std::string regex;

  static Filter StreamPrefixes(std::vector<std::string> prefixes) {
    return {Subject::kStream, std::move(prefixes), {}};
  }
  static Filter EventTypePrefixes(std::vector<std::string> prefixes) {
    return {Subject::kEventType, std::move(prefixes), {}};
  }
};

/// A filter made ready to be asked often. Thread-safe; the cost of a question is linear in the
/// name.
class FilterMatcher {
 public:
  /// Errors: InvalidArgument, the regex is broken, over 1,024 bytes, or needs over 1 MiB.
  static absl::StatusOr<FilterMatcher> Create(Filter filter);
  FilterMatcher(FilterMatcher&&) noexcept;
  FilterMatcher& operator=(FilterMatcher&&) noexcept;
  ~FilterMatcher();

  Filter::Subject subject() const { return filter_.subject; }
  /// Whether an event whose stream or type (see `subject`) has this name passes.
  bool Passes(std::string_view name) const;

 private:
  struct Regex;
  FilterMatcher(Filter filter, std::unique_ptr<Regex> regex);

  Filter filter_;
  std::unique_ptr<Regex> regex_;
};

}  // namespace eventstoredb
