#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

#include "event_store/client/streams.pb.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/eventstoredb/client/operation.h"

namespace eventstoredb::client {

class BatchCall;

/// One append: over the shared BatchAppend call where the server has it and the caller brings no
/// credentials, else over an Append call of its own (client checks 30 to 32).
class AppendOperation final : public Operation {
 public:
  /// `request` is valid, with an id for each event and a deadline.
  AppendOperation(std::shared_ptr<ClientCore> core, AppendRequest request, CallOptions options,
                  AppendCallback done);

  const AppendRequest& request() const { return request_; }
  void Answered(const event_store::client::streams::BatchAppendResp& answer);
  void Answered(const event_store::client::streams::AppendResp& answer);
  /// Where to say that it does not wait any more.
  void IsSentOver(std::weak_ptr<BatchCall> call, const Uuid& correlation);
  void Expire() override;

 protected:
  void Send(std::shared_ptr<Connection> connection) override;
  bool IsRepeatable() const override;
  void Tell(const absl::Status& error) override { done_(error); }

 private:
  std::shared_ptr<AppendOperation> Self() {
    return std::static_pointer_cast<AppendOperation>(shared_from_this());
  }
  void Succeed(const AppendResult& result) {
    if (Finish()) done_(result);
  }

  const AppendRequest request_;
  AppendCallback done_;  ///< Of the one for whom Finish was true.
  absl::Mutex sent_mutex_;
  std::pair<std::weak_ptr<BatchCall>, Uuid> sent_over_ ABSL_GUARDED_BY(sent_mutex_);
};

}  // namespace eventstoredb::client
