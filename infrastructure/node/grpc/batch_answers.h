#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "event_store/client/streams.pb.h"
#include "eventstoredb/types.h"
#include "infrastructure/node/grpc/batch_assembly.h"

namespace eventstoredb {

/// The answer to one batch of BatchAppend: what was appended, or an error with the detail that
/// clients switch on (protocol section 2.5).
event_store::client::streams::BatchAppendResp ToBatchAnswer(
    const BatchAddress& address, const absl::StatusOr<AppendResult>& result);

}  // namespace eventstoredb
