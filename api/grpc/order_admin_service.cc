#include "api/grpc/order_admin_service.h"

#include "api/grpc/inbound_call.h"
#include "api/grpc/refused_reactor.h"
#include "api/grpc/wire.h"

namespace orders::api {

OrderAdminService::OrderAdminService(const UnaryMethods& methods, Guard& guard,
                                     AdminStreams& streams, OrderBytesCache& order_bytes)
    : UnaryService(methods, order_bytes), guard_(guard), streams_(streams) {}

template <typename Request>
absl::Status OrderAdminService::MayCall(const grpc::CallbackServerContext& context) const {
  return guard_
      .Admit(MethodOf<Request>("OrderAdmin"),
             [&context](std::string_view name) { return FindMetadata(context, name); })
      .status();
}

grpc::ServerWriteReactor<v1::ExportEventsResponse>* OrderAdminService::ExportEvents(
    grpc::CallbackServerContext* context, const v1::ExportEventsRequest* /*request*/) {
  if (const absl::Status may = MayCall<v1::ExportEventsRequest>(*context); !may.ok()) {
    return new RefusedReactor<grpc::ServerWriteReactor<v1::ExportEventsResponse>>(may);
  }
  return streams_.Export(*context);
}

grpc::ServerReadReactor<v1::ImportEventsRequest>* OrderAdminService::ImportEvents(
    grpc::CallbackServerContext* context, v1::ImportEventsResponse* response) {
  if (const absl::Status may = MayCall<v1::ImportEventsRequest>(*context); !may.ok()) {
    return new RefusedReactor<grpc::ServerReadReactor<v1::ImportEventsRequest>>(may);
  }
  return streams_.Import(*context, *response);
}

grpc::ServerUnaryReactor* OrderAdminService::Backup(grpc::CallbackServerContext* context,
                                                    const v1::BackupRequest* request,
                                                    v1::BackupResponse* response) {
  if (const absl::Status may = MayCall<v1::BackupRequest>(*context); !may.ok()) {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(ToGrpcStatus(may, ""));
    return reactor;
  }
  return streams_.Backup(*context, *request, *response);
}

}  // namespace orders::api
