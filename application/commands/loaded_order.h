#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "application/commands/request_memory.h"
#include "application/order_view.h"
#include "application/ports/digest.h"
#include "application/recorded_event.h"

namespace orders::application {

/// One order as of some revision of its stream: always a true beginning of it, maybe not all.
struct LoadedOrder {
  OrderView view;
  RequestMemory requests;
  bool exists = false;  ///< False: no events; `view` is empty.

  std::uint64_t events() const { return exists ? view.revision + 1 : 0; }
  std::optional<std::uint64_t> last_revision() const {
    return exists ? std::optional(view.revision) : std::nullopt;
  }
};

/// Folds an order's events into a state, one after the other.
class OrderFolder {
 public:
  /// `digest` outlives the folder.
  OrderFolder(const Digest& digest, LoadedOrder start)
      : digest_(digest), order_(std::move(start)) {}

  void Add(const RecordedOrderEvent& recorded);
  bool changed() const { return changed_; }
  LoadedOrder Take() { return std::move(order_); }

 private:
  const Digest& digest_;
  LoadedOrder order_;
  bool changed_ = false;
  // Of the last event's request, since events of one request stand beside each other.
  std::string request_id_;
  ShortHash request_hash_{};
};

/// Memory held by `loaded`, itself included; within a quarter of the truth.
std::size_t EstimateBytes(const LoadedOrder& loaded);

}  // namespace orders::application
