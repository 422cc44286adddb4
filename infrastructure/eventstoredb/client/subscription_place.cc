#include "infrastructure/eventstoredb/client/subscription_place.h"

#include <cstdint>

#include "eventstoredb/system_names.h"

namespace eventstoredb::client {
namespace {

/// What the server says of the position of an event of an old transaction (protocol section 3.4).
constexpr std::uint64_t kUnknownPosition = UINT64_MAX;

}  // namespace

SubscriptionPlace::Step SubscriptionPlace::Take(const ResolvedEvent& event) {
  if (!request_.stream.has_value()) {
    const Position& position = event.Original().position;
    // It cannot be told apart from others, nor gone on from.
    if (position.commit == kUnknownPosition) return Step::kNext;
    if (request_.after_position.has_value() && position <= *request_.after_position) {
      return Step::kRepeat;
    }
    request_.after_position = position;
    return Step::kNext;
  }
  const std::uint64_t revision = event.Original().revision;
  const std::optional<std::uint64_t>& last = request_.after_revision;
  if (last.has_value() && revision <= *last) return Step::kRepeat;
  if (!is_first_ && last.has_value() && revision > *last + 1 && revision != kTombstoneRevision) {
    return Step::kGap;
  }
  is_first_ = false;
  request_.after_revision = revision;
  return Step::kNext;
}

bool SubscriptionPlace::TakeCheckpoint(const Position& position) {
  if (checkpoint_.has_value() && position <= *checkpoint_) return false;
  if (request_.after_position.has_value() && position < *request_.after_position) return false;
  checkpoint_ = position;
  return true;
}

}  // namespace eventstoredb::client
