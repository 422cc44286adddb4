#pragma once

#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/byte_buffer.h"

#include "api/calls/method.h"

namespace orders::api {

/// What the caller sent beside the request, under a name in lower case.
std::optional<std::string_view> FindMetadata(const grpc::CallbackServerContext& context,
                                             std::string_view name);

/// A call that has come over gRPC, as the calls look at one. Outlived by what it is made of.
class InboundCall {
 public:
  InboundCall(const grpc::CallbackServerContext& context, const grpc::ByteBuffer& request);
  InboundCall(const InboundCall&) = delete;
  InboundCall& operator=(const InboundCall&) = delete;

  const Inbound& inbound() const { return inbound_; }

  // What `inbound` calls.
  absl::Status operator()(google::protobuf::Message& message) const;
  std::optional<std::string_view> operator()(std::string_view name) const;

 private:
  const grpc::CallbackServerContext& context_;
  const grpc::ByteBuffer& request_;
  const Inbound inbound_;
};

}  // namespace orders::api
