#include "infrastructure/node/grpc/streams_service.h"

#include "infrastructure/node/grpc/append_reactor.h"
#include "infrastructure/node/grpc/batch_append_reactor.h"
#include "infrastructure/node/grpc/delete_calls.h"
#include "infrastructure/node/grpc/read_reactor.h"

namespace eventstoredb {

namespace streams = event_store::client::streams;

grpc::ServerWriteReactor<grpc::ByteBuffer>* StreamsService::Read(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  return ReadReactor::Start(state_, *context, *request);
}

grpc::ServerReadReactor<streams::AppendReq>* StreamsService::Append(
    grpc::CallbackServerContext* context, streams::AppendResp* response) {
  return AppendReactor::Start(state_, *context, *response);
}

grpc::ServerBidiReactor<streams::BatchAppendReq, streams::BatchAppendResp>*
StreamsService::BatchAppend(grpc::CallbackServerContext* context) {
  return BatchAppendReactor::Start(state_, *context);
}

grpc::ServerUnaryReactor* StreamsService::Delete(grpc::CallbackServerContext* context,
                                                 const streams::DeleteReq* request,
                                                 streams::DeleteResp* response) {
  return StartDelete(state_, *context, *request, *response);
}

grpc::ServerUnaryReactor* StreamsService::Tombstone(grpc::CallbackServerContext* context,
                                                    const streams::TombstoneReq* request,
                                                    streams::TombstoneResp* response) {
  return StartTombstone(state_, *context, *request, *response);
}

}  // namespace eventstoredb
