#pragma once

#include <cstddef>

#include "grpcpp/support/slice.h"

#include "api/calls/encoded_order_cache.h"

namespace orders::api {

/// Orders as field 1 of GetOrderResponse, as they stand on gRPC's wire.
class OrderBytesCache : public EncodedOrderCache<grpc::Slice> {
 public:
  explicit OrderBytesCache(std::size_t bytes_max);
};

}  // namespace orders::api
