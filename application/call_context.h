#pragma once

#include <string>

#include "absl/time/time.h"

#include "domain/order/ids.h"

namespace orders::application {

/// What travels with a call from the edge to the store. Cheap to copy.
struct CallContext {
  absl::Time deadline = absl::InfiniteFuture();
  std::string actor = "anonymous";  ///< Who called; recorded in every event.
  std::string correlation_id;       ///< Recorded as $correlationId; made at the edge if not given.
  std::string causation_id;         ///< Recorded as $causationId; the request's id if not given.
  std::string traceparent;          ///< W3C trace context; empty: none.
  /// Whose orders alone the caller sees and changes, as if there were no others; empty: everyone's.
  std::string customer;

  bool MaySee(const domain::CustomerId& owner) const {
    return customer.empty() || owner.value == customer;
  }
};

}  // namespace orders::application
