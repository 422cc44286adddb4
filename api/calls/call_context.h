#pragma once

#include <optional>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/call_context.h"
#include "application/caller.h"
#include "application/ports/id_source.h"

namespace orders::api {

struct CallLimits {
  absl::Duration deadline_default = absl::Seconds(10);  ///< When the client gives none.
  absl::Duration deadline_max = absl::Seconds(60);      ///< However much the client gives.
};

/// What a caller says beside the request: the value of a name in lower case, as "x-actor"; absent:
/// nothing.
using CallMetadata = absl::FunctionRef<std::optional<std::string_view>(std::string_view name)>;

/// `client` is InfiniteFuture when the client gave none.
absl::Time DeadlineOf(absl::Time client, absl::Time now, const CallLimits& limits);

/// Who calls, and in which trace. `caller`: who that is, if it was proven; null: not. From the
/// metadata:
///   x-actor           1 to 128 printable ASCII characters; absent: "anonymous". Of a caller who is
///                     not proven it is believed as it stands; else it stands behind the caller's
///                     name, as "shop-backend/ann".
///   x-correlation-id  the same; absent: one is made.
///   traceparent       W3C trace context; one that is malformed is left out, as that asks for.
/// Error: InvalidArgument with the field named as the metadata is.
absl::StatusOr<application::CallContext> MakeCallContext(CallMetadata metadata,
                                                         const application::Caller* caller,
                                                         absl::Time deadline,
                                                         application::IdSource& ids);

}  // namespace orders::api
