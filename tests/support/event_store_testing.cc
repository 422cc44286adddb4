#include "tests/support/event_store_testing.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace eventstoredb::testing_support {

Uuid Id(std::uint64_t number) {
  Uuid id;
  id.bytes[6] = 0x40;
  for (std::size_t i = 0; i < 8; ++i) {
    id.bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return id;
}

ProposedEvent Event(std::uint64_t number, std::string type) {
  return {.id = Id(number),
          .type = std::move(type),
          .is_json = true,
          .data = absl::StrCat("{\"n\":", number, "}"),
          .metadata = absl::StrCat("m", number)};
}

std::vector<ProposedEvent> Events(std::initializer_list<std::uint64_t> numbers) {
  std::vector<ProposedEvent> events;
  for (const std::uint64_t number : numbers) events.push_back(Event(number));
  return events;
}

std::vector<ProposedEvent> EventRange(std::uint64_t first, std::uint64_t count) {
  std::vector<ProposedEvent> events;
  for (std::uint64_t i = 0; i < count; ++i) events.push_back(Event(first + i));
  return events;
}

absl::StatusOr<AppendResult> Append(EventStore& store, const std::string& stream,
                                    ExpectedRevision expected, std::vector<ProposedEvent> events) {
  AppendRequest request;
  request.stream = stream;
  request.expected = expected;
  request.events = std::move(events);
  request.deadline = absl::Now() + absl::Seconds(60);
  return store.Append(std::move(request));
}

std::vector<std::uint64_t> ReadResult::Revisions() const {
  std::vector<std::uint64_t> revisions;
  for (const RecordedEvent& event : events) revisions.push_back(event.revision);
  return revisions;
}

std::vector<Uuid> ReadResult::Ids() const {
  std::vector<Uuid> ids;
  for (const RecordedEvent& event : events) ids.push_back(event.id);
  return ids;
}

ReadResult ReadStream(EventStore& store, const std::string& stream, Direction direction,
                      std::optional<std::uint64_t> from, std::uint64_t count_max) {
  ReadResult result;
  result.status = store.ReadStream({.stream = stream,
                                    .direction = direction,
                                    .from = from,
                                    .count_max = count_max,
                                    .deadline = absl::Now() + absl::Seconds(60)},
                                   [&](RecordedEvent&& event) {
                                     result.events.push_back(std::move(event));
                                     return true;
                                   });
  return result;
}

ReadResult ReadAll(EventStore& store, ReadAllRequest request) {
  ReadResult result;
  result.status = store.ReadAll(request, [&](RecordedEvent&& event) {
    result.events.push_back(std::move(event));
    return true;
  });
  return result;
}

std::vector<RecordedEvent> Received::Events() const {
  std::vector<RecordedEvent> events;
  for (const SubscriptionMessage& message : messages) {
    if (const auto* event = std::get_if<RecordedEvent>(&message)) events.push_back(*event);
  }
  return events;
}

std::size_t Received::CaughtUps() const {
  return static_cast<std::size_t>(
      std::count_if(messages.begin(), messages.end(), [](const SubscriptionMessage& message) {
        return std::holds_alternative<CaughtUp>(message);
      }));
}

namespace {

template <typename Enough>
Received TakeUntil(Subscription& subscription, absl::Duration patience, std::size_t messages_max,
                   const Enough& enough) {
  Received received;
  const absl::Time deadline = absl::Now() + patience;
  while (!enough(received) && absl::Now() < deadline) {
    received.status = subscription.Next(messages_max, deadline - absl::Now(), received.messages);
    if (!received.status.ok()) break;
  }
  return received;
}

}  // namespace

Received Take(Subscription& subscription, std::size_t events, absl::Duration patience,
              std::size_t messages_max) {
  std::size_t seen = 0;
  std::size_t count = 0;
  return TakeUntil(subscription, patience, messages_max, [&](const Received& received) {
    for (; seen < received.messages.size(); ++seen) {
      if (std::holds_alternative<RecordedEvent>(received.messages[seen])) ++count;
    }
    return count >= events;
  });
}

Received TakeUntilCaughtUp(Subscription& subscription, absl::Duration patience) {
  return TakeUntil(subscription, patience, 100,
                   [](const Received& received) { return received.CaughtUps() > 0; });
}

}  // namespace eventstoredb::testing_support
