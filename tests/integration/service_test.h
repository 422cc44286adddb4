#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/integration/change_watch.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"

namespace orders::testing_support {

/// Tests against one service in memory, shared by the suite, and proof of what it stored: a watch
/// over all orders sees each stored event, in order.
class ServiceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  /// An id of an order that no other test uses.
  static std::string NewOrderId();
  /// Makes an order and takes it out of the watch. Fails the test if it cannot.
  v1::Order MakeOrder();
  v1::Order MakeConfirmedOrder();
  v1::Order MakePaidOrder();

  /// Fails unless nothing at all was stored since the last call, by this test or MakeOrder.
  void ExpectNothingStored();
  /// Takes note of all that is stored: what follows is measured from here.
  void ForgetStored() { TakeStored(); }
  std::vector<v1::OrderHistoryEntry> TakeStored();

  static OrdersClient& client() { return *client_; }
  static OrderdProcess& process() { return *process_; }
  static const std::string& address() { return process_->address(); }
  static std::string http_address() { return process_->ReadyWord("http"); }

 private:
  static std::unique_ptr<OrderdProcess> process_;
  static std::unique_ptr<OrdersClient> client_;
  static std::string marker_id_;
  std::unique_ptr<ChangeWatch> watch_;
};

// What an error must say. All check that it has a text, a reason and our domain.
void ExpectError(const grpc::Status& status, grpc::StatusCode code, const std::string& reason);
/// INVALID_ARGUMENT with a violation of `field` that says what to change.
void ExpectInvalid(const grpc::Status& status, const std::string& field);

}  // namespace orders::testing_support
