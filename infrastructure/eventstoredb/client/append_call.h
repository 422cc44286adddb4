#pragma once

#include <cstddef>
#include <memory>

#include "grpcpp/client_context.h"
#include "grpcpp/support/client_callback.h"

#include "event_store/client/streams.grpc.pb.h"
#include "infrastructure/eventstoredb/client/append_operation.h"
#include "infrastructure/eventstoredb/client/call_registry.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/open_context.h"

namespace eventstoredb::client {

/// One Append call: its options, then one message for each event, one in flight, then one answer.
class AppendCall final : public grpc::ClientWriteReactor<event_store::client::streams::AppendReq>,
                         public OpenCall {
 public:
  /// Ends in an answer to `append`, or in its Failed.
  static void Start(std::shared_ptr<Connection> connection,
                    std::shared_ptr<AppendOperation> append);
  AppendCall(std::shared_ptr<Connection> connection, std::shared_ptr<AppendOperation> append);

  void Cancel() override { context_.Cancel(); }
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  std::shared_ptr<Connection> connection_;
  const std::shared_ptr<AppendOperation> append_;
  OpenContext context_;
  event_store::client::streams::AppendReq in_flight_;
  event_store::client::streams::AppendResp response_;
  std::size_t next_event_ = 0;  ///< Touched by one write's end at a time.
};

}  // namespace eventstoredb::client
