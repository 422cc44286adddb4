#include "api/access/access_rules.h"

#include <string_view>

#include "absl/strings/str_cat.h"

#include "orders/v1/access.pb.h"

namespace orders::api {
namespace {

using application::Role;

constexpr int kCostMax = 1'000;

}  // namespace

absl::StatusOr<AccessRule> RuleOf(const google::protobuf::MethodDescriptor& method) {
  const auto wrong = [&method](const char* what) {
    return absl::InternalError(absl::StrCat(method.full_name(), ": ", what));
  };
  if (!method.options().HasExtension(v1::access)) return wrong("states no rule of access");
  const v1::AccessRule& stated = method.options().GetExtension(v1::access);
  if (stated.cost() < 0 || stated.cost() > kCostMax) return wrong("costs 0 to 1,000 calls");
  AccessRule rule{.for_customers = stated.for_customers(),
                  .cost = stated.cost() == 0 ? 1 : stated.cost()};
  switch (stated.role()) {
    case v1::ROLE_READ:
      rule.role = Role::kRead;
      return rule;
    case v1::ROLE_WRITE:
      rule.role = Role::kWrite;
      return rule;
    case v1::ROLE_ADMIN:
      if (rule.for_customers) return wrong("is for administrators, and for customers too");
      rule.role = Role::kAdmin;
      return rule;
    default:
      return wrong("states no role that is known");
  }
}

std::vector<std::string> RuleErrors(const google::protobuf::FileDescriptor& file) {
  std::vector<std::string> errors;
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      const absl::Status status = RuleOf(*service.method(j)).status();
      if (!status.ok()) errors.emplace_back(status.message());
    }
  }
  return errors;
}

std::string_view RoleName(Role role) {
  switch (role) {
    case Role::kRead:
      return "read";
    case Role::kWrite:
      return "write";
    case Role::kAdmin:
      return "admin";
  }
  return "";
}

}  // namespace orders::api
