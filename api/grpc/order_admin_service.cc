#include "api/grpc/order_admin_service.h"

namespace orders::api {

OrderAdminService::OrderAdminService(const UnaryMethod& health, AdminStreams& streams,
                                     OrderBytesCache& order_bytes)
    : UnaryService({health}, order_bytes), streams_(streams) {}

grpc::ServerWriteReactor<v1::ExportEventsResponse>* OrderAdminService::ExportEvents(
    grpc::CallbackServerContext* context, const v1::ExportEventsRequest* /*request*/) {
  return streams_.Export(*context);
}

grpc::ServerReadReactor<v1::ImportEventsRequest>* OrderAdminService::ImportEvents(
    grpc::CallbackServerContext* context, v1::ImportEventsResponse* response) {
  return streams_.Import(*context, *response);
}

grpc::ServerUnaryReactor* OrderAdminService::Backup(grpc::CallbackServerContext* context,
                                                    const v1::BackupRequest* request,
                                                    v1::BackupResponse* response) {
  return streams_.Backup(*context, *request, *response);
}

}  // namespace orders::api
