#include "infrastructure/webhooks/webhook_book.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"

namespace orders::infrastructure {
namespace {

using application::OldestDeadLetters;
using application::WebhookId;
using application::WebhookState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = MessageOutcome::Kind;

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);
const application::StoreIdentity kStore{.id = "a store", .generation = 1};

class Book : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    webhook_ = Add("w");
  }
  void Open(const application::StoreIdentity& store = kStore) {
    book_.reset();
    auto opened = WebhookBook::Open(path_, store);
    ASSERT_TRUE(opened.ok()) << opened.status();
    book_ = *std::move(opened);
  }
  std::int64_t Add(const std::string& id) {
    const auto added =
        book_->Add({.id = {id}, .url = "https://a.example/"}, "group-" + id, "whsec_first", kNow);
    EXPECT_TRUE(added.ok()) << added.status();
    return added.ok() ? added->number : 0;
  }
  void Note(const std::string& order, std::uint64_t revision, std::uint64_t position) {
    const absl::Status noted = book_->Note(
        webhook_, {{.order = {order}, .revision = revision, .position = {position, position}}},
        kNow);
    ASSERT_TRUE(noted.ok()) << noted;
  }
  std::vector<PendingMessage> Next(std::size_t max = 100) {
    auto next = book_->NextMessages(webhook_, max);
    EXPECT_TRUE(next.ok()) << next.status();
    return next.ok() ? *std::move(next) : std::vector<PendingMessage>();
  }
  /// "o 1-3", by what is due first.
  std::vector<std::string> Pending() {
    std::vector<std::string> pending;
    for (const PendingMessage& one : Next()) {
      pending.push_back(absl::StrCat(one.order.value, " ", one.revision, "-", one.last,
                                     one.replay.has_value() ? " replay" : ""));
    }
    return pending;
  }
  /// Of what is first in line for `order`, unless another `revision` is said.
  MessageOutcome Outcome(Kind kind, const std::string& order, std::uint64_t revision) {
    MessageOutcome outcome{.webhook = webhook_,
                           .message = {.order = {order}, .revision = revision},
                           .kind = kind,
                           .up_to = revision,
                           .now = kNow,
                           .due = kNow + absl::Minutes(1),
                           .failure = {.time = kNow, .http_status = 500, .error = "no"},
                           .event_id = absl::StrCat(order, "@", revision),
                           .type = "OrderConfirmed",
                           .recorded = kNow};
    for (const PendingMessage& one : Next()) {
      if (one.order.value == order && one.revision == revision) outcome.message = one;
    }
    return outcome;
  }
  void Record(const MessageOutcome& outcome) {
    const auto recorded = book_->Record({outcome});
    ASSERT_TRUE(recorded.ok()) << recorded.status();
    EXPECT_THAT(*recorded, IsEmpty());
  }
  void Record(Kind kind, const std::string& order, std::uint64_t revision) {
    Record(Outcome(kind, order, revision));
  }
  application::WebhookDeliveries Deliveries() {
    auto deliveries = book_->Deliveries(webhook_);
    EXPECT_TRUE(deliveries.ok()) << deliveries.status();
    return deliveries.ok() ? *deliveries : application::WebhookDeliveries();
  }
  std::vector<std::string> Letters() {
    std::vector<std::string> ids;
    const auto letters = book_->ListDeadLetters(webhook_, 0, 100);
    EXPECT_TRUE(letters.ok()) << letters.status();
    for (const auto& letter : *letters) ids.push_back(letter.event_id);
    return ids;
  }

  const eventstoredb::testing_support::TempDirectory folder_;
  const std::string path_ = folder_.path() + "/webhooks.db";
  std::unique_ptr<WebhookBook> book_;
  std::int64_t webhook_ = 0;
};

TEST_F(Book, MayBeReadByItsOwnerAlone) {
  Note("o", 0, 10);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat file {};
    ASSERT_EQ(stat((path_ + suffix).c_str(), &file), 0) << suffix;
    EXPECT_EQ(file.st_mode & 0777, 0600U) << suffix;
  }
}

TEST_F(Book, HasOneRowForWhatIsNextOfAnOrder) {
  Note("o", 3, 10);
  Note("o", 4, 11);
  Note("p", 0, 12);
  Note("o", 5, 13);
  EXPECT_THAT(Pending(), ElementsAre("o 3-5", "p 0-0"));
  Record(Kind::kDelivered, "o", 3);
  EXPECT_THAT(Pending(), ::testing::UnorderedElementsAre("o 4-5", "p 0-0"));
}

TEST_F(Book, KnowsARepeatForOneUntilItIsPruned) {
  Note("o", 3, 10);
  Record(Kind::kDelivered, "o", 3);
  Note("o", 3, 10);
  EXPECT_THAT(Pending(), IsEmpty());
  // Not by a place that the store may still begin at.
  EXPECT_EQ(book_->Prune(webhook_, {10, 10}).value_or(9), 1U);
  Note("o", 3, 10);
  EXPECT_THAT(Pending(), IsEmpty());
  EXPECT_EQ(book_->Prune(webhook_, {11, 11}).value_or(9), 0U);
}

TEST_F(Book, PrunesNothingThatIsPending) {
  Note("o", 3, 10);
  EXPECT_EQ(book_->Prune(webhook_, {99, 99}).value_or(9), 1U);
  EXPECT_THAT(Pending(), ElementsAre("o 3-3"));
}

TEST_F(Book, GoesBackToAnEventThatComesLate) {
  Note("o", 6, 12);
  Record(Kind::kDelivered, "o", 6);
  Note("o", 5, 11);
  EXPECT_THAT(Pending(), ElementsAre("o 5-6"));
}

TEST_F(Book, TakesNoOutcomeOfWhatIsNotNextAnyMore) {
  Note("o", 3, 10);
  const MessageOutcome twice = Outcome(Kind::kDelivered, "o", 3);
  Record(twice);
  Note("o", 4, 11);
  Record(twice);
  EXPECT_THAT(Pending(), ElementsAre("o 4-4"));
}

TEST_F(Book, KeepsAnOrderWaitingForItsRetryAndNoOther) {
  Note("o", 0, 10);
  Note("o", 1, 11);
  Note("p", 0, 12);
  Record(Kind::kRetry, "o", 0);
  const auto next = Next();
  ASSERT_THAT(next, SizeIs(2));
  EXPECT_EQ(next[0].order.value, "p");
  EXPECT_EQ(next[1].due, kNow + absl::Minutes(1));
  EXPECT_EQ(next[1].attempts, 1);
  EXPECT_EQ(Deliveries().retrying_orders, 1U);
  EXPECT_EQ(Deliveries().pending_orders, 2U);
  EXPECT_EQ(Deliveries().failed_attempts, 1U);
  ASSERT_TRUE(Deliveries().last_failure.has_value());
  EXPECT_EQ(Deliveries().last_failure->http_status, 500);
}

TEST_F(Book, SetsADeadLetterAsideAndGoesOn) {
  Note("o", 0, 10);
  Note("o", 1, 11);
  Record(Kind::kRetry, "o", 0);
  Record(Kind::kDead, "o", 0);
  EXPECT_THAT(Letters(), ElementsAre("o@0"));
  EXPECT_THAT(Pending(), ElementsAre("o 1-1"));
  const auto letters = book_->ListDeadLetters(webhook_, 0, 1);
  EXPECT_EQ(letters->front().attempts, 2U);
  EXPECT_EQ(letters->front().first_attempt, kNow);
}

TEST_F(Book, ReplaysOneSomeOrAllAndPreviewsThem) {
  for (std::uint64_t revision = 0; revision < 4; ++revision) {
    Note("o", revision, 10 + revision);
    Record(Kind::kDead, "o", revision);
  }
  const auto take = [&](application::DeadLetterSelection selection, bool validate_only,
                        std::optional<std::uint64_t> expected = std::nullopt) {
    return book_->TakeDeadLetters(webhook_,
                                  {.selection = std::move(selection),
                                   .validate_only = validate_only,
                                   .expected_count = expected},
                                  WebhookBook::LetterAction::kReplay, kNow);
  };
  EXPECT_EQ(take(OldestDeadLetters{2}, true)->count, 2U);
  EXPECT_EQ(take(application::AllDeadLetters(), true)->count, 4U);
  EXPECT_THAT(Letters(), SizeIs(4));
  EXPECT_TRUE(absl::IsAborted(take(application::AllDeadLetters(), false, 3).status()));
  EXPECT_TRUE(absl::IsNotFound(take(std::string("o@9"), false).status()));

  ASSERT_TRUE(take(std::string("o@2"), false).ok());
  ASSERT_TRUE(take(OldestDeadLetters{1}, false).ok());
  EXPECT_THAT(Letters(), ElementsAre("o@1", "o@3"));
  EXPECT_THAT(Pending(), ElementsAre("o 0-0 replay", "o 2-2 replay"));

  Record(Kind::kDelivered, "o", 0);
  Record(Kind::kRetry, "o", 2);
  EXPECT_THAT(Pending(), ElementsAre("o 2-2 replay"));
  Record(Kind::kDead, "o", 2);
  EXPECT_THAT(Pending(), IsEmpty());
  EXPECT_THAT(Letters(), ElementsAre("o@1", "o@3", "o@2"));
}

TEST_F(Book, DiscardsDeadLetters) {
  Note("o", 0, 10);
  Record(Kind::kDead, "o", 0);
  ASSERT_TRUE(book_
                  ->TakeDeadLetters(webhook_, {.selection = application::AllDeadLetters()},
                                    WebhookBook::LetterAction::kDiscard, kNow)
                  .ok());
  EXPECT_THAT(Letters(), IsEmpty());
  EXPECT_THAT(Pending(), IsEmpty());
}

TEST_F(Book, KeepsAllOverARestart) {
  Note("o", 0, 10);
  Note("o", 1, 11);
  Record(Kind::kDead, "o", 0);
  ASSERT_TRUE(book_->SetState(webhook_, WebhookState::kPaused, "slow", kNow).ok());
  Open();
  EXPECT_THAT(Pending(), ElementsAre("o 1-1"));
  EXPECT_THAT(Letters(), ElementsAre("o@0"));
  const auto found = book_->Find({"w"});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->shown.state, WebhookState::kPaused);
  EXPECT_EQ(found->shown.state_reason, "slow");
  EXPECT_EQ(found->secret, "whsec_first");
}

TEST_F(Book, OfAnotherStoreForgetsWhatWasDelivered) {
  Note("o", 0, 10);
  Note("p", 0, 11);
  Record(Kind::kDelivered, "o", 0);
  ASSERT_TRUE(book_->MarkGroupMade(webhook_).ok());
  Open({.id = kStore.id, .generation = 2});
  EXPECT_THAT(Pending(), ElementsAre("p 0-0"));
  EXPECT_FALSE(book_->Find({"w"})->is_group_made);
  Note("o", 0, 5);  // Another event of that number.
  EXPECT_THAT(Pending(), ::testing::UnorderedElementsAre("p 0-0", "o 0-0"));
}

TEST_F(Book, HasAnIdOnceUntilItIsDeleted) {
  EXPECT_TRUE(absl::IsAlreadyExists(
      book_->Add({.id = {"w"}, .url = "https://b.example/"}, "g", "s", kNow).status()));
  Note("o", 0, 10);
  const auto deleted = book_->MarkDeleted({"w"});
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->pending_orders, 1U);
  EXPECT_TRUE(absl::IsNotFound(book_->Find({"w"}).status()));
  EXPECT_NE(Add("w"), webhook_);
  EXPECT_THAT(*book_->ReadAll(), SizeIs(2));
  ASSERT_TRUE(book_->Remove(webhook_).ok());
  EXPECT_THAT(*book_->ReadAll(), SizeIs(1));
  EXPECT_THAT(Pending(), IsEmpty());
}

TEST_F(Book, HoldsABoundNumberOfWebhooks) {
  for (std::size_t i = 1; i < kWebhooksMax; ++i) Add(absl::StrCat("w", i));
  EXPECT_TRUE(absl::IsResourceExhausted(
      book_->Add({.id = {"one-more"}, .url = "https://a.example/"}, "g", "s", kNow).status()));
}

TEST_F(Book, DisablesAWebhookRatherThanKeepOneDeadLetterMore) {
  std::vector<NotedEvent> events;
  for (std::uint64_t i = 0; i <= kWebhookDeadLettersMax; ++i) {
    events.push_back({.order = {absl::StrCat("o", i)}, .revision = 0, .position = {i, i}});
  }
  ASSERT_TRUE(book_->Note(webhook_, events, kNow).ok());
  std::vector<MessageOutcome> dead;
  for (const PendingMessage& message : Next(events.size())) {
    dead.push_back({.webhook = webhook_,
                    .message = message,
                    .kind = Kind::kDead,
                    .now = kNow,
                    .due = kNow,
                    .failure = {.time = kNow}});
  }
  const auto full = book_->Record(dead);
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_THAT(*full, ElementsAre(webhook_));
  EXPECT_EQ(Deliveries().dead_letters, kWebhookDeadLettersMax);
  EXPECT_EQ(Deliveries().pending_orders, 1U);
}

TEST_F(Book, KeepsTheSecretBeforeWhileItHolds) {
  ASSERT_TRUE(book_->SetSecret({"w"}, "whsec_second", kNow + absl::Hours(1), kNow).ok());
  auto found = book_->Find({"w"});
  EXPECT_EQ(found->secret, "whsec_second");
  EXPECT_EQ(found->old_secret, "whsec_first");
  EXPECT_EQ(found->shown.old_secret_end, kNow + absl::Hours(1));
  ASSERT_TRUE(book_->SetSecret({"w"}, "whsec_third", std::nullopt, kNow).ok());
  found = book_->Find({"w"});
  EXPECT_EQ(found->secret, "whsec_third");
  EXPECT_EQ(found->old_secret, "");
  EXPECT_FALSE(found->shown.old_secret_end.has_value());
}

TEST_F(Book, ChangesWhatIsSaidAndNothingElse) {
  ASSERT_TRUE(
      book_
          ->Update({"w"},
                   {.event_types = std::vector<std::string>{"OrderConfirmed", "OrderCancelled"}},
                   kNow + absl::Hours(1))
          .ok());
  const auto found = book_->Find({"w"});
  EXPECT_EQ(found->shown.url, "https://a.example/");
  EXPECT_THAT(found->shown.event_types, ElementsAre("OrderConfirmed", "OrderCancelled"));
  EXPECT_EQ(found->shown.updated, kNow + absl::Hours(1));
  EXPECT_TRUE(absl::IsNotFound(book_->Update({"none"}, {}, kNow)));
}

TEST_F(Book, IsRefusedOfALaterVersion) {
  book_.reset();
  auto database = sqlite::Database::Open({.path = path_});
  ASSERT_TRUE(database.ok() && (*database)->Execute("PRAGMA user_version=99").ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(WebhookBook::Open(path_, kStore).status()));
}

}  // namespace
}  // namespace orders::infrastructure
