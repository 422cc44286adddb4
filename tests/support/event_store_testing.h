#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/event_store.h"

namespace eventstoredb::testing_support {

inline constexpr auto kAny = ExpectedRevision::Any();
inline constexpr auto kBackwards = Direction::kBackwards;

/// The id whose last eight bytes are `number`.
Uuid Id(std::uint64_t number);
/// An event with that id; its data says the number too.
ProposedEvent Event(std::uint64_t number, std::string type = "Tested");
std::vector<ProposedEvent> Events(std::initializer_list<std::uint64_t> numbers);
/// `count` events with ids from `first` on.
std::vector<ProposedEvent> EventRange(std::uint64_t first, std::uint64_t count);

absl::StatusOr<AppendResult> Append(EventStore& store, const std::string& stream,
                                    ExpectedRevision expected, std::vector<ProposedEvent> events);

struct ReadResult {
  absl::Status status;
  std::vector<RecordedEvent> events;
  std::vector<std::uint64_t> Revisions() const;
  std::vector<Uuid> Ids() const;
};
ReadResult ReadStream(EventStore& store, const std::string& stream,
                      Direction direction = Direction::kForwards,
                      std::optional<std::uint64_t> from = std::nullopt,
                      std::uint64_t count_max = UINT64_MAX);
ReadResult ReadAll(EventStore& store, ReadAllRequest request = {});

/// Takes messages until `events` events came (not counting other messages), or `patience` is over,
/// or an error.
struct Received {
  absl::Status status;
  std::vector<SubscriptionMessage> messages;
  std::vector<RecordedEvent> Events() const;
  std::size_t CaughtUps() const;
};
Received Take(Subscription& subscription, std::size_t events,
              absl::Duration patience = absl::Seconds(30), std::size_t messages_max = 100);
/// Takes messages until CaughtUp.
Received TakeUntilCaughtUp(Subscription& subscription, absl::Duration patience = absl::Seconds(30));

}  // namespace eventstoredb::testing_support
