// Read models that heal themselves, with the real service: events that cannot be applied, and
// rebuilds under load.

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"

#include "eventstoredb/client.h"
#include "eventstoredb/connection_string.h"
#include "infrastructure/sqlite/database.h"
#include "orders/v1/admin.grpc.pb.h"
#include "orders/v1/read_models.grpc.pb.h"
#include "tests/integration/orderctl_process.h"
#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Code = grpc::StatusCode;

class ReadModels : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = OrderdProcess::Start(
        {.data = scratch_.Path("data"), .arguments = {"--store-listen", "127.0.0.1:0"}});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
    client_ = std::make_unique<OrdersClient>(process_->address());
    stub_ = v1::ReadModels::NewStub(client_->channel());
  }

  /// As a broken program of somebody else's would.
  void AppendRaw(const std::string& order, const std::string& data) {
    auto options = eventstoredb::ParseConnectionString(
        absl::StrCat("esdb://", process_->ReadyWord("store-listen"), "?tls=false"));
    ASSERT_TRUE(options.ok()) << options.status();
    auto store = eventstoredb::Client::Create(options->options);
    ASSERT_TRUE(store.ok()) << store.status();
    eventstoredb::AppendRequest request;
    request.stream = absl::StrCat("order-", order);
    request.events.push_back({.type = "NoteSet", .is_json = true, .data = data});
    const auto appended = (*store)->Append(std::move(request));
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  template <typename Response, typename Request>
  Answer<Response> Ask(grpc::Status (v1::ReadModels::Stub::*rpc)(grpc::ClientContext*,
                                                                 const Request&, Response*),
                       const Request& request, const std::string& actor = "") {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    if (!actor.empty()) context.AddMetadata("x-actor", actor);
    Answer<Response> answer;
    answer.status = (*stub_.*rpc)(&context, request, &answer.response);
    return answer;
  }
  v1::ReadModel Look(const std::string& name) {
    const auto answer = Ask(&v1::ReadModels::Stub::ListReadModels, v1::ListReadModelsRequest());
    EXPECT_TRUE(answer.ok()) << Describe(answer.status);
    for (const v1::ReadModel& model : answer.response.read_models()) {
      if (model.name() == name) return model;
    }
    ADD_FAILURE() << "no read model " << name;
    return {};
  }
  v1::Rebuild AwaitRebuild(const std::string& name) {
    v1::Rebuild rebuild;
    for (int i = 0; i < 3'000 && rebuild.phase() < v1::REBUILD_PHASE_DONE; ++i) {
      absl::SleepFor(absl::Milliseconds(20));
      rebuild = Look(name).rebuild();
    }
    return rebuild;
  }
  Answer<v1::RebuildReadModelResponse> Rebuild(const std::string& name) {
    v1::RebuildReadModelRequest request;
    request.set_read_model(name);
    return Ask(&v1::ReadModels::Stub::RebuildReadModel, request);
  }
  v1::GetHealthResponse Health() {
    grpc::ClientContext context;
    v1::GetHealthResponse health;
    const grpc::Status status =
        v1::OrderAdmin::NewStub(client_->channel())->GetHealth(&context, {}, &health);
    EXPECT_TRUE(status.ok()) << Describe(status);
    return health;
  }
  std::vector<std::string> Words(std::vector<std::string> words) const {
    words.insert(words.begin(), {"--server", process_->address()});
    return words;
  }

  ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
  std::unique_ptr<OrdersClient> client_;
  std::unique_ptr<v1::ReadModels::Stub> stub_;
};

TEST_F(ReadModels, F47_APoisonEventBlocksItsOrderAndItIsSaidEverywhere) {
  ASSERT_TRUE(client_->Send(CreateRequest("bad")).ok());
  ASSERT_TRUE(client_->Send(CreateRequest("good")).ok());
  ASSERT_NO_FATAL_FAILURE(AppendRaw("bad", "{\"note\":"));
  ASSERT_NO_FATAL_FAILURE(AppendRaw("bad", "{\"note\":\"behind it\"}"));
  const auto later = client_->Send(NoteRequest("good", "all is well"));
  ASSERT_TRUE(later.ok()) << Describe(later.status);
  const std::string token = later.response.position_token();

  // All other orders go on.
  const auto good = client_->GetOrder("good", token);
  ASSERT_TRUE(good.ok()) << Describe(good.status);
  EXPECT_EQ(good.response.order().note(), "all is well");
  EXPECT_EQ(good.response.freshness().incomplete_orders(), 0U);
  EXPECT_FALSE(good.response.freshness().has_blocked_since());

  // The answer about the blocked one says so, and none pretends to hold what came later.
  const auto bad = client_->GetOrder("bad");
  ASSERT_TRUE(bad.ok()) << Describe(bad.status);
  EXPECT_EQ(bad.response.order().revision(), 0U);
  EXPECT_TRUE(bad.response.freshness().has_blocked_since());
  EXPECT_NE(bad.response.freshness().position_token(), token);
  ExpectError(client_->GetOrder("bad", token).status, Code::FAILED_PRECONDITION, "ORDER_BLOCKED");
  v1::GetOrderRequest stale;
  stale.set_order_id("bad");
  stale.mutable_options()->set_min_position(token);
  stale.mutable_options()->set_allow_stale(true);
  const auto old = client_->Send(stale);
  ASSERT_TRUE(old.ok()) << Describe(old.status);
  EXPECT_TRUE(old.response.freshness().stale());

  // Lists and sums say how many orders they do not have whole.
  EXPECT_EQ(client_->Send(v1::ListOrdersRequest()).response.freshness().incomplete_orders(), 1U);
  const v1::GetHealthResponse health = Health();
  EXPECT_EQ(health.state(), v1::HEALTH_STATE_DEGRADED);
  EXPECT_THAT(health.reasons(0), HasSubstr("1 orders as they were before an event"));
  EXPECT_EQ(health.read_models(0).blocked_orders(), 1U);
  EXPECT_EQ(Look("orders").events_set_aside(), 2U);

  v1::GetDeadLetterRequest get;
  get.set_read_model("orders");
  get.set_order_id("bad");
  const auto letter = Ask(&v1::ReadModels::Stub::GetDeadLetter, get);
  ASSERT_TRUE(letter.ok()) << Describe(letter.status);
  EXPECT_EQ(letter.response.revision(), 1U);
  EXPECT_EQ(letter.response.type(), "NoteSet");
  EXPECT_EQ(letter.response.data(), "{\"note\":");
  EXPECT_EQ(letter.response.waiting(), 1U);

  // A retry does not help, a skip does: but only of the event that was looked at, and with a
  // reason.
  v1::RetryDeadLetterRequest retry;
  retry.set_read_model("orders");
  retry.set_order_id("bad");
  EXPECT_TRUE(Ask(&v1::ReadModels::Stub::RetryDeadLetter, retry).response.still_blocked());
  v1::SkipDeadLetterRequest skip;
  skip.set_read_model("orders");
  skip.set_order_id("bad");
  skip.set_revision(2);
  skip.set_reason("sent by a broken script");
  ExpectError(Ask(&v1::ReadModels::Stub::SkipDeadLetter, skip).status, Code::ABORTED,
              "BLOCKED_BY_ANOTHER_EVENT");
  skip.set_revision(1);
  skip.set_reason("");
  ExpectInvalid(Ask(&v1::ReadModels::Stub::SkipDeadLetter, skip).status, "reason");
  skip.set_reason("sent by a broken script");
  const auto skipped = Ask(&v1::ReadModels::Stub::SkipDeadLetter, skip, "ada");
  ASSERT_TRUE(skipped.ok()) << Describe(skipped.status);

  v1::ListSkippedEventsRequest list;
  list.set_read_model("orders");
  const auto recorded = Ask(&v1::ReadModels::Stub::ListSkippedEvents, list);
  ASSERT_EQ(recorded.response.skipped_events_size(), 1);
  EXPECT_EQ(recorded.response.skipped_events(0).skipped_by(), "ada");
  EXPECT_EQ(recorded.response.skipped_events(0).reason(), "sent by a broken script");

  // The rebuilt read model does without it as well.
  ASSERT_TRUE(Rebuild("orders").ok());
  const v1::Rebuild rebuild = AwaitRebuild("orders");
  EXPECT_EQ(rebuild.phase(), v1::REBUILD_PHASE_DONE) << rebuild.error();
  EXPECT_EQ(rebuild.differences(), 0U);
}

TEST_F(ReadModels, AnOrderWhoseFirstEventIsPoisonIsBlockedAndNotUnknown) {
  ASSERT_NO_FATAL_FAILURE(AppendRaw("never", "{}"));
  const auto later = client_->Send(CreateRequest("good"));
  ASSERT_TRUE(client_->GetOrder("good", later.response.position_token()).ok());
  ExpectError(client_->GetOrder("never").status, Code::FAILED_PRECONDITION, "ORDER_BLOCKED");
  ExpectError(client_->GetOrder("nobody").status, Code::NOT_FOUND, "ORDER_NOT_FOUND");
}

TEST_F(ReadModels, BadQuestionsGetAClearAnswer) {
  v1::ListDeadLettersRequest list;
  ExpectError(Ask(&v1::ReadModels::Stub::ListDeadLetters, list).status, Code::NOT_FOUND,
              "READ_MODEL_NOT_FOUND");
  list.set_read_model("orders");
  list.set_page_size(-1);
  ExpectInvalid(Ask(&v1::ReadModels::Stub::ListDeadLetters, list).status, "page_size");
  list.set_page_size(1);
  list.set_page_token("made up");
  ExpectError(Ask(&v1::ReadModels::Stub::ListDeadLetters, list).status, Code::INVALID_ARGUMENT,
              "BAD_PAGE_TOKEN");
  v1::RetryDeadLetterRequest retry;
  retry.set_read_model("orders");
  retry.set_order_id("o-1");
  ExpectError(Ask(&v1::ReadModels::Stub::RetryDeadLetter, retry).status, Code::NOT_FOUND,
              "ORDER_NOT_BLOCKED");
  ExpectError(Rebuild("").status, Code::NOT_FOUND, "READ_MODEL_NOT_FOUND");
  v1::CancelRebuildRequest cancel;
  cancel.set_read_model("orders");
  ExpectError(Ask(&v1::ReadModels::Stub::CancelRebuild, cancel).status, Code::FAILED_PRECONDITION,
              "NOT_REBUILDING");
}

TEST_F(ReadModels, RebuiltFiveTimesInTurnUnderLoadNoQueryFailsAndNothingIsLost) {
  const std::string pilot = "pilot";
  ASSERT_TRUE(client_->Send(CreateRequest(pilot)).ok());
  std::atomic<bool> stop = false;
  std::atomic<int> made = 0;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 4; ++writer) {
    threads.emplace_back([&, writer] {
      OrdersClient own(process_->address());
      for (int i = 0; !stop; ++i) {
        const auto answer = own.Send(CreateRequest(absl::StrCat("o-", writer, "-", i)));
        EXPECT_TRUE(answer.ok()) << Describe(answer.status);
        made += answer.ok() ? 1 : 0;
      }
    });
  }
  threads.emplace_back([&] {
    OrdersClient own(process_->address());
    std::uint64_t revision = 0;
    for (int i = 0; !stop; ++i) {
      // Its own write is read at once, whichever file is live.
      const auto noted = own.Send(NoteRequest(pilot, absl::StrCat("note ", i)));
      ASSERT_TRUE(noted.ok()) << Describe(noted.status);
      const auto read = own.GetOrder(pilot, noted.response.position_token());
      ASSERT_TRUE(read.ok()) << Describe(read.status);
      ASSERT_EQ(read.response.order().note(), absl::StrCat("note ", i));
      ASSERT_GE(read.response.order().revision(), revision);
      ASSERT_EQ(read.response.freshness().state(), v1::Freshness::LIVE);
      revision = read.response.order().revision();
      const auto list = own.Send(v1::ListOrdersRequest());
      ASSERT_TRUE(list.ok()) << Describe(list.status);
      ExpectError(own.GetOrder("nobody").status, Code::NOT_FOUND, "ORDER_NOT_FOUND");
    }
  });
  for (int round = 0; round < 5; ++round) {
    for (const char* const name : {"orders", "customers", "sales", "search"}) {
      ASSERT_TRUE(Rebuild(name).ok());
      const v1::Rebuild rebuild = AwaitRebuild(name);
      EXPECT_EQ(rebuild.phase(), v1::REBUILD_PHASE_DONE) << rebuild.error();
      EXPECT_EQ(rebuild.differences(), 0U);
    }
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  const auto last = client_->Send(NoteRequest(pilot, "the last"));
  const auto all = client_->ListAll("", last.response.position_token());
  ASSERT_TRUE(all.ok()) << Describe(all.status);
  EXPECT_EQ(all.response.size(), static_cast<std::size_t>(made) + 1);
}

TEST_F(ReadModels, OrderctlListsShowsAndSkips) {
  ASSERT_TRUE(client_->Send(CreateRequest("bad")).ok());
  ASSERT_NO_FATAL_FAILURE(AppendRaw("bad", "{\"note\":"));
  const auto later = client_->Send(CreateRequest("good"));
  ASSERT_TRUE(client_->GetOrder("good", later.response.position_token()).ok());

  OrderctlResult result = RunOrderctl(Words({"dead-letters", "list"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("orders"));
  EXPECT_THAT(result.out, HasSubstr("bad"));
  result = RunOrderctl(Words({"dead-letters", "show", "bad", "--read-model", "orders"}));
  EXPECT_THAT(result.out, HasSubstr("{\"note\":"));
  result = RunOrderctl(Words({"get", "bad"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("could not be applied"));
  result = RunOrderctl(Words({"dead-letters", "retry-all"}));
  EXPECT_EQ(result.exit_code, 65) << result.out;
  for (const char* const name : {"orders", "customers", "sales", "search"}) {
    result = RunOrderctl(Words({"--actor", "ada", "dead-letters", "skip", "bad", "--read-model",
                                name, "--revision", "1", "--reason", "a broken script"}));
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  result = RunOrderctl(Words({"dead-letters", "skipped"}));
  EXPECT_THAT(result.out, HasSubstr("a broken script"));
  EXPECT_EQ(RunOrderctl(Words({"dead-letters", "retry", "bad"})).exit_code, 66);
  EXPECT_EQ(RunOrderctl(Words({"health"})).exit_code, 0);
  result = RunOrderctl(Words({"projections", "rebuild", "all"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("orders: done, 0 differences"));
  EXPECT_THAT(RunOrderctl(Words({"projections", "list"})).out, HasSubstr("done, 0 differences"));
  EXPECT_EQ(RunOrderctl(Words({"projections"})).exit_code, 64);
}

TEST_F(ReadModels, OrderctlVerifyNamesWhatIsWrongAndARebuildPutsItRight) {
  ASSERT_TRUE(client_->Send(CreateRequest("first")).ok());
  const auto second = client_->Send(CreateRequest("second"));
  ASSERT_TRUE(client_->GetOrder("second", second.response.position_token()).ok());
  OrderctlResult result = RunOrderctl(Words({"verify"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
  for (const char* const name : {"orders", "customers", "sales", "search"}) {
    EXPECT_THAT(result.err, HasSubstr(absl::StrCat(name, ": 2 events folded")));
  }

  // As a disk would that flips bits.
  auto file = sqlite::Database::Open({.path = scratch_.Path("data/views/customers-v2-g1.db")});
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Execute("UPDATE customer_orders SET total=7 WHERE order_id='first';").ok());
  result = RunOrderctl(Words({"verify", "orders"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (int time = 0; time < 2; ++time) {
    result = RunOrderctl(Words({"verify", "-o", "ndjson"}));
    EXPECT_EQ(result.exit_code, 65) << result.err;
    EXPECT_THAT(result.out, HasSubstr("\"key\":\"first\""));
    EXPECT_THAT(result.out, HasSubstr("\"detail\":\"total\""));
    EXPECT_THAT(result.out, Not(HasSubstr("second")));
  }
  result = RunOrderctl(Words({"projections", "differences", "customers", "--of-verification"}));
  EXPECT_THAT(result.out, HasSubstr("customer_orders"));
  EXPECT_EQ(RunOrderctl(Words({"projections", "rebuild", "customers"})).exit_code, 0);
  EXPECT_EQ(RunOrderctl(Words({"verify"})).exit_code, 0);
  EXPECT_EQ(RunOrderctl(Words({"verify", "nothing"})).exit_code, 66);

  ASSERT_NO_FATAL_FAILURE(AppendRaw("second", "{\"note\":"));
  const auto later = client_->Send(NoteRequest("first", "x"));
  ASSERT_TRUE(client_->GetOrder("first", later.response.position_token()).ok());
  result = RunOrderctl(Words({"verify", "orders"}));
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.err, HasSubstr("1 orders blocked"));
}

}  // namespace
}  // namespace orders::testing_support
