#pragma once

#include <optional>

#include "eventstoredb/event_store.h"
#include "eventstoredb/types.h"

namespace eventstoredb::client {

/// Where a subscription is: after which event it goes on, and which of the next ones are really
/// next. Pure.
class SubscriptionPlace {
 public:
  explicit SubscriptionPlace(SubscribeRequest request) : request_(std::move(request)) {}

  /// What to ask for to go on: the first request, after the last event taken.
  const SubscribeRequest& request() const { return request_; }
  /// A new call has begun from here.
  void Opened() { is_first_ = true; }

  enum class Step {
    kNext,    ///< The place has moved to it.
    kRepeat,  ///< At or before the place: drop it.
    /// Of one stream, and revisions are missing before it. Either they were truncated or the server
    /// lost its order: ask once more from here. As the first of a call such an event is the next.
    kGap,
  };
  Step Take(const ResolvedEvent& event);
  /// False: it shows no progress.
  bool TakeCheckpoint(const Position& position);

 private:
  SubscribeRequest request_;
  bool is_first_ = true;
  std::optional<Position> checkpoint_;
};

}  // namespace eventstoredb::client
