#include "tests/integration/shopper.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

namespace orders::testing_support {
namespace {

/// The service said certainly that nothing was recorded.
bool IsRefusal(grpc::StatusCode code) {
  return code == grpc::StatusCode::FAILED_PRECONDITION || code == grpc::StatusCode::NOT_FOUND ||
         code == grpc::StatusCode::ALREADY_EXISTS || code == grpc::StatusCode::ABORTED ||
         code == grpc::StatusCode::RESOURCE_EXHAUSTED;
}

/// What a service that goes away leaves behind.
bool IsCutOff(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::DEADLINE_EXCEEDED ||
         code == grpc::StatusCode::CANCELLED;
}

}  // namespace

Shopper::Shopper(int number, std::uint32_t seed, std::vector<std::string> shared_orders)
    : number_(number), random_(seed), shared_orders_(std::move(shared_orders)) {}

std::string Shopper::PickOrder() {
  if (own_orders_.empty() || random_() % 4 == 0) {
    return shared_orders_[random_() % shared_orders_.size()];
  }
  // The newest ones are still drafts.
  const std::size_t recent = std::min<std::size_t>(own_orders_.size(), 4);
  return own_orders_[own_orders_.size() - 1 - random_() % recent];
}

Shopper::Request Shopper::Next() {
  Request request;
  request.request_id = absl::StrCat("request-", number_, "-", ++requests_);
  const std::string id = request.request_id;
  const auto sends = [](auto message) {
    return [message = std::move(message)](OrdersClient& client) { return client.Send(message); };
  };
  const auto dice = static_cast<int>(random_() % 100);
  if (own_orders_.empty() || dice < 30) {
    const bool shared = random_() % 8 == 0;
    request.order_id = shared ? shared_orders_[random_() % shared_orders_.size()]
                              : absl::StrCat("order-", number_, "-", requests_);
    if (!shared) own_orders_.push_back(request.order_id);
    v1::CreateOrderRequest create = CreateRequest(request.order_id, id);
    create.set_customer_id(absl::StrCat("customer-", number_ % 3));
    request.send = sends(create);
    return request;
  }
  request.order_id = PickOrder();
  if (dice < 70) {
    request.send = sends(AddRequest(request.order_id, absl::StrCat("sku-", random_() % 10), id));
  } else if (dice < 85) {
    request.send = sends(ConfirmRequest(request.order_id, id));
  } else {
    // Part of the price, with a payment id of its own.
    request.send = sends(
        CaptureRequest(request.order_id, absl::StrCat("pay-", number_, "-", requests_), 700, id));
  }
  return request;
}

bool Shopper::Ask(OrdersClient& client, const Request& request) {
  const CommandAnswer answer = request.send(client);
  if (answer.ok()) {
    EXPECT_EQ(answer.response.request_id(), request.request_id);
    acknowledged_.push_back({request, answer.response});
    return true;
  }
  if (IsRefusal(answer.code())) {
    ++refused_;
    return true;
  }
  if (!IsCutOff(answer.code())) {
    ADD_FAILURE() << request.request_id << " on " << request.order_id << ": "
                  << Describe(answer.status);
  }
  return false;
}

bool Shopper::FinishPending(OrdersClient& client) {
  while (!pending_.empty()) {
    if (!Ask(client, pending_.back())) return false;
    pending_.pop_back();
  }
  return true;
}

void Shopper::RunUntilCutOff(OrdersClient& client) {
  while (FinishPending(client)) {
    Request request = Next();
    if (!Ask(client, request)) {
      pending_.push_back(std::move(request));
      break;
    }
  }
  ++cut_off_;
}

void Shopper::ExpectSameAnswers(OrdersClient& client, std::size_t count) {
  std::vector<std::size_t> chosen(acknowledged_.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = i;
  if (chosen.size() > count) {
    std::shuffle(chosen.begin(), chosen.end(), random_);
    chosen.resize(count);
  }
  for (const std::size_t i : chosen) {
    const Acknowledged& first = acknowledged_[i];
    if (first.response.events_recorded() == 0) continue;  // Not remembered, by design.
    const CommandAnswer again = first.request.send(client);
    ASSERT_TRUE(again.ok()) << first.request.request_id << ": " << Describe(again.status);
    v1::CommandResponse expected = first.response;
    expected.set_replayed(true);
    ASSERT_EQ(again.response.SerializeAsString(), expected.SerializeAsString())
        << "asked again:\n"
        << again.response.DebugString() << "first answer:\n"
        << expected.DebugString();
  }
}

}  // namespace orders::testing_support
