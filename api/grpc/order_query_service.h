#pragma once

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"

#include "api/grpc/call_context.h"
#include "api/grpc/history_mapping.h"
#include "api/grpc/order_bytes_cache.h"
#include "api/grpc/order_change_hub.h"
#include "api/grpc/unary_call.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/worker_pool.h"
#include "application/ports/call_meters.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"
#include "application/queries/order_query_handler.h"
#include "orders/v1/queries.grpc.pb.h"

namespace orders::api {

/// The queries. GetOrder of what the read model holds is answered on gRPC's own thread: one look-up
/// by key, and bytes that are mostly encoded already. Everything else goes to the query workers.
/// A wait for freshness holds no thread. Each call is answered exactly once.
class OrderQueryService final : public v1::OrderQueries::Service {
 public:
  /// All outlive the service and the calls it has taken.
  struct Ports {
    application::OrderQueryHandler& handler;
    application::IdSource& ids;
    application::Telemetry& telemetry;
    application::CallMeters& meters;
    WorkerPool& workers;
    OrderChangeHub& changes;
    CallGate& gate;
    EventJson event_json;
  };
  OrderQueryService(Ports ports, application::StoreIdentity store, const CallLimits& limits,
                    std::size_t order_bytes_max);

 private:
  /// Serves the rpc that takes a `Message` with the member of that name's Start.
  template <typename Message>
  void Serve();
  template <typename Message>
  grpc::ServerUnaryReactor* Run(grpc::CallbackServerContext& context,
                                const grpc::ByteBuffer& request, grpc::ByteBuffer& response,
                                application::CallMeter& meter);
  grpc::ServerWriteReactor<grpc::ByteBuffer>* Watch(grpc::CallbackServerContext& context,
                                                    const grpc::ByteBuffer& request);

  void Start(v1::GetOrderRequest message, absl::Time deadline, UnaryCall call);
  void Start(v1::ListOrdersRequest message, absl::Time deadline, UnaryCall call);
  void Start(v1::ListActiveOrdersRequest message, absl::Time deadline, UnaryCall call);
  void Start(v1::GetCustomerRequest message, absl::Time deadline, UnaryCall call);
  void Start(v1::GetSalesReportRequest message, absl::Time deadline, UnaryCall call);
  void Start(v1::SearchOrdersRequest message, absl::Time deadline, UnaryCall call);
  void Start(v1::GetOrderHistoryRequest message, absl::Time deadline, UnaryCall call);

  void AnswerOrder(const v1::GetOrderRequest& message, application::Freshness freshness,
                   UnaryCall call);
  void AnswerOrderAsOf(const v1::GetOrderRequest& message, absl::Time deadline, UnaryCall call);
  void AnswerHistory(const v1::GetOrderHistoryRequest& message, absl::Time deadline,
                     UnaryCall call);
  template <typename Message>
  void List(const Message& message, application::ListOrdersRequest request, absl::Time deadline,
            UnaryCall call);

  using Answer = absl::AnyInvocable<void(UnaryCall)>;
  using FreshAnswer = absl::AnyInvocable<void(const application::Freshness&, UnaryCall)>;
  /// Calls `answer` on a query worker, or fails the call: no room, or its deadline passed there.
  void OnWorker(absl::Time deadline, UnaryCall call, Answer answer);
  /// The same once `view` is as fresh as `options` demand.
  void WhenFresh(application::View view, const v1::ReadOptions& options, absl::Time deadline,
                 std::string resource, UnaryCall call, FreshAnswer answer);
  using ReadyAnswer = absl::AnyInvocable<void(
      const application::Freshness&, std::shared_ptr<const application::PastView>, UnaryCall)>;
  /// The same; or with the read model as it was, if the message says as of when.
  template <typename Message>
  void WhenReady(application::View view, const Message& message, absl::Time deadline,
                 std::string resource, UnaryCall call, ReadyAnswer answer);
  domain::Currency CurrencyOf(const domain::OrderId& order) const;

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
  OrderBytesCache order_bytes_;
};

}  // namespace orders::api
