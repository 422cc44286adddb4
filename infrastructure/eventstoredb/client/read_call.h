#pragma once

#include <memory>

#include "event_store/client/streams.pb.h"
#include "infrastructure/eventstoredb/client/server_stream_call.h"

namespace eventstoredb::client {

/// One Read call of streams.
using ReadCall =
    ServerStreamCall<event_store::client::streams::ReadReq, event_store::client::streams::ReadResp>;
std::shared_ptr<ReadCall> OpenRead(std::shared_ptr<ClientCore> core, ReadCall::Request request,
                                   const CallOptions& options, absl::Time deadline);

}  // namespace eventstoredb::client
