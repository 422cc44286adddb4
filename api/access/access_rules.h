#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"

#include "application/caller.h"

namespace orders::api {

/// Who may call an rpc, as its option orders.v1.access says.
struct AccessRule {
  application::Role role = application::Role::kAdmin;  ///< The least one that is needed.
  bool for_customers = false;  ///< Whether callers that are bound to a customer may, for theirs.
  int cost = 1;                ///< Calls that it counts as, where calls a second are limited.
};

/// Error: Internal, the rpc states no rule, or one that says nothing: nobody may call it.
absl::StatusOr<AccessRule> RuleOf(const google::protobuf::MethodDescriptor& method);

/// "ListOrders: states no rule": what is wrong with the rules of all rpcs of `file`. The build
/// fails on any.
std::vector<std::string> RuleErrors(const google::protobuf::FileDescriptor& file);

/// "read", "write" or "admin".
std::string_view RoleName(application::Role role);

}  // namespace orders::api
