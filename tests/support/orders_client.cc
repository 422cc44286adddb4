#include "tests/support/orders_client.h"

#include <array>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/completion_queue.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"

namespace orders::testing_support {
namespace {

// Over what any row of a page of 500 takes; the service's own limit is on what it receives.
constexpr int kReceiveBytesMax = 64 * 1024 * 1024;

absl::string_view CodeName(grpc::StatusCode code) {
  static constexpr std::array<absl::string_view, 17> kNames = {"OK",
                                                               "CANCELLED",
                                                               "UNKNOWN",
                                                               "INVALID_ARGUMENT",
                                                               "DEADLINE_EXCEEDED",
                                                               "NOT_FOUND",
                                                               "ALREADY_EXISTS",
                                                               "PERMISSION_DENIED",
                                                               "RESOURCE_EXHAUSTED",
                                                               "FAILED_PRECONDITION",
                                                               "ABORTED",
                                                               "OUT_OF_RANGE",
                                                               "UNIMPLEMENTED",
                                                               "INTERNAL",
                                                               "UNAVAILABLE",
                                                               "DATA_LOSS",
                                                               "UNAUTHENTICATED"};
  const auto number = static_cast<std::size_t>(code);
  return number < kNames.size() ? kNames[number] : "?";
}

grpc::ByteBuffer ToByteBuffer(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

template <typename Request>
void SetOrder(Request& request, const std::string& order_id, const std::string& request_id) {
  request.set_order_id(order_id);
  if (!request_id.empty()) request.mutable_options()->set_request_id(request_id);
}

}  // namespace

bool ErrorDetails::HasViolation(std::string_view field) const {
  for (const auto& violation : violations) {
    if (violation.first == field && !violation.second.empty()) return true;
  }
  return false;
}

ErrorDetails DecodeErrorDetails(const grpc::Status& status) {
  ErrorDetails details;
  google::rpc::Status message;
  if (!message.ParseFromString(status.error_details())) return details;
  for (const google::protobuf::Any& any : message.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry;
    if (any.UnpackTo(&info)) {
      details.reason = info.reason();
      details.domain = info.domain();
      details.metadata.insert(info.metadata().begin(), info.metadata().end());
    } else if (any.UnpackTo(&bad_request)) {
      for (const auto& violation : bad_request.field_violations()) {
        details.violations.emplace_back(violation.field(), violation.description());
      }
    } else if (any.UnpackTo(&retry)) {
      details.retry_after = absl::Seconds(retry.retry_delay().seconds()) +
                            absl::Nanoseconds(retry.retry_delay().nanos());
    }
  }
  return details;
}

std::string Describe(const grpc::Status& status) {
  if (status.ok()) return "OK";
  const ErrorDetails details = DecodeErrorDetails(status);
  std::string text = absl::StrCat(CodeName(status.error_code()), " [", details.reason, "] ",
                                  status.error_message());
  for (const auto& violation : details.violations) {
    absl::StrAppend(&text, "; ", violation.first, ": ", violation.second);
  }
  return text;
}

OrdersClient::OrdersClient(const std::string& address, absl::Duration timeout,
                           std::shared_ptr<grpc::ChannelCredentials> credentials)
    : timeout_(timeout) {
  if (credentials == nullptr) credentials = grpc::InsecureChannelCredentials();
  grpc::ChannelArguments arguments;
  // Else all clients of one process share a connection, and its fate.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kReceiveBytesMax);
  channel_ = grpc::CreateCustomChannel(address, credentials, arguments);
  commands_ = v1::OrderCommands::NewStub(channel_);
  queries_ = v1::OrderQueries::NewStub(channel_);
}

void OrdersClient::Prepare(grpc::ClientContext& context, const ContextSetter& set) const {
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(timeout_));
  if (set) set(context);
}

template <typename Request, typename Response, typename Stub>
Answer<Response> OrdersClient::Call(Stub& stub,
                                    grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                                 const Request&, Response*),
                                    const Request& request, const ContextSetter& set) {
  grpc::ClientContext context;
  Prepare(context, set);
  Answer<Response> answer;
  answer.status = (stub.*method)(&context, request, &answer.response);
  return answer;
}

CommandAnswer OrdersClient::Send(const v1::CreateOrderRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::CreateOrder, request, set);
}
CommandAnswer OrdersClient::Send(const v1::AddItemRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::AddItem, request, set);
}
CommandAnswer OrdersClient::Send(const v1::ChangeItemQuantityRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::ChangeItemQuantity, request, set);
}
CommandAnswer OrdersClient::Send(const v1::RemoveItemRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::RemoveItem, request, set);
}
CommandAnswer OrdersClient::Send(const v1::SetShippingAddressRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::SetShippingAddress, request, set);
}
CommandAnswer OrdersClient::Send(const v1::SetBillingAddressRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::SetBillingAddress, request, set);
}
CommandAnswer OrdersClient::Send(const v1::SetNoteRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::SetNote, request, set);
}
CommandAnswer OrdersClient::Send(const v1::ApplyDiscountRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::ApplyDiscount, request, set);
}
CommandAnswer OrdersClient::Send(const v1::RemoveDiscountRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::RemoveDiscount, request, set);
}
CommandAnswer OrdersClient::Send(const v1::SetShippingFeeRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::SetShippingFee, request, set);
}
CommandAnswer OrdersClient::Send(const v1::SetTaxRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::SetTax, request, set);
}
CommandAnswer OrdersClient::Send(const v1::ConfirmOrderRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::ConfirmOrder, request, set);
}
CommandAnswer OrdersClient::Send(const v1::AuthorizePaymentRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::AuthorizePayment, request, set);
}
CommandAnswer OrdersClient::Send(const v1::CapturePaymentRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::CapturePayment, request, set);
}
CommandAnswer OrdersClient::Send(const v1::RecordPaymentFailureRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::RecordPaymentFailure, request, set);
}
CommandAnswer OrdersClient::Send(const v1::RefundPaymentRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::RefundPayment, request, set);
}
CommandAnswer OrdersClient::Send(const v1::PlaceHoldRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::PlaceHold, request, set);
}
CommandAnswer OrdersClient::Send(const v1::ReleaseHoldRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::ReleaseHold, request, set);
}
CommandAnswer OrdersClient::Send(const v1::ShipItemsRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::ShipItems, request, set);
}
CommandAnswer OrdersClient::Send(const v1::RecordDeliveryRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::RecordDelivery, request, set);
}
CommandAnswer OrdersClient::Send(const v1::CancelOrderRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::CancelOrder, request, set);
}
CommandAnswer OrdersClient::Send(const v1::CancelItemsRequest& request, const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::CancelItems, request, set);
}
CommandAnswer OrdersClient::Send(const v1::RequestReturnRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::RequestReturn, request, set);
}
CommandAnswer OrdersClient::Send(const v1::ReceiveReturnRequest& request,
                                 const ContextSetter& set) {
  return Call(*commands_, &v1::OrderCommands::Stub::ReceiveReturn, request, set);
}

Answer<v1::GetOrderResponse> OrdersClient::Send(const v1::GetOrderRequest& request,
                                                const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::GetOrder, request, set);
}
Answer<v1::ListOrdersResponse> OrdersClient::Send(const v1::ListOrdersRequest& request,
                                                  const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::ListOrders, request, set);
}
Answer<v1::ListOrdersResponse> OrdersClient::Send(const v1::ListActiveOrdersRequest& request,
                                                  const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::ListActiveOrders, request, set);
}
Answer<v1::GetCustomerResponse> OrdersClient::Send(const v1::GetCustomerRequest& request,
                                                   const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::GetCustomer, request, set);
}
Answer<v1::GetSalesReportResponse> OrdersClient::Send(const v1::GetSalesReportRequest& request,
                                                      const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::GetSalesReport, request, set);
}
Answer<v1::SearchOrdersResponse> OrdersClient::Send(const v1::SearchOrdersRequest& request,
                                                    const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::SearchOrders, request, set);
}
Answer<v1::GetOrderHistoryResponse> OrdersClient::Send(const v1::GetOrderHistoryRequest& request,
                                                       const ContextSetter& set) {
  return Call(*queries_, &v1::OrderQueries::Stub::GetOrderHistory, request, set);
}

Answer<v1::GetOrderResponse> OrdersClient::GetOrder(const std::string& order_id,
                                                    const std::string& min_position) {
  v1::GetOrderRequest request;
  request.set_order_id(order_id);
  request.mutable_options()->set_min_position(min_position);
  return Send(request);
}

Answer<std::vector<v1::OrderHistoryEntry>> OrdersClient::ReadHistory(const std::string& order_id,
                                                                     int page_size) {
  Answer<std::vector<v1::OrderHistoryEntry>> all;
  v1::GetOrderHistoryRequest request;
  request.set_order_id(order_id);
  request.set_page_size(page_size);
  do {
    Answer<v1::GetOrderHistoryResponse> page = Send(request);
    all.status = page.status;
    if (!page.ok()) return all;
    for (auto& entry : *page.response.mutable_entries()) all.response.push_back(std::move(entry));
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

Answer<std::vector<v1::OrderSummary>> OrdersClient::ListAll(const std::string& filter,
                                                            const std::string& min_position) {
  Answer<std::vector<v1::OrderSummary>> all;
  v1::ListOrdersRequest request;
  request.set_page_size(500);
  request.set_filter(filter);
  request.set_order_by("order_id");
  request.mutable_options()->set_min_position(min_position);
  do {
    Answer<v1::ListOrdersResponse> page = Send(request);
    all.status = page.status;
    if (!page.ok()) return all;
    for (auto& order : *page.response.mutable_orders()) all.response.push_back(std::move(order));
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

grpc::Status OrdersClient::SendBytes(const std::string& method, const std::string& bytes,
                                     const ContextSetter& set) {
  grpc::ByteBuffer ignored;
  return CallBytes(method, bytes, set, ignored);
}

grpc::Status OrdersClient::CallBytes(const std::string& method, const std::string& bytes,
                                     const ContextSetter& set, grpc::ByteBuffer& response) {
  grpc::GenericStub stub(channel_);
  grpc::CompletionQueue queue;
  grpc::ClientContext context;
  Prepare(context, set);
  const auto call = stub.PrepareUnaryCall(&context, method, ToByteBuffer(bytes), &queue);
  grpc::Status status;
  call->StartCall();
  call->Finish(&response, &status, &queue);
  void* tag = nullptr;
  bool ok = false;
  if (!queue.Next(&tag, &ok)) status = grpc::Status(grpc::StatusCode::UNKNOWN, "no completion");
  queue.Shutdown();
  while (queue.Next(&tag, &ok)) {
  }
  return status;
}

grpc::Status OrdersClient::CheckHealth(bool& serving, const std::string& service) {
  // grpc.health.v1 is two fields small: written and read here, so that no proto is needed for it.
  std::string request;
  if (!service.empty()) {
    request = absl::StrCat("\x0a", std::string(1, static_cast<char>(service.size())), service);
  }
  grpc::ByteBuffer response;
  const grpc::Status status = CallBytes("/grpc.health.v1.Health/Check", request, {}, response);
  grpc::Slice bytes;
  serving = false;
  if (status.ok() && response.DumpToSingleSlice(&bytes).ok()) {
    // Field 1, a varint: 1 is SERVING.
    serving = bytes.size() == 2 && bytes.begin()[0] == 0x08 && bytes.begin()[1] == 0x01;
  }
  return status;
}

v1::Address SampleAddress() {
  v1::Address address;
  address.set_name("Ada Example");
  address.set_line1("1 Test Street");
  address.set_city("Leipzig");
  address.set_postal_code("04109");
  address.set_country_code("DE");
  return address;
}

v1::Money Euro(std::int64_t minor_units) {
  v1::Money money;
  money.set_currency_code("EUR");
  money.set_minor_units(minor_units);
  return money;
}

v1::NewLine Line(const std::string& sku, std::int64_t quantity, std::int64_t unit_price) {
  v1::NewLine line;
  line.set_sku(sku);
  line.set_title(absl::StrCat("Title of ", sku));
  line.set_quantity(quantity);
  *line.mutable_unit_price() = Euro(unit_price);
  return line;
}

v1::CreateOrderRequest CreateRequest(const std::string& order_id, const std::string& request_id) {
  v1::CreateOrderRequest request;
  SetOrder(request, order_id, request_id);
  request.set_customer_id("customer-1");
  request.set_currency_code("EUR");
  *request.add_lines() = Line("sku-a", 2, 1250);
  *request.add_lines() = Line("sku-b", 1, 4000);
  *request.mutable_shipping_address() = SampleAddress();
  return request;
}

v1::AddItemRequest AddRequest(const std::string& order_id, const std::string& sku,
                              const std::string& request_id) {
  v1::AddItemRequest request;
  SetOrder(request, order_id, request_id);
  *request.mutable_line() = Line(sku, 1, 1000);
  return request;
}

v1::ConfirmOrderRequest ConfirmRequest(const std::string& order_id, const std::string& request_id) {
  v1::ConfirmOrderRequest request;
  SetOrder(request, order_id, request_id);
  return request;
}

v1::SetNoteRequest NoteRequest(const std::string& order_id, const std::string& note,
                               const std::string& request_id) {
  v1::SetNoteRequest request;
  SetOrder(request, order_id, request_id);
  request.set_note(note);
  return request;
}

v1::CapturePaymentRequest CaptureRequest(const std::string& order_id, const std::string& payment_id,
                                         std::int64_t minor_units, const std::string& request_id) {
  v1::CapturePaymentRequest request;
  SetOrder(request, order_id, request_id);
  request.set_payment_id(payment_id);
  *request.mutable_amount() = Euro(minor_units);
  return request;
}

}  // namespace orders::testing_support
