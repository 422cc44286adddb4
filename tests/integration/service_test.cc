#include "tests/integration/service_test.h"

#include <atomic>

#include "absl/strings/str_cat.h"

namespace orders::testing_support {

std::unique_ptr<OrderdProcess> ServiceTest::process_;
std::unique_ptr<OrdersClient> ServiceTest::client_;
std::string ServiceTest::marker_id_;

void ServiceTest::SetUpTestSuite() {
  auto started = OrderdProcess::Start({.arguments = {"--http-listen", "127.0.0.1:0"}});
  ASSERT_TRUE(started.ok()) << started.status();
  process_ = *std::move(started);
  client_ = std::make_unique<OrdersClient>(process_->address());
  marker_id_ = "marker";
  const CommandAnswer created = client_->Send(CreateRequest(marker_id_));
  ASSERT_TRUE(created.ok()) << Describe(created.status);
}

void ServiceTest::TearDownTestSuite() {
  client_.reset();
  process_.reset();
}

void ServiceTest::SetUp() {
  ASSERT_NE(process_, nullptr) << "the service did not start";
  ASSERT_TRUE(process_->IsRunning()) << "an earlier test ended the service:\n" << process_->err();
  const CommandAnswer marked = client_->Send(NoteRequest(marker_id_, NewOrderId()));
  ASSERT_TRUE(marked.ok()) << Describe(marked.status);
  watch_ = std::make_unique<ChangeWatch>(*client_, "", marked.response.position_token());
}

void ServiceTest::TearDown() {
  watch_.reset();
  if (process_ == nullptr) return;
  EXPECT_TRUE(process_->IsRunning()) << "this test ended the service:\n" << process_->err();
}

std::string ServiceTest::NewOrderId() {
  static std::atomic<int> last = 0;
  return absl::StrCat("order-", ++last);
}

std::vector<v1::OrderHistoryEntry> ServiceTest::TakeStored() {
  // The log is one sequence: whatever was stored before the mark comes before it.
  const CommandAnswer marked = client_->Send(NoteRequest(marker_id_, NewOrderId()));
  std::vector<v1::OrderHistoryEntry> stored;
  if (!marked.ok()) {
    ADD_FAILURE() << "the service no longer takes commands: " << Describe(marked.status);
    return stored;
  }
  while (auto change = watch_->Next()) {
    if (change->order_id() == marker_id_) return stored;
    stored.push_back(*std::move(change));
  }
  ADD_FAILURE() << "the watch ended: " << Describe(watch_->status());
  return stored;
}

void ServiceTest::ExpectNothingStored() {
  for (const v1::OrderHistoryEntry& entry : TakeStored()) {
    ADD_FAILURE() << "stored: " << entry.order_id() << " revision " << entry.revision() << " "
                  << entry.type() << " " << entry.data_json();
  }
}

v1::Order ServiceTest::MakeOrder() {
  const CommandAnswer created = client_->Send(CreateRequest(NewOrderId()));
  EXPECT_TRUE(created.ok()) << Describe(created.status);
  ForgetStored();
  return created.response.order();
}

v1::Order ServiceTest::MakeConfirmedOrder() {
  const v1::Order order = MakeOrder();
  const CommandAnswer confirmed = client_->Send(ConfirmRequest(order.order_id()));
  EXPECT_TRUE(confirmed.ok()) << Describe(confirmed.status);
  ForgetStored();
  return confirmed.response.order();
}

v1::Order ServiceTest::MakePaidOrder() {
  const v1::Order order = MakeConfirmedOrder();
  const CommandAnswer paid = client_->Send(
      CaptureRequest(order.order_id(), "payment-1", order.totals().total().minor_units()));
  EXPECT_TRUE(paid.ok()) << Describe(paid.status);
  ForgetStored();
  return paid.response.order();
}

void ExpectError(const grpc::Status& status, grpc::StatusCode code, const std::string& reason) {
  const ErrorDetails details = DecodeErrorDetails(status);
  EXPECT_EQ(status.error_code(), code) << Describe(status);
  EXPECT_EQ(details.reason, reason) << Describe(status);
  EXPECT_EQ(details.domain, "orders") << Describe(status);
  EXPECT_FALSE(status.error_message().empty());
}

void ExpectInvalid(const grpc::Status& status, const std::string& field) {
  const ErrorDetails details = DecodeErrorDetails(status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << Describe(status);
  EXPECT_TRUE(details.HasViolation(field))
      << "no violation of " << field << " in " << Describe(status);
  EXPECT_EQ(details.domain, "orders") << Describe(status);
  EXPECT_FALSE(details.reason.empty()) << Describe(status);
  EXPECT_FALSE(status.error_message().empty());
}

}  // namespace orders::testing_support
