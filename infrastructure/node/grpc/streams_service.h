#pragma once

#include <memory>
#include <utility>

#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"

#include "event_store/client/streams.grpc.pb.h"
#include "infrastructure/node/grpc/node_state.h"

namespace eventstoredb {

/// The answers of Read are encoded by hand (read_response_encoder.h).
using StreamsServiceBase = event_store::client::streams::Streams::WithRawCallbackMethod_Read<
    event_store::client::streams::Streams::WithCallbackMethod_Append<
        event_store::client::streams::Streams::WithCallbackMethod_BatchAppend<
            event_store::client::streams::Streams::WithCallbackMethod_Delete<
                event_store::client::streams::Streams::WithCallbackMethod_Tombstone<
                    event_store::client::streams::Streams::Service>>>>>;

class StreamsService final : public StreamsServiceBase {
 public:
  explicit StreamsService(std::shared_ptr<NodeState> state) : state_(std::move(state)) {}

  grpc::ServerWriteReactor<grpc::ByteBuffer>* Read(grpc::CallbackServerContext* context,
                                                   const grpc::ByteBuffer* request) override;
  grpc::ServerReadReactor<event_store::client::streams::AppendReq>* Append(
      grpc::CallbackServerContext* context,
      event_store::client::streams::AppendResp* response) override;
  grpc::ServerBidiReactor<event_store::client::streams::BatchAppendReq,
                          event_store::client::streams::BatchAppendResp>*
  BatchAppend(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Delete(grpc::CallbackServerContext* context,
                                   const event_store::client::streams::DeleteReq* request,
                                   event_store::client::streams::DeleteResp* response) override;
  grpc::ServerUnaryReactor* Tombstone(
      grpc::CallbackServerContext* context,
      const event_store::client::streams::TombstoneReq* request,
      event_store::client::streams::TombstoneResp* response) override;

 private:
  const std::shared_ptr<NodeState> state_;
};

}  // namespace eventstoredb
