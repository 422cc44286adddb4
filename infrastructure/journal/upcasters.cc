#include "infrastructure/journal/upcasters.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"

#include "infrastructure/journal/event_codec.h"

namespace orders::infrastructure {

const Upcasters& Upcasters::None() {
  static const auto* none = new Upcasters();
  return *none;
}

absl::StatusOr<Upcasters> Upcasters::Create(std::vector<Step> steps) {
  Upcasters upcasters;
  for (Step& step : steps) {
    if (!IsKnownEventType(step.type)) {
      return absl::InvalidArgumentError(absl::StrCat("upcaster of an unknown type: ", step.type));
    }
    if (step.upcast == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("upcaster without a function: ", step.type));
    }
    std::vector<Step>& of_type = upcasters.steps_[step.type];
    of_type.push_back(std::move(step));
  }
  for (auto& [type, of_type] : upcasters.steps_) {
    std::sort(of_type.begin(), of_type.end(),
              [](const Step& a, const Step& b) { return a.from_version < b.from_version; });
    for (std::size_t i = 0; i < of_type.size(); ++i) {
      if (of_type[i].from_version != static_cast<int>(i) + 1) {
        return absl::InvalidArgumentError(
            absl::StrCat(type, ": exactly one upcaster is needed from version ", i + 1));
      }
    }
  }
  return upcasters;
}

int Upcasters::CurrentVersion(std::string_view type) const {
  const auto found = steps_.find(type);
  return found == steps_.end() ? 1 : static_cast<int>(found->second.size()) + 1;
}

absl::StatusOr<std::string> Upcasters::Upcast(std::string_view type, int version,
                                              std::string body) const {
  const int current = CurrentVersion(type);
  if (version < 1 || version > current) {
    return absl::DataLossError(
        absl::StrCat("schemaVersion: ", version, " of ", std::string(type), " is not known"));
  }
  if (version == current) return body;
  const std::vector<Step>& of_type = steps_.find(type)->second;
  for (int from = version; from < current; ++from) {
    absl::StatusOr<std::string> next = of_type[static_cast<std::size_t>(from - 1)].upcast(body);
    if (!next.ok()) {
      return absl::DataLossError(absl::StrCat("upcaster of ", std::string(type), " from version ",
                                              from, ": ", next.status().message()));
    }
    body = *std::move(next);
  }
  return body;
}

}  // namespace orders::infrastructure
