#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "google/protobuf/message.h"

#include "api/calls/encoded_order_cache.h"
#include "orders/v1/types.pb.h"

namespace orders::api {

/// As AppendMessageJson has it.
std::string ToJson(const google::protobuf::Message& message);

/// The same as ToJson(freshness), but for the order of its members, and faster still.
void AppendJson(const v1::Freshness& freshness, std::string& json);

/// The JSON of an order.
struct OrderJson {
  std::shared_ptr<const std::string> text;
  std::size_t size() const { return text->size(); }
};

/// Orders as ToJson has them.
class OrderJsonCache : public EncodedOrderCache<OrderJson> {
 public:
  explicit OrderJsonCache(std::size_t bytes_max);
};

/// The same as ToJson of a GetOrderResponse of both, but for the order of members.
std::string OrderAnswerJson(const OrderJson& order, const v1::Freshness& freshness);

}  // namespace orders::api
