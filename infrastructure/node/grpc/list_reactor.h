#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {

/// Answers with a list that is known as a whole, one message in flight. Whoever made it calls Send
/// once, from any thread.
template <typename Message>
class ListReactor final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit ListReactor(grpc::CallbackServerContext& context) : context_(context) {}

  void Send(absl::StatusOr<std::vector<Message>> messages) {
    if (!messages.ok()) return this->Finish(ToGrpcStatus(messages.status(), "", context_));
    messages_ = *std::move(messages);
    Next();
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return this->Finish(grpc::Status::CANCELLED);
    Next();
  }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (sent_ == messages_.size()) return this->Finish(grpc::Status::OK);
    this->StartWrite(&messages_[sent_++]);
  }

  grpc::CallbackServerContext& context_;
  std::vector<Message> messages_;
  std::size_t sent_ = 0;
};

}  // namespace eventstoredb
