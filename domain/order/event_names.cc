#include "domain/order/event_names.h"

#include <cstddef>
#include <utility>
#include <variant>

#include "domain/order/events.h"

namespace orders::domain {
namespace {

template <std::size_t... kIndexes>
std::vector<std::string_view> NamesOf(std::index_sequence<kIndexes...> /*indexes*/) {
  return {EventName(OrderEvent(std::in_place_index<kIndexes>))...};
}

}  // namespace

const std::vector<std::string_view>& EventNames() {
  static const auto& names = *new std::vector<std::string_view>(
      NamesOf(std::make_index_sequence<std::variant_size_v<OrderEvent>>()));
  return names;
}

}  // namespace orders::domain
