// Each rpc over HTTP has the result that it has over gRPC.
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "nlohmann/json.hpp"
#include <gtest/gtest.h>

#include "orders/v1/admin.grpc.pb.h"
#include "orders/v1/read_models.grpc.pb.h"
#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using nlohmann::json;

const google::api::HttpRule& RuleOf(const MethodDescriptor& method) {
  return method.options().GetExtension(google::api::http);
}

const MethodDescriptor& MethodThatTakes(const Message& request) {
  const auto* const file = request.GetDescriptor()->file();
  for (int i = 0; i < file->service(0)->method_count(); ++i) {
    if (file->service(0)->method(i)->input_type() == request.GetDescriptor()) {
      return *file->service(0)->method(i);
    }
  }
  ADD_FAILURE() << "no rpc takes " << request.GetDescriptor()->name();
  return *file->service(0)->method(0);
}

void ReadJson(const std::string& body, Message& message) {
  const auto read = google::protobuf::util::JsonStringToMessage(body, &message);
  EXPECT_TRUE(read.ok()) << read << "\n" << body;
}

/// What is the same of two orders with which the same was done.
v1::CommandResponse WithoutNames(v1::CommandResponse response) {
  response.clear_position_token();
  response.clear_request_id();
  response.mutable_order()->clear_order_id();
  response.mutable_order()->clear_create_time();
  response.mutable_order()->clear_update_time();
  return response;
}

/// Compares what stands in the answers, but for how fresh it was at that moment.
template <typename Response>
Response WithoutLag(Response response) {
  response.mutable_freshness()->clear_lag_events();
  response.mutable_freshness()->clear_lag_ms();
  return response;
}

std::string Differences(const Message& one, const Message& other) {
  std::string text;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&text);
  differencer.Compare(one, other);
  return text;
}

class HttpCalls : public ServiceTest {
 protected:
  HttpAnswer Post(const Message& request, const std::string& order_id) {
    const std::string path =
        absl::StrReplaceAll(RuleOf(MethodThatTakes(request)).post(), {{"{order_id}", order_id}});
    std::string body;
    EXPECT_TRUE(google::protobuf::util::MessageToJsonString(request, &body).ok());
    HttpClient http(http_address());
    return http.Post(path, body);
  }

  /// Does the same to the order `grpc_id_` over gRPC and to `http_id_` over HTTP.
  template <typename Request>
  void SendBoth(Request request) {
    SCOPED_TRACE(request.GetDescriptor()->name());
    done_.insert(MethodThatTakes(request).name());
    request.set_order_id(grpc_id_);
    const CommandAnswer over_grpc = client().Send(request);
    request.set_order_id(http_id_);
    const HttpAnswer over_http = Post(request, http_id_);
    ASSERT_TRUE(over_grpc.ok()) << Describe(over_grpc.status);
    const bool makes = std::is_same_v<Request, v1::CreateOrderRequest>;
    ASSERT_EQ(over_http.status, makes ? 201 : 200) << over_http.body;
    v1::CommandResponse response;
    ReadJson(over_http.body, response);
    EXPECT_EQ(response.order().order_id(), http_id_);
    EXPECT_EQ(Differences(WithoutNames(over_grpc.response), WithoutNames(response)), "");
    EXPECT_EQ(over_http.Get("ETag"), response.order().etag());
    EXPECT_EQ(over_http.Get("Consistency-Token"), response.position_token());
    token_ = response.position_token();
  }

  HttpAnswer Get(const std::string& target) {
    HttpClient http(http_address());
    return http.Get(target, {{"Consistency-Token", token_}});
  }

  /// Asks the same over both.
  template <typename Response, typename Request>
  void AskBoth(const Request& request, const std::string& target) {
    SCOPED_TRACE(target);
    done_.insert(MethodThatTakes(request).name());
    const HttpAnswer over_http = Get(target);
    ASSERT_EQ(over_http.status, 200) << over_http.body;
    const Answer<Response> over_grpc = client().Send(request);
    ASSERT_TRUE(over_grpc.ok()) << Describe(over_grpc.status);
    Response response;
    ReadJson(over_http.body, response);
    EXPECT_EQ(Differences(WithoutLag(over_grpc.response), WithoutLag(response)), "");
  }

  const std::string grpc_id_ = NewOrderId();
  const std::string http_id_ = NewOrderId();
  std::string token_;
  std::set<std::string> done_;
};

template <typename Request>
Request Made(const std::string& text) {
  Request request;
  ReadJson(text, request);
  return request;
}

TEST_F(HttpCalls, EachCommandDoesWhatItDoesOverGrpc) {
  const std::string address =
      R"({"name":"Ada","line1":"12 Mill Lane","city":"Berlin","postal_code":"1","country_code":"DE"})";
  const std::string then = R"("occur_time":"2026-01-01T00:00:00Z")";
  SendBoth(Made<v1::CreateOrderRequest>(
      R"({"customer_id":"ada","currency_code":"EUR","lines":[)"
      R"({"sku":"TEA","title":"Tea","quantity":4,"unit_price":{"minor_units":"1000"}},)"
      R"({"sku":"POT","title":"Pot","quantity":"2","unit_price":{"minor_units":3000}}]})"));
  SendBoth(Made<v1::AddItemRequest>(
      R"({"line":{"sku":"CUP","title":"Cup","quantity":3,"unit_price":{"minor_units":500}}})"));
  SendBoth(Made<v1::ChangeItemQuantityRequest>(R"({"line_id":3,"quantity":5})"));
  SendBoth(Made<v1::RemoveItemRequest>(R"({"line_id":3})"));
  SendBoth(Made<v1::SetShippingAddressRequest>(R"({"address":)" + address + "}"));
  SendBoth(Made<v1::SetBillingAddressRequest>(R"({"address":)" + address + "}"));
  SendBoth(Made<v1::SetNoteRequest>(R"({"note":"<img src=x> \u00e4 \"quoted\""})"));
  SendBoth(Made<v1::ApplyDiscountRequest>(R"({"code":"TEN","rate_ppm":100000})"));
  SendBoth(Made<v1::RemoveDiscountRequest>(R"({"code":"TEN"})"));
  SendBoth(Made<v1::SetShippingFeeRequest>(R"({"fee":{"minor_units":490}})"));
  SendBoth(Made<v1::SetTaxRequest>(R"({"rate_ppm":190000})"));
  SendBoth(Made<v1::ConfirmOrderRequest>("{}"));
  SendBoth(Made<v1::AuthorizePaymentRequest>(
      R"({"payment_id":"p1","amount":{"minor_units":5000},)" + then + "}"));
  SendBoth(Made<v1::RecordPaymentFailureRequest>(R"({"payment_id":"p2","reason":"no cover",)" +
                                                 then + "}"));
  // (40.00 + 60.00 + 4.90) * 1.19
  SendBoth(Made<v1::CapturePaymentRequest>(R"({"payment_id":"p3","amount":{"minor_units":12483},)" +
                                           then + "}"));
  SendBoth(Made<v1::PlaceHoldRequest>(R"({"kind":"FRAUD","reason":"look twice"})"));
  SendBoth(Made<v1::ReleaseHoldRequest>(R"({"kind":"FRAUD"})"));
  SendBoth(Made<v1::ShipItemsRequest>(
      R"({"shipment_id":"s1","items":[{"line_id":1,"quantity":3}],"carrier":"Post",)" + then +
      "}"));
  SendBoth(Made<v1::CancelItemsRequest>(
      R"({"items":[{"line_id":2,"quantity":1}],"reason":"too many"})"));
  SendBoth(Made<v1::RecordDeliveryRequest>(R"({"shipment_id":"s1",)" + then + "}"));
  SendBoth(Made<v1::RequestReturnRequest>(
      R"({"return_id":"r1","items":[{"line_id":1,"quantity":1}],"reason":"stale"})"));
  SendBoth(Made<v1::ReceiveReturnRequest>(R"({"return_id":"r1"})"));
  SendBoth(Made<v1::RefundPaymentRequest>(
      R"({"refund_id":"f1","payment_id":"p3","amount":{"minor_units":100},)" + then + "}"));
  // Of another order: this one is shipped.
  const v1::Order draft = MakeOrder();
  HttpClient http(http_address());
  const HttpAnswer cancelled =
      http.Post(absl::StrCat("/v1/orders/", draft.order_id(), ":cancel"), R"({"reason":"late"})");
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(json::parse(cancelled.body)["order"]["status"], "CANCELLED");
  done_.insert("CancelOrder");

  const auto* const service = v1::CreateOrderRequest::descriptor()->file()->service(0);
  EXPECT_EQ(done_.size(), static_cast<std::size_t>(service->method_count()));
}

TEST_F(HttpCalls, EachQueryAnswersWhatItAnswersOverGrpc) {
  v1::CreateOrderRequest create = CreateRequest(http_id_);
  create.set_customer_id("http-queries");
  const HttpAnswer created = Post(create, http_id_);
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_EQ(created.Get("Location"), "/v1/orders/" + http_id_);
  token_ = created.Get("Consistency-Token");

  v1::GetOrderRequest get;
  get.set_order_id(http_id_);
  AskBoth<v1::GetOrderResponse>(get, "/v1/orders/" + http_id_);
  // Again: what is kept of it is the same.
  AskBoth<v1::GetOrderResponse>(get, "/v1/orders/" + http_id_);
  get.set_as_of_revision(0);
  AskBoth<v1::GetOrderResponse>(get, absl::StrCat("/v1/orders/", http_id_, "?as_of_revision=0"));

  v1::ListOrdersRequest list;
  list.set_filter("customer_id = http-queries");
  AskBoth<v1::ListOrdersResponse>(list, "/v1/orders?filter=customer_id%20%3D%20http-queries");
  v1::ListActiveOrdersRequest active;
  active.set_page_size(3);
  active.set_order_by("order_id");
  AskBoth<v1::ListOrdersResponse>(active, "/v1/orders:listActive?page_size=3&order_by=order_id");
  v1::GetCustomerRequest customer;
  customer.set_customer_id("http-queries");
  AskBoth<v1::GetCustomerResponse>(customer, "/v1/customers/http-queries");
  v1::GetSalesReportRequest sales;
  sales.set_first_day("2026-01-01");
  sales.set_last_day("2026-12-31");
  sales.set_group_by(v1::BY_SKU);
  AskBoth<v1::GetSalesReportResponse>(
      sales, "/v1/salesReport?first_day=2026-01-01&last_day=2026-12-31&group_by=BY_SKU");
  v1::SearchOrdersRequest search;
  search.set_query("http queries");
  AskBoth<v1::SearchOrdersResponse>(search, "/v1/orders:search?query=http+queries");

  v1::GetOrderHistoryRequest history;
  history.set_order_id(http_id_);
  const HttpAnswer told = Get(absl::StrCat("/v1/orders/", http_id_, "/history"));
  const auto over_grpc = client().Send(history);
  ASSERT_TRUE(told.status == 200 && over_grpc.ok()) << told.body;
  v1::GetOrderHistoryResponse response;
  ReadJson(told.body, response);
  EXPECT_EQ(Differences(over_grpc.response, response), "");
  EXPECT_EQ(response.entries_size(), 1);
}

TEST_F(HttpCalls, ThoseWhoRunItGetTheSameOverBoth) {
  const auto models = v1::ReadModels::NewStub(client().channel());
  const auto admin = v1::OrderAdmin::NewStub(client().channel());
  grpc::ClientContext of_list;
  v1::ListReadModelsResponse listed;
  ASSERT_TRUE(models->ListReadModels(&of_list, {}, &listed).ok());
  const json over_http = json::parse(Get("/v1/readModels").body);
  ASSERT_EQ(over_http["read_models"].size(), static_cast<std::size_t>(listed.read_models_size()));
  EXPECT_EQ(over_http["read_models"][0]["name"], listed.read_models(0).name());

  grpc::ClientContext of_health;
  v1::GetHealthResponse health;
  ASSERT_TRUE(admin->GetHealth(&of_health, {}, &health).ok());
  EXPECT_EQ(json::parse(Get("/v1/health").body)["store"]["store_id"], health.store().store_id());

  for (const char* target : {"differences", "deadLetters", "skippedEvents"}) {
    const HttpAnswer answer = Get(absl::StrCat("/v1/readModels/orders/", target));
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(json::parse(Get(absl::StrCat("/v1/readModels/none/", target)).body)["reason"],
              "READ_MODEL_NOT_FOUND");
  }
  HttpClient http(http_address());
  EXPECT_EQ(http.Post("/v1/readModels/search:rebuild", "{}").status, 200);
  const HttpAnswer cancelled = http.Post("/v1/readModels/none:cancelRebuild", "{}");
  EXPECT_EQ(json::parse(cancelled.body)["reason"], "READ_MODEL_NOT_FOUND");
  for (const auto& [method, verb] : {std::pair{"GET", ""}, std::pair{"POST", ":retry"}}) {
    const HttpAnswer answer =
        http.Call(method, absl::StrCat("/v1/readModels/orders/deadLetters/a", verb));
    EXPECT_EQ(json::parse(answer.body)["reason"], "ORDER_NOT_BLOCKED") << answer.body;
  }
  const HttpAnswer skipped = http.Post("/v1/readModels/orders/deadLetters/a:skip",
                                       R"({"revision":"0","reason":"because"})");
  EXPECT_EQ(json::parse(skipped.body)["reason"], "ORDER_NOT_BLOCKED") << skipped.body;
}

TEST_F(HttpCalls, WhoCallsIsRecordedAsOverGrpc) {
  const std::string id = NewOrderId();
  HttpClient http(http_address());
  const HttpAnswer made = http.Post(
      "/v1/orders",
      absl::StrCat(R"({"order_id":")", id, R"(","customer_id":"ada","currency_code":"EUR"})"),
      {{"X-Actor", "grace"}, {"Request-Id", "trace-me"}, {"Idempotency-Key", "\"once\""}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.Get("Request-Id"), "trace-me");
  const auto history = client().ReadHistory(id);
  ASSERT_TRUE(history.ok());
  EXPECT_EQ(history.response.at(0).actor(), "grace");
  EXPECT_EQ(history.response.at(0).correlation_id(), "trace-me");
  EXPECT_EQ(history.response.at(0).request_id(), "once");
}

TEST_F(HttpCalls, ThePagesOfTheServiceAnswer) {
  HttpClient http(http_address());
  EXPECT_EQ(http.Get("/healthz/live").body, "live\n");
  EXPECT_EQ(http.Get("/healthz/ready").status, 200);
  EXPECT_EQ(json::parse(http.Get("/version").body)["version"], "0.1.0");
  const HttpAnswer metrics = http.Get("/metrics", {{"Accept", "text/plain;version=0.0.4"}});
  EXPECT_EQ(metrics.Get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics.body.find("orders_http_connections "), std::string::npos);
  const HttpAnswer refused = http.Call("POST", "/metrics");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.Get("Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace orders::testing_support
