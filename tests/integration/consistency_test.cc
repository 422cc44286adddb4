// What a caller may rely on between a write and a read, between two callers, and in a watch.
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include <gtest/gtest.h>

#include "tests/integration/history_fold.h"
#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

using Code = grpc::StatusCode;

constexpr int kClients = 8;

/// Runs `work(i)` on as many threads at the same moment.
template <typename Work>
void AtOnce(int count, Work work) {
  absl::Notification go;
  absl::BlockingCounter ready(count);
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      ready.DecrementCount();
      go.WaitForNotification();
      work(i);
    });
  }
  ready.Wait();
  go.Notify();
  for (std::thread& thread : threads) thread.join();
}

class ReadYourWrites : public ServiceTest {};

TEST_F(ReadYourWrites, TheTokenOfAnAnswerSeesTheWriteUnderLoad) {
  AtOnce(kClients, [&](int number) {
    OrdersClient own(address());
    const std::string id = NewOrderId();
    v1::CreateOrderRequest create = CreateRequest(id);
    create.set_customer_id(absl::StrCat("ryw-", number));
    CommandAnswer written = own.Send(create);
    ASSERT_TRUE(written.ok()) << Describe(written.status);
    for (int i = 0; i < 50; ++i) {
      written = own.Send(AddRequest(id, absl::StrCat("sku-", i)));
      ASSERT_TRUE(written.ok()) << Describe(written.status);
      const v1::Order& expected = written.response.order();
      const std::string& token = written.response.position_token();

      const auto read = own.GetOrder(id, token);
      ASSERT_TRUE(read.ok()) << Describe(read.status);
      ASSERT_EQ(read.response.order().SerializeAsString(), expected.SerializeAsString());
      const auto listed = own.ListAll(absl::StrCat("customer_id = ryw-", number), token);
      ASSERT_TRUE(listed.ok()) << Describe(listed.status);
      ASSERT_EQ(listed.response.size(), 1U);
      ASSERT_EQ(listed.response[0].etag(), expected.etag());
      v1::GetCustomerRequest customer;
      customer.set_customer_id(create.customer_id());
      customer.mutable_options()->set_min_position(token);
      const auto found = own.Send(customer);
      ASSERT_TRUE(found.ok()) << Describe(found.status);
      ASSERT_EQ(found.response.orders_size(), 1);
    }
  });
}

TEST_F(ReadYourWrites, AnAnswersOwnPositionIsReadableByOthers) {
  OrdersClient other(address());
  for (int i = 0; i < 200; ++i) {
    const CommandAnswer created = client().Send(CreateRequest(NewOrderId()));
    ASSERT_TRUE(created.ok()) << Describe(created.status);
    const auto read =
        other.GetOrder(created.response.order().order_id(), created.response.position_token());
    ASSERT_TRUE(read.ok()) << Describe(read.status);
  }
}

TEST_F(ReadYourWrites, WhatOneConnectionHasSeenItSeesAgain) {
  const v1::Order order = MakeOrder();
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    OrdersClient own(address());
    for (int i = 0; i < 300; ++i) {
      const CommandAnswer noted = own.Send(NoteRequest(order.order_id(), absl::StrCat("note ", i)));
      EXPECT_TRUE(noted.ok()) << Describe(noted.status);
    }
    stop = true;
  });
  AtOnce(4, [&](int) {
    OrdersClient own(address());
    std::uint64_t seen = 0;
    while (!stop) {
      const auto read = own.GetOrder(order.order_id());
      ASSERT_TRUE(read.ok()) << Describe(read.status);
      ASSERT_GE(read.response.order().revision(), seen) << "an answer went back";
      seen = read.response.order().revision();
      // The answer's own position is no lie: asked for it, the service has at least this.
      const auto again = own.GetOrder(order.order_id(), read.response.freshness().position_token());
      ASSERT_TRUE(again.ok()) << Describe(again.status);
      ASSERT_GE(again.response.order().revision(), seen);
      seen = again.response.order().revision();
    }
  });
  writer.join();
}

class TwoClients : public ServiceTest {};

TEST_F(TwoClients, WhoCreateTheSameWithOneRequestIdGetOneOrder) {
  for (int round = 0; round < 20; ++round) {
    const std::string id = NewOrderId();
    ForgetStored();
    std::vector<CommandAnswer> answers(kClients);
    AtOnce(kClients, [&](int i) {
      OrdersClient own(address());
      answers[static_cast<std::size_t>(i)] = own.Send(CreateRequest(id, "one-request"));
    });
    int first = 0;
    for (CommandAnswer& answer : answers) {
      ASSERT_TRUE(answer.ok()) << Describe(answer.status);
      if (!answer.response.replayed()) ++first;
      answer.response.set_replayed(false);
      ASSERT_EQ(answer.response.SerializeAsString(), answers[0].response.SerializeAsString());
    }
    EXPECT_EQ(first, 1);
    EXPECT_EQ(TakeStored().size(), 1U);
  }
}

TEST_F(TwoClients, WhoCreateWithoutAnOrderIdButOneRequestIdGetOneOrder) {
  for (int round = 0; round < 10; ++round) {
    const std::string request_id = absl::StrCat("make-it-", round);
    ForgetStored();
    std::vector<CommandAnswer> answers(kClients);
    AtOnce(kClients, [&](int i) {
      OrdersClient own(address());
      answers[static_cast<std::size_t>(i)] = own.Send(CreateRequest("", request_id));
    });
    for (const CommandAnswer& answer : answers) {
      ASSERT_TRUE(answer.ok()) << Describe(answer.status);
      ASSERT_EQ(answer.response.order().order_id(), answers[0].response.order().order_id());
    }
    EXPECT_EQ(TakeStored().size(), 1U);
  }
}

TEST_F(TwoClients, WhoCreateOneIdWithDifferentRequestsLetOneWin) {
  const std::string id = NewOrderId();
  std::atomic<int> won = 0;
  AtOnce(kClients, [&](int i) {
    OrdersClient own(address());
    const CommandAnswer answer = own.Send(CreateRequest(id, absl::StrCat("request-", i)));
    if (answer.ok()) {
      ++won;
    } else {
      ExpectError(answer.status, Code::ALREADY_EXISTS, "ORDER_EXISTS");
    }
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(TakeStored().size(), 1U);
}

TEST_F(TwoClients, WhoChangeOneOrderGetEachRevisionOnce) {
  constexpr int kEach = 40;
  const v1::Order order = MakeOrder();
  absl::Mutex mutex;
  std::set<std::uint64_t> revisions;
  AtOnce(kClients, [&](int number) {
    OrdersClient own(address());
    std::uint64_t last = 0;
    for (int i = 0; i < kEach; ++i) {
      const CommandAnswer noted =
          own.Send(NoteRequest(order.order_id(), absl::StrCat("note ", number, " ", i)));
      ASSERT_TRUE(noted.ok()) << Describe(noted.status);
      const std::uint64_t revision = noted.response.order().revision();
      ASSERT_GT(revision, last) << "answers of one client went back";
      last = revision;
      const absl::MutexLock lock(&mutex);
      ASSERT_TRUE(revisions.insert(revision).second) << "revision " << revision << " twice";
    }
  });
  ASSERT_EQ(revisions.size(), std::size_t{kClients} * kEach);
  EXPECT_EQ(*revisions.begin(), 1U);
  EXPECT_EQ(*revisions.rbegin(), std::uint64_t{kClients} * kEach);
  const auto history = client().ReadHistory(order.order_id());
  ASSERT_TRUE(history.ok()) << Describe(history.status);
  ExpectSoundHistory(order.order_id(), history.response);
}

TEST_F(TwoClients, WhoChangeOneOrderAtOneEtagLetOneWin) {
  const v1::Order order = MakeOrder();
  std::atomic<int> won = 0;
  AtOnce(kClients, [&](int i) {
    OrdersClient own(address());
    v1::AddItemRequest add = AddRequest(order.order_id(), absl::StrCat("sku-", i));
    add.mutable_options()->set_etag(order.etag());
    const CommandAnswer answer = own.Send(add);
    if (answer.ok()) {
      ++won;
    } else {
      ExpectError(answer.status, Code::ABORTED, "STALE_REVISION");
    }
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(TakeStored().size(), 1U);
}

TEST_F(TwoClients, WhoPayTheSameOrderNeverTakeMoreThanItsTotal) {
  const v1::Order order = MakeConfirmedOrder();  // 65.00
  std::atomic<std::int64_t> captured = 0;
  AtOnce(kClients, [&](int i) {
    OrdersClient own(address());
    const CommandAnswer answer =
        own.Send(CaptureRequest(order.order_id(), absl::StrCat("pay-", i), 2'000));
    if (answer.ok()) {
      captured += 2'000;
    } else {
      ExpectError(answer.status, Code::FAILED_PRECONDITION, "PAYMENT_EXCEEDS_OPEN");
    }
  });
  EXPECT_EQ(captured, 6'000);
}

TEST_F(TwoClients, WhoConfirmAndCancelAtOnceLeaveOneSoundStory) {
  for (int round = 0; round < 20; ++round) {
    const v1::Order order = MakeOrder();
    AtOnce(2, [&](int i) {
      OrdersClient own(address());
      if (i == 0) {
        own.Send(ConfirmRequest(order.order_id()));
      } else {
        v1::CancelOrderRequest cancel;
        cancel.set_order_id(order.order_id());
        const CommandAnswer cancelled = own.Send(cancel);
        EXPECT_TRUE(cancelled.ok()) << Describe(cancelled.status);
      }
    });
    const auto history = client().ReadHistory(order.order_id());
    ASSERT_TRUE(history.ok()) << Describe(history.status);
    ExpectSoundHistory(order.order_id(), history.response);
    // Nothing is confirmed after its cancellation.
    EXPECT_EQ(history.response.back().type(), "OrderCancelled");
    ForgetStored();
  }
}

class Watch : public ::testing::Test {
 protected:
  void Start() {
    auto started = OrderdProcess::Start({.data = scratch_.Path("data")});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
  }

  const ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> process_;
};

TEST_F(Watch, SeesEachChangeOnceAndInOrderAcrossARestart) {
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient first(process_->address());
  const CommandAnswer start = first.Send(CreateRequest("start"));
  ASSERT_TRUE(start.ok()) << Describe(start.status);
  std::string resume = start.response.position_token();
  std::vector<v1::OrderHistoryEntry> seen;
  std::vector<std::string> written;  // "order@revision", in the order of the answers.

  for (int life = 0; life < 4; ++life) {
    if (life > 0) {
      ASSERT_NO_FATAL_FAILURE(Start());
    }
    OrdersClient client(process_->address());
    ChangeWatch watch(client, "", resume);
    for (int i = 0; i < 50; ++i) {
      const std::string id = absl::StrCat("life-", life, "-", i % 10);
      const CommandAnswer answer = i < 10 ? client.Send(CreateRequest(id))
                                          : client.Send(NoteRequest(id, absl::StrCat("note ", i)));
      ASSERT_TRUE(answer.ok()) << Describe(answer.status);
      written.push_back(absl::StrCat(id, "@", answer.response.order().revision()));
    }
    // Reads only some of them; the rest is for the next life.
    for (int i = 0; i < 30; ++i) {
      auto change = watch.Next();
      ASSERT_TRUE(change.has_value()) << Describe(watch.status());
      seen.push_back(*std::move(change));
    }
    resume = watch.resume_token();
    if (life % 2 == 0) {
      process_->KillNow();
    } else {
      EXPECT_EQ(process_->Stop().exit_code, 0);
    }
  }

  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  ChangeWatch rest(client, "", resume);
  for (v1::OrderHistoryEntry& change : rest.TakeUntilCaughtUp()) seen.push_back(std::move(change));
  std::vector<std::string> watched;
  watched.reserve(seen.size());
  for (const v1::OrderHistoryEntry& change : seen) {
    watched.push_back(absl::StrCat(change.order_id(), "@", change.revision()));
  }
  EXPECT_EQ(watched, written);
  // And the same again, all at once.
  ChangeWatch whole(client, "", start.response.position_token());
  std::vector<std::string> at_once;
  for (const v1::OrderHistoryEntry& change : whole.TakeUntilCaughtUp()) {
    at_once.push_back(absl::StrCat(change.order_id(), "@", change.revision()));
  }
  EXPECT_EQ(at_once, written);
}

TEST_F(Watch, OfOneOrderSeesOnlyItsChanges) {
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  const CommandAnswer start = client.Send(CreateRequest("mine"));
  ASSERT_TRUE(start.ok()) << Describe(start.status);
  ChangeWatch watch(client, "mine", start.response.position_token());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.Send(CreateRequest(absl::StrCat("other-", i))).ok());
    if (i % 10 == 0) {
      ASSERT_TRUE(client.Send(NoteRequest("mine", absl::StrCat("note ", i))).ok());
    }
  }
  for (std::uint64_t revision = 1; revision <= 10; ++revision) {
    const auto change = watch.Next();
    ASSERT_TRUE(change.has_value()) << Describe(watch.status());
    EXPECT_EQ(change->order_id(), "mine");
    EXPECT_EQ(change->revision(), revision);
  }
}

TEST_F(Watch, ThatHasNothingToSaySaysHowFarItHasCome) {
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  const CommandAnswer start = client.Send(CreateRequest("mine"));
  ASSERT_TRUE(start.ok()) << Describe(start.status);
  ChangeWatch watch(client, "mine", start.response.position_token());
  ASSERT_TRUE(watch.AwaitProgress()) << Describe(watch.status());
  const std::string caught_up = watch.resume_token();
  ASSERT_TRUE(client.Send(CreateRequest("other")).ok());
  // Bounded by the watch's own deadline.
  while (watch.resume_token() == caught_up) {
    ASSERT_TRUE(watch.AwaitProgress()) << Describe(watch.status());
  }
  // Its token is past the other order's change, and in front of what comes.
  ASSERT_TRUE(client.Send(CreateRequest("later")).ok());
  ChangeWatch resumed(client, "", watch.resume_token());
  const auto next = resumed.Next();
  ASSERT_TRUE(next.has_value()) << Describe(resumed.status());
  EXPECT_EQ(next->order_id(), "later");
}

TEST_F(Watch, UnderLoadSeesWhatTheHistoriesHave) {
  ASSERT_NO_FATAL_FAILURE(Start());
  OrdersClient client(process_->address());
  const CommandAnswer start = client.Send(CreateRequest("start"));
  ASSERT_TRUE(start.ok()) << Describe(start.status);
  std::map<std::string, std::uint64_t> next;  // Revision that must come.
  std::size_t changes = 0;
  std::thread watching([&] {
    ChangeWatch watch(client, "", start.response.position_token());
    while (auto change = watch.Next()) {
      EXPECT_EQ(change->revision(), next[change->order_id()]++) << change->order_id();
      ++changes;
      if (change->order_id() == "end") return;
    }
    ADD_FAILURE() << "the watch ended: " << Describe(watch.status());
  });
  AtOnce(kClients, [&](int number) {
    OrdersClient own(process_->address());
    for (int i = 0; i < 100; ++i) {
      const std::string id = absl::StrCat("load-", number, "-", i % 10);
      const CommandAnswer answer = i < 10 ? own.Send(CreateRequest(id))
                                          : own.Send(NoteRequest(id, absl::StrCat("note ", i)));
      ASSERT_TRUE(answer.ok()) << Describe(answer.status);
    }
  });
  const CommandAnswer end = client.Send(CreateRequest("end"));
  EXPECT_TRUE(end.ok()) << Describe(end.status);
  watching.join();
  EXPECT_EQ(changes, std::size_t{kClients} * 100 + 1);
}

}  // namespace
}  // namespace orders::testing_support
