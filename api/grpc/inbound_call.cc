#include "api/grpc/inbound_call.h"

#include <chrono>

#include "absl/time/time.h"
#include "grpcpp/support/string_ref.h"

#include "api/grpc/wire.h"

namespace orders::api {
namespace {

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  return deadline == std::chrono::system_clock::time_point::max() ? absl::InfiniteFuture()
                                                                  : absl::FromChrono(deadline);
}

}  // namespace

std::optional<std::string_view> FindMetadata(const grpc::CallbackServerContext& context,
                                             std::string_view name) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(grpc::string_ref(name.data(), name.size()));
  if (found == metadata.end()) return std::nullopt;
  return std::string_view(found->second.data(), found->second.size());
}

InboundCall::InboundCall(const grpc::CallbackServerContext& context,
                         const grpc::ByteBuffer& request)
    : context_(context),
      request_(request),
      inbound_{.decode = *this, .metadata = *this, .deadline = DeadlineOf(context)} {}

absl::Status InboundCall::operator()(google::protobuf::Message& message) const {
  return Decode(request_, message);
}

std::optional<std::string_view> InboundCall::operator()(std::string_view name) const {
  return FindMetadata(context_, name);
}

}  // namespace orders::api
