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

  // "write", "refuse", "deleted" or "<revision>@<position>".
  std::string Decide(ExpectedRevision expected, std::initializer_list<std::uint64_t> ids) const {
    const auto at = [&](std::uint64_t revision) -> absl::StatusOr<std::optional<StandingEvent>> {
      if (revision >= ids_.size()) return std::nullopt;
      const std::uint64_t position = 10 * (revision + 1);
      return StandingEvent{Id(ids_[revision]), revision, {position, position}, {}};
    };
    const auto first_with_id = [&](const Uuid& id) -> absl::StatusOr<std::optional<StandingEvent>> {
      for (std::uint64_t revision = 0; revision < ids_.size(); ++revision) {
        if (Id(ids_[revision]) == id) return at(revision);
      }
      return std::nullopt;
    };
    const absl::StatusOr<WriteDecision> decision =
        DecideAppend(expected, Events(ids), State(), {.first_with_id = first_with_id, .at = at});
    return decision.ok() ? Said(*decision) : decision.status().ToString();
  }

  std::string Delete(ExpectedRevision expected, DeleteKind kind) const {
    return Said(DecideDelete(expected, kind, State()));
  }

  Given WithMetadata() const {
    Given given = *this;
    given.has_metadata_ = true;
    return given;
  }
  Given SoftDeleted() const {
    Given given = WithMetadata();
    given.is_soft_deleted_ = true;
    return given;
  }
  Given Tombstoned() const {
    Given given = *this;
    given.is_tombstoned_ = true;
    return given;
  }

 private:
  StreamState State() const {
    StreamState state;
    if (!ids_.empty() && !is_tombstoned_) state.last = ids_.size() - 1;
    state.is_tombstoned = is_tombstoned_;
    state.is_soft_deleted = is_soft_deleted_;
    state.has_metadata = has_metadata_;
    return state;
  }

  static std::string Said(const WriteDecision& decision) {
    if (std::holds_alternative<WriteEvents>(decision)) return "write";
    if (std::holds_alternative<WrongRevision>(decision)) return "refuse";
    if (std::holds_alternative<IsDeleted>(decision)) return "deleted";
    const StandingEvent& written = std::get<AlreadyWritten>(decision).last;
    return std::to_string(written.revision) + "@" + std::to_string(written.position.commit);
  }

  std::vector<std::uint64_t> ids_;
  bool is_tombstoned_ = false;
  bool is_soft_deleted_ = false;
  bool has_metadata_ = false;
};

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
  const StreamState one_event = {.last = 0};
  EXPECT_TRUE(absl::IsDataLoss(DecideAppend(kAny, Events({1}), one_event, lookups).status()));
  EXPECT_TRUE(absl::IsDataLoss(DecideAppend(kNoStream, Events({1}), one_event, lookups).status()));
}

TEST(AppendDecision, OfAStreamWithMetadataOnlyWritesAlsoIfItMustExist) {
  EXPECT_EQ(Given({}).WithMetadata().Decide(kExists, {1}), "write");
  EXPECT_EQ(Given({}).WithMetadata().Decide(Exact(0), {1}), "refuse");
}

TEST(AppendDecision, OfATombstonedStreamIsThatItIsDeleted) {
  for (const ExpectedRevision expected : {kAny, kNoStream, kExists, Exact(1)}) {
    EXPECT_EQ(Given({1, 2}).Tombstoned().Decide(expected, {1}), "deleted");
  }
}

TEST(AppendDecision, OfASoftDeletedStreamWritesUnlessItMustExistOrIsElsewhere) {
  const Given given = Given({1, 2}).SoftDeleted();
  EXPECT_EQ(given.Decide(kExists, {3}), "deleted");
  EXPECT_EQ(given.Decide(kAny, {3}), "write");
  EXPECT_EQ(given.Decide(kNoStream, {3}), "write");
  EXPECT_EQ(given.Decide(kNoStream, {}), "write");
  EXPECT_EQ(given.Decide(Exact(1), {3}), "write");
  EXPECT_EQ(given.Decide(Exact(0), {3}), "refuse");
  EXPECT_EQ(given.Decide(Exact(2), {3}), "refuse");
  EXPECT_EQ(given.Decide(kAny, {1, 2}), "1@20");
  EXPECT_EQ(given.Decide(kNoStream, {1, 2}), "1@20");
  EXPECT_EQ(given.Decide(kNoStream, {1, 9}), "refuse");
}

TEST(DeleteDecision, OfAStreamGoesByItsRevision) {
  for (const DeleteKind kind : {DeleteKind::kSoft, DeleteKind::kTombstone}) {
    EXPECT_EQ(Given({1, 2, 3}).Delete(kAny, kind), "write");
    EXPECT_EQ(Given({1, 2, 3}).Delete(kExists, kind), "write");
    EXPECT_EQ(Given({1, 2, 3}).Delete(Exact(2), kind), "write");
    EXPECT_EQ(Given({1, 2, 3}).Delete(Exact(0), kind), "refuse");
    EXPECT_EQ(Given({1, 2, 3}).Delete(Exact(9), kind), "refuse");
    EXPECT_EQ(Given({1, 2, 3}).Delete(kNoStream, kind), "refuse");
  }
}

TEST(DeleteDecision, OfANameNeverUsedWritesATombstoneOnly) {
  for (const ExpectedRevision expected : {kAny, kNoStream}) {
    EXPECT_EQ(Given({}).Delete(expected, DeleteKind::kSoft), "refuse");
    EXPECT_EQ(Given({}).Delete(expected, DeleteKind::kTombstone), "write");
  }
  for (const ExpectedRevision expected : {kExists, Exact(0)}) {
    EXPECT_EQ(Given({}).Delete(expected, DeleteKind::kSoft), "refuse");
    EXPECT_EQ(Given({}).Delete(expected, DeleteKind::kTombstone), "refuse");
  }
}

TEST(DeleteDecision, OfAStreamWithMetadataOnlyWrites) {
  for (const DeleteKind kind : {DeleteKind::kSoft, DeleteKind::kTombstone}) {
    EXPECT_EQ(Given({}).WithMetadata().Delete(kAny, kind), "write");
    EXPECT_EQ(Given({}).WithMetadata().Delete(kNoStream, kind), "write");
    EXPECT_EQ(Given({}).WithMetadata().Delete(kExists, kind), "write");
    EXPECT_EQ(Given({}).WithMetadata().Delete(Exact(0), kind), "refuse");
  }
}

TEST(DeleteDecision, OfADeletedStreamDependsOnHow) {
  for (const DeleteKind kind : {DeleteKind::kSoft, DeleteKind::kTombstone}) {
    EXPECT_EQ(Given({1, 2}).SoftDeleted().Delete(kAny, kind), "write");
    EXPECT_EQ(Given({1, 2}).SoftDeleted().Delete(kNoStream, kind), "write");
    EXPECT_EQ(Given({1, 2}).SoftDeleted().Delete(Exact(1), kind), "write");
    EXPECT_EQ(Given({1, 2}).SoftDeleted().Delete(Exact(0), kind), "refuse");
    EXPECT_EQ(Given({1, 2}).SoftDeleted().Delete(kExists, kind), "deleted");
    for (const ExpectedRevision expected : {kAny, kNoStream, kExists, Exact(1)}) {
      EXPECT_EQ(Given({1, 2}).Tombstoned().Delete(expected, kind), "deleted");
    }
  }
}

}  // namespace
}  // namespace eventstoredb
