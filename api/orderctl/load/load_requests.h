#pragma once

#include <cstdint>
#include <string>

#include "grpcpp/support/byte_buffer.h"

#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {

/// A request of the load, ready to be sent: serialized once, its answer is not even parsed, so that
/// the client takes little of the processor that it shares with the service.
struct LoadCall {
  const std::string* method = nullptr;  ///< "/orders.v1.OrderCommands/CreateOrder".
  grpc::ByteBuffer request;
};

/// Makes the requests of one run. Orders are named after `run`, which no other run has. One thread.
class LoadRequests {
 public:
  explicit LoadRequests(std::string run);

  /// The next create: an order of two lines, an address, a request id.
  LoadCall Create();
  /// A get of one of the first `created` orders, in turn.
  LoadCall Get(std::int64_t created);

 private:
  std::string OrderId(std::int64_t number) const;

  const std::string run_;
  v1::CreateOrderRequest create_;
  v1::GetOrderRequest get_;
  std::int64_t creates_ = 0;
  std::int64_t gets_ = 0;
};

}  // namespace orders::api
