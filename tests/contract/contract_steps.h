#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include <gtest/gtest.h>

#include "eventstoredb/event_store.h"
#include "tests/support/event_store_testing.h"

/// What several parts of the contract begin with or look for.
namespace eventstoredb::testing_support {

inline void ExpectWrongRevision(const absl::StatusOr<AppendResult>& answer,
                                std::optional<std::uint64_t> current) {
  ASSERT_EQ(answer.status().code(), absl::StatusCode::kAborted) << answer.status();
  const std::optional<WrongExpectedRevision> details = GetWrongExpectedRevision(answer.status());
  ASSERT_TRUE(details.has_value());
  EXPECT_EQ(details->current, current);
}

inline void ExpectWritten(const absl::StatusOr<AppendResult>& answer, std::uint64_t revision) {
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->revision, revision);
  ASSERT_TRUE(answer->position.has_value());
  EXPECT_EQ(answer->position->commit, answer->position->prepare);
}

inline std::unique_ptr<Subscription> MustSubscribe(EventStore& store, SubscribeRequest request) {
  absl::StatusOr<std::unique_ptr<Subscription>> subscription = store.Subscribe(std::move(request));
  EXPECT_TRUE(subscription.ok()) << subscription.status();
  return subscription.ok() ? *std::move(subscription) : nullptr;
}

// A stream with the events 1, 2, 3 at revisions 0, 1, 2.
inline absl::StatusOr<AppendResult> GivenThreeEvents(EventStore& store, const std::string& stream) {
  return Append(store, stream, ExpectedRevision::NoStream(), Events({1, 2, 3}));
}

inline std::size_t Count(EventStore& store, const std::string& stream) {
  return ReadStream(store, stream).events.size();
}

// Events 1 to 6 in the streams a and b in turn, types A and B; answers their positions.
inline std::vector<Position> GivenTwoStreams(EventStore& store, const std::string& a,
                                             const std::string& b) {
  std::vector<Position> positions;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    const bool odd = i % 2 == 1;
    const auto answer =
        Append(store, odd ? a : b, ExpectedRevision::Any(), {Event(i, odd ? "TypeA" : "TypeB")});
    EXPECT_TRUE(answer.ok()) << answer.status();
    if (answer.ok()) positions.push_back(*answer->position);
  }
  return positions;
}

}  // namespace eventstoredb::testing_support
