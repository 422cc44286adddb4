#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <utility>

#include "application/ports/order_store.h"

namespace orders::testing_support {

inline absl::StatusOr<application::AppendedEvents> Append(
    application::OrderStore& store, const application::CallContext& call,
    const domain::OrderId& order, std::optional<std::uint64_t> after,
    const domain::OrderEvents& events, const application::EventMetadata& metadata) {
  auto answer = std::make_shared<std::promise<absl::StatusOr<application::AppendedEvents>>>();
  store.StartAppend(call, order, after, events, metadata,
                    [answer](absl::StatusOr<application::AppendedEvents> appended) {
                      answer->set_value(std::move(appended));
                    });
  return answer->get_future().get();
}

}  // namespace orders::testing_support
