#include "infrastructure/node/append_decision.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/event_store_testing.h"

namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.

// A stream as a list of ids; the event at revision r stands at position 10 * (r + 1).
class Given {
 public:
  Given(std::initializer_list<std::uint64_t> ids) : ids_(ids) {}

  // "write", "refuse" or "<revision>@<position>".
  std::string Decide(ExpectedRevision expected, std::initializer_list<std::uint64_t> ids) const {
    const auto at = [&](std::uint64_t revision) -> absl::StatusOr<std::optional<StandingEvent>> {
      if (revision >= ids_.size()) return std::nullopt;
      const std::uint64_t position = 10 * (revision + 1);
      return StandingEvent{Id(ids_[revision]), revision, {position, position}};
    };
    const auto first_with_id = [&](const Uuid& id) -> absl::StatusOr<std::optional<StandingEvent>> {
      for (std::uint64_t revision = 0; revision < ids_.size(); ++revision) {
        if (Id(ids_[revision]) == id) return at(revision);
      }
      return std::nullopt;
    };
    const auto last = ids_.empty() ? std::nullopt : std::optional<std::uint64_t>(ids_.size() - 1);
    const absl::StatusOr<AppendDecision> decision =
        DecideAppend(expected, Events(ids), last, {.first_with_id = first_with_id, .at = at});
    if (!decision.ok()) return decision.status().ToString();
    if (std::holds_alternative<WriteEvents>(*decision)) return "write";
    if (std::holds_alternative<WrongRevision>(*decision)) return "refuse";
    const auto& written = std::get<AlreadyWritten>(*decision);
    return std::to_string(written.revision) + "@" + std::to_string(written.position.commit);
  }

 private:
  std::vector<std::uint64_t> ids_;
};

constexpr auto kAny = ExpectedRevision::Any();
constexpr auto kNoStream = ExpectedRevision::NoStream();
constexpr auto kExists = ExpectedRevision::StreamExists();
constexpr auto Exact(std::uint64_t revision) { return ExpectedRevision::Exact(revision); }

TEST(AppendDecision, OfAStreamWithoutEventsWritesForAnyAndNoStreamOnly) {
  EXPECT_EQ(Given({}).Decide(kAny, {1}), "write");
  EXPECT_EQ(Given({}).Decide(kNoStream, {1}), "write");
  EXPECT_EQ(Given({}).Decide(kExists, {1}), "refuse");
  EXPECT_EQ(Given({}).Decide(Exact(0), {1}), "refuse");
  EXPECT_EQ(Given({}).Decide(Exact(5), {}), "refuse");
}

TEST(AppendDecision, AtTheHeadWritesAndNeverLooksAtIds) {
  EXPECT_EQ(Given({1, 2}).Decide(Exact(1), {3}), "write");
  EXPECT_EQ(Given({1, 2}).Decide(Exact(1), {1, 2}), "write");
}

TEST(AppendDecision, AheadOfTheHeadRefuses) {
  EXPECT_EQ(Given({1, 2}).Decide(Exact(2), {3}), "refuse");
  EXPECT_EQ(Given({1, 2}).Decide(Exact(2), {1}), "refuse");
}

TEST(AppendDecision, BehindTheHeadAsksWhetherTheIdsStandThere) {
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {1, 2, 3}), "2@30");
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {1, 2}), "1@20");
  EXPECT_EQ(Given({1, 2, 3}).Decide(Exact(0), {2}), "1@20");
  EXPECT_EQ(Given({1, 2, 3}).Decide(Exact(0), {2, 3}), "2@30");
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {9}), "refuse");
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {1, 9}), "refuse");
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {2, 1}), "refuse");
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {1, 2, 3, 4}), "refuse");
  EXPECT_EQ(Given({1, 2, 3}).Decide(Exact(1), {2}), "refuse");
  EXPECT_EQ(Given({1, 2, 3}).Decide(kNoStream, {}), "refuse");
  EXPECT_EQ(Given({1, 2, 3}).Decide(Exact(1), {}), "refuse");
}

TEST(AppendDecision, ForAnyAndStreamExistsGoesByIds) {
  for (const ExpectedRevision expected : {kAny, kExists}) {
    EXPECT_EQ(Given({1, 2}).Decide(expected, {3}), "write");
    EXPECT_EQ(Given({1, 2}).Decide(expected, {3, 1}), "write");
    EXPECT_EQ(Given({1, 2}).Decide(expected, {1, 2}), "1@20");
    EXPECT_EQ(Given({1, 2}).Decide(expected, {2, 1}), "0@10");
    EXPECT_EQ(Given({1, 2}).Decide(expected, {2}), "1@20");
    EXPECT_EQ(Given({1, 2}).Decide(expected, {1, 3}), "refuse");
    EXPECT_EQ(Given({1, 1}).Decide(expected, {1}), "0@10");
  }
  EXPECT_EQ(Given({1, 2}).Decide(kAny, {}), "write");
}

TEST(AppendDecision, PassesOnTheErrorOfALookUp) {
  const auto fails = [](auto) -> absl::StatusOr<std::optional<StandingEvent>> {
    return absl::DataLossError("damaged");
  };
  const StreamLookups lookups = {.first_with_id = fails, .at = fails};
  EXPECT_TRUE(absl::IsDataLoss(DecideAppend(kAny, Events({1}), 0, lookups).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecideAppend(kNoStream, Events({1}), 0, lookups).status()));
}

}  // namespace
}  // namespace eventstoredb
