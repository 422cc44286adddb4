#include "api/calls/order_query_calls.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/time/clock.h"

#include "api/calls/report_mapping.h"
#include "api/calls/value_mapping.h"
#include "api/calls/view_mapping.h"
#include "application/commands/request_errors.h"
#include "application/ports/past_views.h"

namespace orders::api {
namespace {

using application::AsOf;
using application::CallContext;
using application::Freshness;
using application::FreshnessDemand;
using application::PastPoint;
using application::PastView;
using application::View;

// An answer of more than this is asked for again with half the page: a client takes 4 MiB.
constexpr std::size_t kAnswerBytesMax = 3 << 20;

// Of the time that a call has, what is left for the answer when it may be stale.
constexpr absl::Duration kStaleAnswerTimeMax = absl::Milliseconds(200);

/// Who takes a stale answer wants one in time: the wait then ends before the call does.
FreshnessDemand ToDemand(const v1::ReadOptions& options, absl::Time deadline) {
  FreshnessDemand demand{.min_position = options.min_position(),
                         .allow_stale = options.allow_stale(),
                         .deadline = deadline};
  if (demand.allow_stale && !demand.min_position.empty()) {
    demand.deadline -=
        std::clamp((deadline - absl::Now()) / 5, absl::ZeroDuration(), kStaleAnswerTimeMax);
  }
  return demand;
}

/// Of a request with a choice named as_of. Some have no revision in it.
template <typename Request>
absl::StatusOr<AsOf> ToAsOf(const Request& request, const application::StoreIdentity& store) {
  AsOf as_of;
  if constexpr (requires { request.as_of_revision(); }) {
    if (request.has_as_of_revision()) as_of.revision = request.as_of_revision();
  }
  if (request.has_as_of_time()) {
    Violations violations;
    as_of.time = ToTime(request.as_of_time(), "as_of_time", violations);
    if (!violations.empty()) return domain::ToStatus(violations);
  }
  if (request.has_as_of_position()) {
    const auto position = application::DecodePositionToken(request.as_of_position(), store);
    if (!position.ok()) return position.status();
    as_of.position = *position;
  }
  return as_of;
}

/// Whether a read model is to be built as it was: work for an administrator to ask for. As of a
/// revision, an order is folded from its own stream.
template <typename Request>
bool AsksForThePast(const Request& request) {
  if constexpr (
      requires { request.as_of_time(); } && !requires { request.as_of_revision(); }) {
    return request.as_of_case() != Request::AS_OF_NOT_SET;
  }
  return false;
}

absl::Status OrderBlocked(const std::string& text) {
  return application::MakeRequestError(absl::StatusCode::kFailedPrecondition, text,
                                       {.reason = "ORDER_BLOCKED"});
}

/// What an answer about an order says that the read model holds as of before an event which it
/// could not apply; or why there is none.
absl::Status CheckBlocked(const v1::GetOrderRequest& request,
                          const application::BlockedOrder& blocked,
                          const absl::StatusOr<std::shared_ptr<const application::OrderView>>& view,
                          const application::StoreIdentity& store, Freshness& freshness) {
  if (absl::IsNotFound(view.status())) {
    return OrderBlocked("the order is there, and its first event could not be applied");
  }
  if (!view.ok()) return view.status();
  freshness.blocked_since = blocked.since;
  freshness.position = (*view)->position;
  if (request.options().min_position().empty()) return absl::OkStatus();
  const absl::StatusOr<application::LogPosition> demanded =
      application::DecodePositionToken(request.options().min_position(), store);
  if (!demanded.ok()) return demanded.status();
  if (*demanded < blocked.position) return absl::OkStatus();
  if (!request.options().allow_stale()) {
    return OrderBlocked(
        "an event at or before min_position could not be applied; allow_stale gets the order as it "
        "was before that");
  }
  freshness.stale = true;
  return absl::OkStatus();
}

absl::Status Overloaded() {
  return application::MakeRequestError(
      absl::StatusCode::kResourceExhausted, "too many queries wait for a worker; ask again",
      {.reason = "OVERLOADED", .retry_after = absl::Milliseconds(100)});
}

}  // namespace

OrderQueryCalls::OrderQueryCalls(Ports ports, application::StoreIdentity store,
                                 const CallLimits& limits)
    : ports_(std::move(ports)), store_(std::move(store)), limits_(limits) {}

UnaryMethods OrderQueryCalls::methods() {
  UnaryMethods methods;
  Add<v1::GetOrderRequest>(methods);
  Add<v1::ListOrdersRequest>(methods);
  Add<v1::ListActiveOrdersRequest>(methods);
  Add<v1::GetCustomerRequest>(methods);
  Add<v1::GetSalesReportRequest>(methods);
  Add<v1::SearchOrdersRequest>(methods);
  Add<v1::GetOrderHistoryRequest>(methods);
  return methods;
}

WatchMethod OrderQueryCalls::watch() {
  return {
      .descriptor = &MethodOf<v1::WatchOrdersRequest>("OrderQueries"),
      .open = [this](const Inbound& inbound, WatchSink& sink) { return OpenWatch(inbound, sink); }};
}

template <typename Message>
void OrderQueryCalls::Add(UnaryMethods& methods) {
  const google::protobuf::MethodDescriptor& method = MethodOf<Message>("OrderQueries");
  application::CallMeter& meter = ports_.meters.OfQuery(method.name());
  methods.push_back(
      {.descriptor = &method,
       .is_command = false,
       .start = [this, &meter](std::unique_ptr<Responder> responder, const Inbound& inbound) {
         Begin<Message>(inbound, Call(std::move(responder), ports_.gate, ports_.telemetry, meter));
       }});
}

template <typename Message>
void OrderQueryCalls::Begin(const Inbound& inbound, Call call) {
  if (!call.IsAdmitted()) return;
  Message message;
  if (absl::Status decoded = inbound.decode(message); !decoded.ok()) {
    return call.Fail(decoded, "");
  }
  if (AsksForThePast(message) && inbound.caller != nullptr &&
      inbound.caller->role < application::Role::kAdmin) {
    return call.Fail(application::MakeRequestError(
                         absl::StatusCode::kPermissionDenied,
                         "as of a time or position this is built from the whole log, which needs "
                         "the role admin",
                         {.reason = "ROLE_MISSING"}),
                     "");
  }
  CallContext context;
  context.deadline = DeadlineOf(inbound.deadline, absl::Now(), limits_);
  if (inbound.caller != nullptr) context.customer = inbound.caller->customer;
  Start(std::move(message), std::move(context), std::move(call));
}

WatchOpening OrderQueryCalls::OpenWatch(const Inbound& inbound, WatchSink& sink) {
  // Held while the watch begins: whoever stops the service waits for that.
  const CallGate::Pass pass = ports_.gate.Enter();
  if (!pass) return {.status = ShuttingDown()};
  v1::WatchOrdersRequest message;
  if (absl::Status decoded = inbound.decode(message); !decoded.ok()) return {.status = decoded};
  if (absl::Status refused = CheckWatched(inbound, message); !refused.ok()) {
    return {.status = refused, .resource = message.order_id()};
  }
  absl::StatusOr<std::shared_ptr<Watch>> watch = ports_.changes.Open(message, sink);
  if (!watch.ok()) return {.status = watch.status(), .resource = message.order_id()};
  return {.status = absl::OkStatus(), .resource = message.order_id(), .watch = *std::move(watch)};
}

absl::Status OrderQueryCalls::CheckWatched(const Inbound& inbound,
                                           const v1::WatchOrdersRequest& message) {
  if (inbound.caller == nullptr || inbound.caller->customer.empty()) return absl::OkStatus();
  if (message.order_id().empty()) {
    return application::MakeRequestError(
        absl::StatusCode::kPermissionDenied,
        "this token is bound to a customer: name the order to watch in order_id",
        {.reason = "NOT_FOR_CUSTOMERS"});
  }
  CallContext context;
  context.customer = inbound.caller->customer;
  return ports_.handler.GetOrder(context, {message.order_id()}).status();
}

void OrderQueryCalls::Start(v1::GetOrderRequest message, CallContext context, Call call) {
  const domain::OrderId order{message.order_id()};
  if (absl::Status valid = domain::ToStatus(domain::ValidateOrderId(order)); !valid.ok()) {
    return call.Fail(valid, order.value);
  }
  if (message.as_of_case() != v1::GetOrderRequest::AS_OF_NOT_SET) {
    return OnWorker(
        context.deadline, std::move(call),
        [this, message = std::move(message), context = std::move(context)](Call answering) {
          AnswerOrderAsOf(message, context, std::move(answering));
        });
  }
  const std::thread::id here = std::this_thread::get_id();
  const FreshnessDemand demand = ToDemand(message.options(), context.deadline);
  ports_.handler.WhenFresh(
      View::kOrders, demand,
      [this, here, context = std::move(context), message = std::move(message),
       call = std::move(call)](absl::StatusOr<Freshness> freshness) mutable {
        if (!freshness.ok()) return call.Fail(freshness.status(), message.order_id());
        // Still the front's thread: it was fresh enough. Else this thread must not
        // be held.
        if (std::this_thread::get_id() == here) {
          return AnswerOrder(message, context, *std::move(freshness), std::move(call));
        }
        OnWorker(context.deadline, std::move(call),
                 [this, context, message = std::move(message),
                  freshness = *std::move(freshness)](Call answering) {
                   AnswerOrder(message, context, freshness, std::move(answering));
                 });
      });
}

void OrderQueryCalls::AnswerOrder(const v1::GetOrderRequest& message, const CallContext& context,
                                  Freshness freshness, Call call) {
  const domain::OrderId order{message.order_id()};
  // Asked first: an order that is released meanwhile is newer than the answer says, never older.
  const auto blocked = ports_.handler.FindBlocked(order);
  const auto view = ports_.handler.GetOrder(context, order);
  freshness.incomplete_orders = blocked.has_value() ? 1 : 0;  // Of those that this answer is about.
  // Whose order it is that has no state yet cannot be told.
  const bool is_hidden = absl::IsNotFound(view.status()) && !context.customer.empty();
  if (blocked.has_value() && !is_hidden) {
    absl::Status refused = CheckBlocked(message, *blocked, view, store_, freshness);
    if (!refused.ok()) return call.Fail(refused, order.value);
  }
  if (!view.ok()) return call.Fail(view.status(), order.value);
  v1::Freshness freshness_message;
  SetFreshness(freshness, freshness_message);
  call.AnswerOrder(**view, freshness_message);
}

void OrderQueryCalls::AnswerOrderAsOf(const v1::GetOrderRequest& message,
                                      const CallContext& context, Call call) {
  const absl::StatusOr<AsOf> as_of = ToAsOf(message, store_);
  if (!as_of.ok()) return call.Fail(as_of.status(), message.order_id());
  // The log itself is asked, which is never behind; but the token must be of this log.
  if (!message.options().min_position().empty()) {
    const auto position =
        application::DecodePositionToken(message.options().min_position(), store_);
    if (!position.ok()) return call.Fail(position.status(), message.order_id());
  }
  const auto view = ports_.handler.GetOrderAsOf(context, {message.order_id()}, *as_of);
  if (!view.ok()) return call.Fail(view.status(), message.order_id());
  v1::GetOrderResponse response;
  SetOrder(**view, *response.mutable_order());
  SetFreshness({.store = store_, .position = (*view)->position, .lag_events = 0},
               *response.mutable_freshness());
  call.Answer(response);
}

void OrderQueryCalls::Start(v1::ListOrdersRequest message, CallContext context, Call call) {
  List(message,
       {.page_size = message.page_size(),
        .page_token = message.page_token(),
        .filter = message.filter(),
        .order_by = message.order_by(),
        .active_only = false},
       std::move(context), std::move(call));
}

void OrderQueryCalls::Start(v1::ListActiveOrdersRequest message, CallContext context, Call call) {
  List(message,
       {.page_size = message.page_size(),
        .page_token = message.page_token(),
        .filter = "",
        .order_by = message.order_by(),
        .active_only = true},
       std::move(context), std::move(call));
}

template <typename Message>
void OrderQueryCalls::List(const Message& message, application::ListOrdersRequest request,
                           CallContext context, Call call) {
  WhenReady(View::kOrders, message, context.deadline, "", std::move(call),
            [this, request = std::move(request), context = std::move(context)](
                const Freshness& freshness, std::shared_ptr<const PastView> past,
                Call answering) mutable {
              request.past = std::move(past);
              const auto answer = ports_.handler.ListOrders(context, request);
              if (!answer.ok()) return answering.Fail(answer.status(), "");
              v1::ListOrdersResponse response;
              SetListResponse(*answer, freshness, response);
              answering.Answer(response);
            });
}

void OrderQueryCalls::Start(v1::GetCustomerRequest message, CallContext context, Call call) {
  const domain::CustomerId customer{message.customer_id()};
  if (absl::Status valid = domain::ToStatus(domain::ValidateCustomerId(customer)); !valid.ok()) {
    return call.Fail(valid, customer.value);
  }
  WhenReady(View::kCustomers, message, context.deadline, customer.value, std::move(call),
            [this, message, context = std::move(context)](
                const Freshness& freshness, std::shared_ptr<const PastView> past, Call answering) {
              const auto answer =
                  ports_.handler.GetCustomer(context, {.customer_id = {message.customer_id()},
                                                       .page_size = message.page_size(),
                                                       .page_token = message.page_token(),
                                                       .past = std::move(past)});
              if (!answer.ok()) return answering.Fail(answer.status(), message.customer_id());
              v1::GetCustomerResponse response;
              SetCustomerResponse(*answer, freshness, response);
              answering.Answer(response);
            });
}

void OrderQueryCalls::Start(v1::GetSalesReportRequest message, CallContext context, Call call) {
  Violations violations;
  application::SalesReportRequest request = ToSalesReportRequest(message, violations);
  if (!violations.empty()) return call.Fail(domain::ToStatus(violations), "");
  WhenReady(View::kSales, message, context.deadline, "", std::move(call),
            [this, request = std::move(request), context = std::move(context)](
                const Freshness& freshness, std::shared_ptr<const PastView> past,
                Call answering) mutable {
              request.past = std::move(past);
              const auto answer = ports_.handler.GetSalesReport(context, request);
              if (!answer.ok()) return answering.Fail(answer.status(), "");
              v1::GetSalesReportResponse response;
              SetSalesReportResponse(*answer, freshness, response);
              answering.Answer(response);
            });
}

void OrderQueryCalls::Start(v1::SearchOrdersRequest message, CallContext context, Call call) {
  WhenFresh(
      View::kSearch, message.options(), context.deadline, "", std::move(call),
      [this, message, context = std::move(context)](const Freshness& freshness, Call answering) {
        const auto answer =
            ports_.handler.SearchOrders(context, {.query = message.query(),
                                                  .page_size = message.page_size(),
                                                  .page_token = message.page_token()});
        if (!answer.ok()) return answering.Fail(answer.status(), "");
        v1::SearchOrdersResponse response;
        SetSearchResponse(*answer, freshness, response);
        answering.Answer(response);
      });
}

void OrderQueryCalls::Start(v1::GetOrderHistoryRequest message, CallContext context, Call call) {
  const domain::OrderId order{message.order_id()};
  if (absl::Status valid = domain::ToStatus(domain::ValidateOrderId(order)); !valid.ok()) {
    return call.Fail(valid, order.value);
  }
  OnWorker(context.deadline, std::move(call),
           [this, message = std::move(message), context = std::move(context)](Call answering) {
             AnswerHistory(message, context, std::move(answering));
           });
}

void OrderQueryCalls::AnswerHistory(const v1::GetOrderHistoryRequest& message,
                                    const CallContext& context, Call call) {
  const domain::OrderId order{message.order_id()};
  const absl::StatusOr<AsOf> as_of = ToAsOf(message, store_);
  if (!as_of.ok()) return call.Fail(as_of.status(), order.value);
  const domain::Currency currency = CurrencyOf(order);
  int page_size = std::min(message.page_size(), application::kPageSizeMax);
  if (page_size == 0) page_size = application::kPageSizeDefault;
  // At most log2(kPageSizeMax) halvings; a single event fits.
  while (true) {
    const auto answer =
        ports_.handler.GetOrderHistory(context, order, *as_of, page_size, message.page_token());
    if (!answer.ok()) return call.Fail(answer.status(), order.value);
    v1::GetOrderHistoryResponse response;
    for (const application::RecordedOrderEvent& event : answer->events) {
      SetHistoryEntry(event, store_, currency, ports_.event_json, *response.add_entries());
    }
    response.set_next_page_token(answer->next_page_token);
    if (response.ByteSizeLong() <= kAnswerBytesMax || page_size <= 1) {
      return call.Answer(response);
    }
    page_size /= 2;
  }
}

domain::Currency OrderQueryCalls::CurrencyOf(const domain::OrderId& order) const {
  const auto view = ports_.handler.GetOrder({}, order);
  return view.ok() ? (*view)->order.currency : domain::Currency();
}

void OrderQueryCalls::OnWorker(absl::Time deadline, Call call, Answer answer) {
  auto shared = std::make_shared<Call>(std::move(call));
  const bool posted =
      ports_.workers.TryPost([deadline, shared, answer = std::move(answer)]() mutable {
        Call answering = std::move(*shared);
        if (absl::Now() >= deadline) {
          return answering.Fail(
              absl::DeadlineExceededError("the deadline passed while the query waited"), "");
        }
        answer(std::move(answering));
      });
  if (!posted) shared->Fail(Overloaded(), "");
}

template <typename Message>
void OrderQueryCalls::WhenReady(View view, const Message& message, absl::Time deadline,
                                std::string resource, Call call, ReadyAnswer answer) {
  if (message.as_of_case() == Message::AS_OF_NOT_SET) {
    return WhenFresh(
        view, message.options(), deadline, std::move(resource), std::move(call),
        [answer = std::move(answer)](const Freshness& freshness, Call answering) mutable {
          answer(freshness, nullptr, std::move(answering));
        });
  }
  const absl::StatusOr<AsOf> as_of = ToAsOf(message, store_);
  if (!as_of.ok()) return call.Fail(as_of.status(), resource);
  OnWorker(deadline, std::move(call),
           [this, view, point = PastPoint{.position = as_of->position, .time = as_of->time},
            resource = std::move(resource), answer = std::move(answer)](Call answering) mutable {
             auto past = ports_.handler.FindPast(view, point);
             if (!past.ok()) return answering.Fail(past.status(), resource);
             const Freshness freshness{.store = store_,
                                       .position = (*past)->position,
                                       .lag_events = 0,
                                       .incomplete_orders = (*past)->incomplete_orders};
             answer(freshness, *std::move(past), std::move(answering));
           });
}

void OrderQueryCalls::WhenFresh(View view, const v1::ReadOptions& options, absl::Time deadline,
                                std::string resource, Call call, FreshAnswer answer) {
  ports_.handler.WhenFresh(
      view, ToDemand(options, deadline),
      [this, deadline, resource = std::move(resource), call = std::move(call),
       answer = std::move(answer)](absl::StatusOr<Freshness> freshness) mutable {
        if (!freshness.ok()) return call.Fail(freshness.status(), resource);
        OnWorker(deadline, std::move(call),
                 [answer = std::move(answer), freshness = *std::move(freshness)](
                     Call answering) mutable { answer(freshness, std::move(answering)); });
      });
}

}  // namespace orders::api
