#pragma once

#include "absl/status/status.h"

#include "api/access/guard.h"
#include "api/calls/method.h"
#include "api/grpc/admin_streams.h"
#include "api/grpc/unary_service.h"
#include "orders/v1/admin.grpc.pb.h"

namespace orders::api {

/// For those who run the service. The long calls are AdminStreams' business, over gRPC alone.
class OrderAdminService final
    : public UnaryService<v1::OrderAdmin, v1::OrderAdmin::CallbackService> {
 public:
  /// What the methods need, `guard`, `streams` and `order_bytes` outlive the service. The guard is
  /// asked for the long calls; the methods are behind it already.
  OrderAdminService(const UnaryMethods& methods, Guard& guard, AdminStreams& streams,
                    OrderBytesCache& order_bytes);

  grpc::ServerWriteReactor<v1::ExportEventsResponse>* ExportEvents(
      grpc::CallbackServerContext* context, const v1::ExportEventsRequest* request) override;
  grpc::ServerReadReactor<v1::ImportEventsRequest>* ImportEvents(
      grpc::CallbackServerContext* context, v1::ImportEventsResponse* response) override;
  grpc::ServerUnaryReactor* Backup(grpc::CallbackServerContext* context,
                                   const v1::BackupRequest* request,
                                   v1::BackupResponse* response) override;

 private:
  /// `Request` names the rpc.
  template <typename Request>
  absl::Status MayCall(const grpc::CallbackServerContext& context) const;

  Guard& guard_;
  AdminStreams& streams_;
};

}  // namespace orders::api
