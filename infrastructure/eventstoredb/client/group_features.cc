#include "infrastructure/eventstoredb/client/group_features.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace eventstoredb::client {

ErrorDetails AboutGroup(const GroupId& id) {
  return {.stream = id.stream.value_or(""), .group = id.group};
}

absl::Status CheckGroupsOffered(const ServerFeatures& features, const std::string& method,
                                bool of_all, const ErrorDetails& about) {
  const bool is_offered =
      features.names_methods()
          ? features.Has("event_store.client.persistent_subscriptions.persistentsubscriptions",
                         method, of_all ? "all" : "stream")
          : !of_all;
  if (is_offered) return absl::OkStatus();
  ErrorDetails details = about;
  details.kind = ErrorKind::kUnsupported;
  return MakeError(
      absl::StatusCode::kUnimplemented,
      absl::StrCat("the server does not offer \"", method, "\" of persistent subscriptions",
                   of_all ? " over all streams" : ""),
      details);
}

UnaryDescription GroupCall(Effect effect, std::string method, bool of_all, ErrorDetails about) {
  return {.effect = effect,
          .about = about,
          .check = [method = std::move(method), of_all, about](const ServerFeatures& features) {
            return CheckGroupsOffered(features, method, of_all, about);
          }};
}

}  // namespace eventstoredb::client
