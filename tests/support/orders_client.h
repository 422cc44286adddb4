#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/status.h"

#include "orders/v1/commands.grpc.pb.h"
#include "orders/v1/queries.grpc.pb.h"

namespace orders::testing_support {

/// What an error status of the service says to a program.
struct ErrorDetails {
  std::string reason;  ///< Of ErrorInfo; empty: there was none.
  std::string domain;
  std::map<std::string, std::string> metadata;
  std::vector<std::pair<std::string, std::string>> violations;  ///< Field and what to change.
  std::optional<absl::Duration> retry_after;

  bool HasViolation(std::string_view field) const;
};
ErrorDetails DecodeErrorDetails(const grpc::Status& status);

template <typename Response>
struct Answer {
  grpc::Status status;
  Response response;

  bool ok() const { return status.ok(); }
  grpc::StatusCode code() const { return status.error_code(); }
  ErrorDetails details() const { return DecodeErrorDetails(status); }
};
using CommandAnswer = Answer<v1::CommandResponse>;

/// "INVALID_ARGUMENT [BAD_REQUEST] lines[0].quantity: ...", for failure messages.
std::string Describe(const grpc::Status& status);

/// A blocking client on a connection of its own. Thread-safe.
class OrdersClient {
 public:
  /// Changes a call before it starts: its deadline, metadata, compression.
  using ContextSetter = std::function<void(grpc::ClientContext&)>;

  /// No `credentials`: in the clear.
  explicit OrdersClient(const std::string& address, absl::Duration timeout = absl::Seconds(30),
                        std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr);

  CommandAnswer Send(const v1::CreateOrderRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::AddItemRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::ChangeItemQuantityRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::RemoveItemRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::SetShippingAddressRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::SetBillingAddressRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::SetNoteRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::ApplyDiscountRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::RemoveDiscountRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::SetShippingFeeRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::SetTaxRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::ConfirmOrderRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::AuthorizePaymentRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::CapturePaymentRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::RecordPaymentFailureRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::RefundPaymentRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::PlaceHoldRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::ReleaseHoldRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::ShipItemsRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::RecordDeliveryRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::CancelOrderRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::CancelItemsRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::RequestReturnRequest& request, const ContextSetter& set = {});
  CommandAnswer Send(const v1::ReceiveReturnRequest& request, const ContextSetter& set = {});

  Answer<v1::GetOrderResponse> Send(const v1::GetOrderRequest& request,
                                    const ContextSetter& set = {});
  Answer<v1::ListOrdersResponse> Send(const v1::ListOrdersRequest& request,
                                      const ContextSetter& set = {});
  Answer<v1::ListOrdersResponse> Send(const v1::ListActiveOrdersRequest& request,
                                      const ContextSetter& set = {});
  Answer<v1::GetCustomerResponse> Send(const v1::GetCustomerRequest& request,
                                       const ContextSetter& set = {});
  Answer<v1::GetSalesReportResponse> Send(const v1::GetSalesReportRequest& request,
                                          const ContextSetter& set = {});
  Answer<v1::SearchOrdersResponse> Send(const v1::SearchOrdersRequest& request,
                                        const ContextSetter& set = {});
  Answer<v1::GetOrderHistoryResponse> Send(const v1::GetOrderHistoryRequest& request,
                                           const ContextSetter& set = {});

  /// `min_position` empty: what the read model has now.
  Answer<v1::GetOrderResponse> GetOrder(const std::string& order_id,
                                        const std::string& min_position = "");
  /// All pages, oldest first. The status is that of the page that failed.
  Answer<std::vector<v1::OrderHistoryEntry>> ReadHistory(const std::string& order_id,
                                                         int page_size = 500);
  /// All pages.
  Answer<std::vector<v1::OrderSummary>> ListAll(const std::string& filter = "",
                                                const std::string& min_position = "");

  /// Calls a method by its full name with any bytes. The answer's own bytes are not looked at.
  grpc::Status SendBytes(const std::string& method, const std::string& bytes,
                         const ContextSetter& set = {});
  /// SERVING of grpc.health.v1 for `service`; an error status if the question was not answered.
  grpc::Status CheckHealth(bool& serving, const std::string& service = "");

  v1::OrderQueries::Stub& queries() { return *queries_; }
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }

 private:
  template <typename Request, typename Response, typename Stub>
  Answer<Response> Call(Stub& stub,
                        grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                     Response*),
                        const Request& request, const ContextSetter& set);
  grpc::Status CallBytes(const std::string& method, const std::string& bytes,
                         const ContextSetter& set, grpc::ByteBuffer& response);
  void Prepare(grpc::ClientContext& context, const ContextSetter& set) const;

  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::OrderCommands::Stub> commands_;
  std::unique_ptr<v1::OrderQueries::Stub> queries_;
  absl::Duration timeout_;
};

// Requests as a shop sends them.
v1::Address SampleAddress();
v1::Money Euro(std::int64_t minor_units);
v1::NewLine Line(const std::string& sku, std::int64_t quantity, std::int64_t unit_price);
/// Two lines, EUR, an address; enough to be confirmed. 2 x 12.50 + 1 x 40.00 = 65.00.
v1::CreateOrderRequest CreateRequest(const std::string& order_id,
                                     const std::string& request_id = "");
v1::AddItemRequest AddRequest(const std::string& order_id, const std::string& sku,
                              const std::string& request_id = "");
v1::ConfirmOrderRequest ConfirmRequest(const std::string& order_id,
                                       const std::string& request_id = "");
v1::SetNoteRequest NoteRequest(const std::string& order_id, const std::string& note,
                               const std::string& request_id = "");
v1::CapturePaymentRequest CaptureRequest(const std::string& order_id, const std::string& payment_id,
                                         std::int64_t minor_units,
                                         const std::string& request_id = "");

}  // namespace orders::testing_support
