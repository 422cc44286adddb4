#include "infrastructure/journal/order_journal.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/journal/event_codec.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "tests/support/append_and_wait.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {
namespace {

using application::EventMetadata;
using application::RecordedOrderEvent;
using ::testing::HasSubstr;

EventMetadata Metadata(std::string request_id, std::int64_t micros = 1) {
  return {.actor = "ada",
          .command = "SetNote",
          .request_id = std::move(request_id),
          .request_hash = std::string(64, 'a'),
          .time = absl::FromUnixMicros(micros)};
}
domain::OrderEvents Notes(std::initializer_list<const char*> texts) {
  domain::OrderEvents events;
  for (const char* text : texts) events.emplace_back(domain::NoteSet{text});
  return events;
}

class OrderJournalTest : public ::testing::Test {
 protected:
  struct ReadAnswer {
    absl::Status status;
    std::vector<RecordedOrderEvent> events;
  };
  ReadAnswer Read(std::uint64_t from = 0) {
    ReadAnswer answer;
    answer.status = journal_.Read({}, id_, from, [&](RecordedOrderEvent&& event) {
      answer.events.push_back(std::move(event));
      return true;
    });
    return answer;
  }
  auto Append(std::optional<std::uint64_t> after, const domain::OrderEvents& events,
              const EventMetadata& metadata) {
    return orders::testing_support::Append(journal_, {}, id_, after, events, metadata);
  }
  /// Another program's event in the order's stream.
  void AppendRaw(std::string type, std::string data, std::string metadata) {
    const auto appended = eventstoredb::testing_support::Append(
        *log_, "order-o-1", eventstoredb::ExpectedRevision::Any(),
        {{.id = eventstoredb::testing_support::Id(++raw_),
          .type = std::move(type),
          .data = std::move(data),
          .metadata = std::move(metadata)}});
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  std::unique_ptr<eventstoredb::EmbeddedEventStore> log_ =
      *eventstoredb::EmbeddedEventStore::Open({.in_memory = true});
  OpensslDigest digest_{""};
  OrderJournal journal_{*log_, digest_, {"the store", 3}};
  const domain::OrderId id_{"o-1"};
  std::uint64_t raw_ = 0;
};

TEST_F(OrderJournalTest, ReadsWhatWasAppended) {
  const auto appended = Append(std::nullopt, Notes({"a", "b"}), Metadata("r-1", 77));
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->last_revision, 1U);

  const ReadAnswer read = Read();
  ASSERT_TRUE(read.status.ok()) << read.status;
  ASSERT_EQ(read.events.size(), 2U);
  EXPECT_EQ(read.events[0].event, domain::OrderEvent(domain::NoteSet{"a"}));
  EXPECT_EQ(read.events[1].revision, 1U);
  EXPECT_EQ(read.events[1].order_id, id_);
  EXPECT_EQ(read.events[1].position, appended->last_position);
  EXPECT_LT(read.events[0].position, read.events[1].position);
  EXPECT_EQ(read.events[1].metadata.request_id, "r-1");
  EXPECT_EQ(read.events[1].metadata.time, absl::FromUnixMicros(77));
  EXPECT_EQ(read.events[0].event_id[14], '5') << "a UUID of version 5";
}

TEST_F(OrderJournalTest, KeepsOneStreamAnOrderInTheCategoryOrder) {
  ASSERT_TRUE(Append(std::nullopt, Notes({"a"}), Metadata("r-1")).ok());
  const auto stored = eventstoredb::testing_support::ReadStream(*log_, "order-o-1");
  ASSERT_EQ(stored.events.size(), 1U);
  EXPECT_EQ(stored.events[0].type, "NoteSet");
  EXPECT_TRUE(stored.events[0].is_json);
  EXPECT_EQ(stored.events[0].data, R"({"note":"a"})");
}

TEST_F(OrderJournalTest, ReadsFromARevisionAndStopsWhenToldTo) {
  ASSERT_TRUE(Append(std::nullopt, Notes({"a", "b", "c"}), Metadata("r-1")).ok());
  EXPECT_EQ(Read(1).events.size(), 2U);
  int seen = 0;
  EXPECT_TRUE(journal_.Read({}, id_, 0, [&](RecordedOrderEvent&&) { return ++seen < 2; }).ok());
  EXPECT_EQ(seen, 2);
}

TEST_F(OrderJournalTest, AnOrderWithoutEventsIsNotFoundOneWithoutNewEventsIs) {
  EXPECT_EQ(Read().status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Read(5).status.code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Append(std::nullopt, Notes({"a"}), Metadata("r-1")).ok());
  const ReadAnswer beyond = Read(1);
  EXPECT_TRUE(beyond.status.ok()) << beyond.status;
  EXPECT_TRUE(beyond.events.empty());
  EXPECT_TRUE(Read(100).status.ok());
}

TEST_F(OrderJournalTest, AnAppendAtAnotherRevisionIsAbortedAndWritesNothing) {
  ASSERT_TRUE(Append(std::nullopt, Notes({"a"}), Metadata("r-1")).ok());
  EXPECT_EQ(Append(std::nullopt, Notes({"b"}), Metadata("r-2")).status().code(),
            absl::StatusCode::kAborted);
  EXPECT_EQ(Append(1, Notes({"b"}), Metadata("r-3")).status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(Read().events.size(), 1U);
}

TEST_F(OrderJournalTest, TheSameAppendSentTwiceIsWrittenOnce) {
  const auto first = Append(std::nullopt, Notes({"a", "b"}), Metadata("r-1"));
  const auto again = Append(std::nullopt, Notes({"a", "b"}), Metadata("r-1"));
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->last_revision, first->last_revision);
  EXPECT_EQ(again->last_position, first->last_position);
  EXPECT_EQ(Read().events.size(), 2U);
}

TEST_F(OrderJournalTest, AnotherDecisionOfOneRequestIsNotTakenForTheFirst) {
  ASSERT_TRUE(Append(std::nullopt, Notes({"a"}), Metadata("r-1", 1)).ok());
  EXPECT_EQ(Append(std::nullopt, Notes({"a"}), Metadata("r-1", 2)).status().code(),
            absl::StatusCode::kAborted);
  EventMetadata other_content = Metadata("r-1", 1);
  other_content.request_hash = std::string(64, 'b');
  EXPECT_EQ(Append(std::nullopt, Notes({"b"}), other_content).status().code(),
            absl::StatusCode::kAborted);
}

TEST_F(OrderJournalTest, KnowsTheHeadThatTheLogKnows) {
  EXPECT_FALSE(journal_.IsKnownHead(id_, 0));
  ASSERT_TRUE(Append(std::nullopt, Notes({"a", "b"}), Metadata("r-1")).ok());
  EXPECT_TRUE(journal_.IsKnownHead(id_, 1));
  EXPECT_FALSE(journal_.IsKnownHead(id_, 0));
  EXPECT_FALSE(journal_.IsKnownHead(id_, std::nullopt));
  EXPECT_EQ(journal_.identity(), (application::StoreIdentity{"the store", 3}));
}

TEST_F(OrderJournalTest, AnEventThatCannotBeReadIsDataLossAfterThoseBefore) {
  ASSERT_TRUE(Append(std::nullopt, Notes({"a"}), Metadata("r-1")).ok());
  AppendRaw("NoteSet", R"({"note":7})", EncodeMetadata(Metadata("r-2")));
  const ReadAnswer read = Read();
  EXPECT_EQ(read.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(read.status.message()), HasSubstr("order o-1 event 1: body.note"));
  EXPECT_EQ(read.events.size(), 1U);
}

TEST_F(OrderJournalTest, AnEventOfAnUnknownTypeOrVersionIsNotSilentlyPassedOver) {
  ASSERT_TRUE(Append(std::nullopt, Notes({"a"}), Metadata("r-1")).ok());
  AppendRaw("NoteTranslated", "{}", "{}");
  EXPECT_EQ(Read().status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(Read(1).status.message()), HasSubstr("NoteTranslated"));

  EventMetadata later = Metadata("r-3");
  later.schema_version = 2;
  AppendRaw("NoteSet", R"({"note":"x"})", EncodeMetadata(later));
  EXPECT_EQ(Read(2).status.code(), absl::StatusCode::kDataLoss);
}

/// Answers with what a test lays out, as a store with a defect might.
class ScriptedEventStore final : public eventstoredb::EventStore {
 public:
  std::vector<eventstoredb::RecordedEvent> events;
  eventstoredb::AppendResult append_result;

  void StartAppend(eventstoredb::AppendRequest, eventstoredb::AppendCallback done) override {
    done(append_result);
  }
  void StartDelete(eventstoredb::DeleteRequest, eventstoredb::DeleteCallback done) override {
    done(absl::UnavailableError("nothing is deleted here"));
  }
  absl::Status ReadStream(const eventstoredb::ReadStreamRequest&,
                          eventstoredb::EventVisitor visit) override {
    for (eventstoredb::RecordedEvent event : events) {
      if (!visit(std::move(event))) break;
    }
    return absl::OkStatus();
  }
  absl::Status ReadAll(const eventstoredb::ReadAllRequest&, eventstoredb::EventVisitor) override {
    return absl::OkStatus();
  }
  absl::StatusOr<std::unique_ptr<eventstoredb::Subscription>> Subscribe(
      eventstoredb::SubscribeRequest) override {
    return absl::UnavailableError("no subscriptions here");
  }
};

TEST(OrderJournalOverADefectiveStore, AGapInAStreamIsDataLoss) {
  OpensslDigest digest("");
  ScriptedEventStore store;
  for (const std::uint64_t revision : {0U, 2U}) {
    eventstoredb::RecordedEvent event;
    event.revision = revision;
    event.type = "NoteSet";
    event.data = R"({"note":"x"})";
    event.metadata = EncodeMetadata(Metadata("r"));
    store.events.push_back(event);
  }
  OrderJournal journal(store, digest, {});
  int seen = 0;
  const auto status = journal.Read({}, {"o"}, 0, [&](RecordedOrderEvent&&) { return ++seen > 0; });
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(seen, 1);
}

TEST(OrderJournalOverADefectiveStore, AnAnswerWithoutAPlaceIsAnUnknownOutcome) {
  OpensslDigest digest("");
  ScriptedEventStore store;
  OrderJournal journal(store, digest, {});
  const auto append = [&] {
    return orders::testing_support::Append(journal, {}, {"o"}, 4, Notes({"a"}), Metadata("r"))
        .status()
        .code();
  };
  EXPECT_EQ(append(), absl::StatusCode::kUnavailable);
  store.append_result = {.revision = 5};
  EXPECT_EQ(append(), absl::StatusCode::kUnavailable);
  store.append_result = {.revision = 9, .position = eventstoredb::Position{1, 1}};
  EXPECT_EQ(append(), absl::StatusCode::kUnavailable);
  store.append_result = {.revision = 5, .position = eventstoredb::Position{1, 1}};
  EXPECT_EQ(append(), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace orders::infrastructure
