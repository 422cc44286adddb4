#pragma once

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"

#include "api/calls/call.h"
#include "api/calls/call_context.h"
#include "api/calls/history_mapping.h"
#include "api/calls/method.h"
#include "api/calls/order_change_hub.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/worker_pool.h"
#include "application/ports/call_meters.h"
#include "application/ports/id_source.h"
#include "application/ports/telemetry.h"
#include "application/queries/order_query_handler.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {

/// The queries. GetOrder of what the read model holds is answered on the front's own thread: one
/// look-up by key, and bytes that are mostly encoded already. Everything else goes to the query
/// workers. A wait for freshness holds no thread. Each call is answered exactly once.
class OrderQueryCalls {
 public:
  /// All outlive this and the calls it has taken.
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
  OrderQueryCalls(Ports ports, application::StoreIdentity store, const CallLimits& limits);

  /// They outlive neither this nor the ports.
  UnaryMethods methods();
  WatchMethod watch();

 private:
  using CallContext = application::CallContext;

  /// Adds the rpc that takes a `Message`, with the Start of its own.
  template <typename Message>
  void Add(UnaryMethods& methods);
  template <typename Message>
  void Begin(const Inbound& inbound, Call call);
  WatchOpening OpenWatch(const Inbound& inbound, WatchSink& sink);
  /// Of a caller that is bound to a customer: a watch of that customer's order, or why it is none.
  absl::Status CheckWatched(const Inbound& inbound, const v1::WatchOrdersRequest& message);

  void Start(v1::GetOrderRequest message, CallContext context, Call call);
  void Start(v1::ListOrdersRequest message, CallContext context, Call call);
  void Start(v1::ListActiveOrdersRequest message, CallContext context, Call call);
  void Start(v1::GetCustomerRequest message, CallContext context, Call call);
  void Start(v1::GetSalesReportRequest message, CallContext context, Call call);
  void Start(v1::SearchOrdersRequest message, CallContext context, Call call);
  void Start(v1::GetOrderHistoryRequest message, CallContext context, Call call);

  void AnswerOrder(const v1::GetOrderRequest& message, const CallContext& context,
                   application::Freshness freshness, Call call);
  void AnswerOrderAsOf(const v1::GetOrderRequest& message, const CallContext& context, Call call);
  void AnswerHistory(const v1::GetOrderHistoryRequest& message, const CallContext& context,
                     Call call);
  template <typename Message>
  void List(const Message& message, application::ListOrdersRequest request, CallContext context,
            Call call);

  using Answer = absl::AnyInvocable<void(Call)>;
  using FreshAnswer = absl::AnyInvocable<void(const application::Freshness&, Call)>;
  /// Calls `answer` on a query worker, or fails the call: no room, or its deadline passed there.
  void OnWorker(absl::Time deadline, Call call, Answer answer);
  /// The same once `view` is as fresh as `options` demand.
  void WhenFresh(application::View view, const v1::ReadOptions& options, absl::Time deadline,
                 std::string resource, Call call, FreshAnswer answer);
  using ReadyAnswer = absl::AnyInvocable<void(const application::Freshness&,
                                              std::shared_ptr<const application::PastView>, Call)>;
  /// The same; or with the read model as it was, if the message says as of when.
  template <typename Message>
  void WhenReady(application::View view, const Message& message, absl::Time deadline,
                 std::string resource, Call call, ReadyAnswer answer);
  domain::Currency CurrencyOf(const domain::OrderId& order) const;

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
};

}  // namespace orders::api
