#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/support/byte_buffer.h"

#include "infrastructure/node/grpc/call_access.h"
#include "infrastructure/node/grpc/node_state.h"
#include "infrastructure/node/grpc/read_request.h"

namespace eventstoredb {

/// What one step of a Read call gave.
struct ReadBatch {
  std::vector<grpc::ByteBuffer> messages;  ///< In order; each one ReadResp.
  bool must_wait = false;                  ///< Nothing more for now: see ReadSource::WhenReady.
  std::optional<absl::Status> end;         ///< The call's, after the messages.
};

/// Where a Read call's messages come from. Asked by one thread at a time.
class ReadSource {
 public:
  virtual ~ReadSource() = default;
  /// Reads from disk; for a thread that may wait.
  virtual ReadBatch Fetch() = 0;
  /// After `must_wait`: calls `ready` once when a Fetch may give something; must not block.
  virtual void WhenReady(absl::AnyInvocable<void()> ready) { ready(); }
};

// Of links the caller of `access` gets no targets that it may not read.

/// Errors: InvalidArgument, the filter's regex is broken or too large.
absl::StatusOr<std::unique_ptr<ReadSource>> MakePageSource(NodeState& state,
                                                           const CallAccess& access,
                                                           ReadRequest request);
std::unique_ptr<ReadSource> MakeSubscriptionSource(NodeState& state, const CallAccess& access,
                                                   ReadRequest request);

}  // namespace eventstoredb
