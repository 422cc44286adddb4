#pragma once

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "infrastructure/eventstoredb/client/call_context.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/connection.h"

namespace eventstoredb::client {

class AppendOperation;
class BatchCall;
class Connector;

/// The one BatchAppend call that appends share (protocol section 3.14). Opened by the first append,
/// and anew by the first one after it broke or the connection changed. Thread-safe.
class BatchAppender {
 public:
  /// All must outlive the calls that it opens; `calls` ends those.
  BatchAppender(Connector& connector, const CallHeaders& headers, CallRegistry& calls)
      : connector_(connector), headers_(headers), calls_(calls) {}

  /// Ends in an answer to `append`, or in its Failed.
  void Send(const std::shared_ptr<Connection>& connection,
            const std::shared_ptr<AppendOperation>& append);

  /// Forgets the call. When none is open any more.
  void Close();

 private:
  /// The call to use: not `ended`, and on `connection` or a newer one. Null: the client is closing.
  std::shared_ptr<BatchCall> CallOn(const std::shared_ptr<Connection>& connection,
                                    const std::shared_ptr<BatchCall>& ended);

  Connector& connector_;
  const CallHeaders& headers_;
  CallRegistry& calls_;

  absl::Mutex mutex_;
  std::shared_ptr<BatchCall> call_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace eventstoredb::client
