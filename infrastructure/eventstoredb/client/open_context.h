#pragma once

#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/client_context.h"

namespace eventstoredb::client {

/// The context of one call and the channel below it, which gRPC lets a context own too. Let go in
/// OnDone, the context first, so that the channel ends where ChannelFactory wants it to.
class OpenContext {
 public:
  /// Before the call starts.
  void Keep(std::shared_ptr<const void> channel) { channel_ = std::move(channel); }
  /// Until Release.
  grpc::ClientContext& operator*() { return *context_; }
  grpc::ClientContext* operator->() { return context_.get(); }

  /// From any thread, also after Release.
  void Cancel() {
    absl::MutexLock lock(&mutex_);
    if (context_ != nullptr) context_->TryCancel();
  }
  void Release() {
    absl::MutexLock lock(&mutex_);
    context_ = nullptr;
    channel_ = nullptr;
  }

 private:
  absl::Mutex mutex_;  ///< Of Release against Cancel.
  std::shared_ptr<const void> channel_;
  std::unique_ptr<grpc::ClientContext> context_ = std::make_unique<grpc::ClientContext>();
};

}  // namespace eventstoredb::client
