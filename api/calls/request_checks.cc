#include "api/calls/request_checks.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "domain/order/text_rules.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

bool IsLine(const std::string& text) {
  return text.size() <= domain::kTextBytesMax &&
         domain::FindTextFault(text, /*lines_allowed=*/false) == domain::TextFault::kNone;
}

}  // namespace

absl::Status Violated(const char* field, std::string description) {
  return domain::ToStatus({{.field = field, .description = std::move(description)}});
}

absl::Status CheckStoreName(const char* field, const std::string& name) {
  if (name.size() <= kStoreNameBytesMax && name.find('\0') == std::string::npos) {
    return absl::OkStatus();
  }
  return Violated(field,
                  absl::StrCat("takes at most ", kStoreNameBytesMax, " bytes, none of them 0"));
}

void CheckLine(const std::string& text, const std::string& field, Violations& violations) {
  if (IsLine(text)) return;
  violations.push_back({field, absl::StrCat("takes at most ", domain::kTextBytesMax,
                                            " bytes of UTF-8 on one line")});
}

void CheckReason(const std::string& reason, Violations& violations) {
  if (!reason.empty() && IsLine(reason)) return;
  violations.push_back({"reason", absl::StrCat("say why, in 1 to ", domain::kTextBytesMax,
                                               " bytes of UTF-8 on one line")});
}

absl::Status CheckReason(const std::string& reason) {
  Violations violations;
  CheckReason(reason, violations);
  return violations.empty() ? absl::OkStatus() : domain::ToStatus(violations);
}

}  // namespace orders::api
