#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace orders::infrastructure {

/// How events of older versions are read: one step for each version of a type, from the JSON body
/// of that version to the JSON body of the next. Immutable, thread-safe.
class Upcasters {
 public:
  struct Step {
    std::string type;
    int from_version = 1;
    absl::StatusOr<std::string> (*upcast)(std::string_view body) = nullptr;
  };

  /// For a log in which every type is at version 1, as today.
  static const Upcasters& None();

  /// A type's current version is one more than its last step's. Errors: InvalidArgument, the type
  /// is none of ours, or its steps are not exactly one for each version from 1 on.
  static absl::StatusOr<Upcasters> Create(std::vector<Step> steps);

  int CurrentVersion(std::string_view type) const;

  /// The body as of the current version. Errors: DataLoss, the version is not known, or a step
  /// could not read the body.
  absl::StatusOr<std::string> Upcast(std::string_view type, int version, std::string body) const;

 private:
  std::map<std::string, std::vector<Step>, std::less<>> steps_;  // By type, in order of version.
};

}  // namespace orders::infrastructure
