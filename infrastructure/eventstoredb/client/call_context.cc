#include "infrastructure/eventstoredb/client/call_context.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace eventstoredb::client {

void CallHeaders::Write(const CallOptions& call, absl::Time deadline,
                        grpc::ClientContext& context) const {
  const std::optional<Credentials>& credentials =
      call.credentials.has_value() ? call.credentials : credentials_;
  // Never in the clear: official clients do the same.
  if (tls_ && credentials.has_value()) {
    const std::string pair = absl::StrCat(credentials->user, ":", credentials->password);
    context.AddMetadata("authorization", absl::StrCat("Basic ", absl::Base64Escape(pair)));
  }
  context.AddMetadata("connection-name", connection_name_);
  if (call.requires_leader) context.AddMetadata("requires-leader", "true");
  SetDeadline(deadline, context);
}

void SetDeadline(absl::Time deadline, grpc::ClientContext& context) {
  if (deadline < absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
}

}  // namespace eventstoredb::client
