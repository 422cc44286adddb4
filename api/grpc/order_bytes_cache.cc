#include "api/grpc/order_bytes_cache.h"

#include "api/calls/view_mapping.h"
#include "api/grpc/wire.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {

OrderBytesCache::OrderBytesCache(std::size_t bytes_max)
    : EncodedOrderCache(bytes_max, [](const application::OrderView& view) {
        v1::Order order;
        SetOrder(view, order);
        return EncodeField(v1::GetOrderResponse::kOrderFieldNumber, order);
      }) {}

}  // namespace orders::api
