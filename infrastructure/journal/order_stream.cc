#include "infrastructure/journal/order_stream.h"

#include "domain/order/validation.h"

namespace orders::infrastructure {

std::string OrderStream(const domain::OrderId& id) {
  std::string stream(kOrderStreamPrefix);
  stream.append(id.value);
  return stream;
}

std::optional<domain::OrderId> OrderOfStream(std::string_view stream) {
  if (stream.substr(0, kOrderStreamPrefix.size()) != kOrderStreamPrefix) return std::nullopt;
  domain::OrderId id{std::string(stream.substr(kOrderStreamPrefix.size()))};
  if (!domain::ValidateOrderId(id).empty()) return std::nullopt;
  return id;
}

}  // namespace orders::infrastructure
