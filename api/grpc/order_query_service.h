#pragma once

#include "api/calls/method.h"
#include "api/grpc/unary_service.h"
#include "orders/v1/queries.grpc.pb.h"

namespace orders::api {

class OrderQueryService final : public UnaryService<v1::OrderQueries> {
 public:
  /// What the methods need, and `order_bytes`, outlive the service.
  OrderQueryService(const UnaryMethods& methods, const WatchMethod& watch,
                    OrderBytesCache& order_bytes);
};

}  // namespace orders::api
