#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "tests/support/event_store_testing.h"

// Subscriptions that wait without a thread.
namespace eventstoredb {
namespace {

using namespace testing_support;  // NOLINT: the words of these tests.
using testing::IsEmpty;
using testing::SizeIs;

constexpr absl::Duration kPatience = absl::Seconds(30);
// What must not come is waited for this long.
constexpr absl::Duration kSilence = absl::Milliseconds(50);

class WhenReady : public testing::Test {
 protected:
  void SetUp() override {
    EmbeddedEventStoreOptions options;
    options.in_memory = true;
    auto opened = EmbeddedEventStore::Open(options);
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  // A subscription that has said CaughtUp.
  std::unique_ptr<Subscription> GivenLive(SubscribeRequest request) {
    request.from_end = true;
    auto subscription = store_->Subscribe(std::move(request));
    EXPECT_TRUE(subscription.ok()) << subscription.status();
    EXPECT_EQ(TakeUntilCaughtUp(**subscription).CaughtUps(), 1U);
    return *std::move(subscription);
  }
  static std::shared_ptr<absl::Notification> Ask(Subscription& subscription) {
    auto called = std::make_shared<absl::Notification>();
    subscription.WhenReady([called] { called->Notify(); });
    return called;
  }
  static std::vector<SubscriptionMessage> TakeNow(Subscription& subscription) {
    std::vector<SubscriptionMessage> out;
    EXPECT_TRUE(subscription.Next(100, absl::ZeroDuration(), out).ok());
    return out;
  }

  std::unique_ptr<EmbeddedEventStore> store_;
};

TEST_F(WhenReady, IsCalledForAnEventThatConcernsTheSubscription) {
  const auto of_stream = GivenLive({.stream = "s"});
  const auto of_all = GivenLive({});
  const auto stream_called = Ask(*of_stream);
  const auto all_called = Ask(*of_all);
  ASSERT_TRUE(Append(*store_, "other", kAny, Events({1})).ok());
  EXPECT_TRUE(all_called->WaitForNotificationWithTimeout(kPatience));
  EXPECT_FALSE(stream_called->WaitForNotificationWithTimeout(kSilence));
  EXPECT_THAT(TakeNow(*of_all), SizeIs(1));
  ASSERT_TRUE(Append(*store_, "s", kAny, Events({2})).ok());
  EXPECT_TRUE(stream_called->WaitForNotificationWithTimeout(kPatience));
  EXPECT_THAT(TakeNow(*of_stream), SizeIs(1));
}

TEST_F(WhenReady, IsCalledAtOnceIfSomethingIsThere) {
  ASSERT_TRUE(Append(*store_, "s", kAny, Events({1, 2})).ok());
  auto subscription = store_->Subscribe({.stream = "s"});
  ASSERT_TRUE(subscription.ok());
  EXPECT_TRUE(Ask(**subscription)->WaitForNotificationWithTimeout(kPatience));
  std::vector<SubscriptionMessage> out;
  ASSERT_TRUE((*subscription)->Next(1, absl::ZeroDuration(), out).ok());
  EXPECT_THAT(out, SizeIs(1));
  EXPECT_TRUE(Ask(**subscription)->WaitForNotificationWithTimeout(kPatience));
}

TEST_F(WhenReady, WaitsForAStreamThatDoesNotExist) {
  auto subscription = store_->Subscribe({.stream = "s"});
  ASSERT_TRUE(subscription.ok());
  EXPECT_THAT(TakeNow(**subscription), IsEmpty());
  const auto called = Ask(**subscription);
  ASSERT_TRUE(Append(*store_, "other", kAny, Events({1})).ok());
  EXPECT_FALSE(called->WaitForNotificationWithTimeout(kSilence));
  ASSERT_TRUE(Append(*store_, "s", kAny, Events({1})).ok());
  EXPECT_TRUE(called->WaitForNotificationWithTimeout(kPatience));
  EXPECT_THAT(TakeNow(**subscription), SizeIs(testing::Ge(1U)));
}

TEST_F(WhenReady, IsCalledWhenCancelled) {
  const auto subscription = GivenLive({.stream = "s"});
  const auto called = Ask(*subscription);
  subscription->Cancel();
  EXPECT_TRUE(called->WaitForNotificationWithTimeout(kPatience));
  std::vector<SubscriptionMessage> out;
  EXPECT_TRUE(absl::IsCancelled(subscription->Next(1, absl::ZeroDuration(), out)));
  EXPECT_TRUE(Ask(*subscription)->WaitForNotificationWithTimeout(kPatience));
}

TEST_F(WhenReady, IsCalledWhenTheStoreClosesAndAfterIt) {
  const auto subscription = GivenLive({.stream = "s"});
  const auto called = Ask(*subscription);
  store_.reset();
  EXPECT_TRUE(called->WaitForNotificationWithTimeout(kPatience));
  EXPECT_TRUE(Ask(*subscription)->WaitForNotificationWithTimeout(kPatience));
  std::vector<SubscriptionMessage> out;
  EXPECT_TRUE(absl::IsUnavailable(subscription->Next(1, absl::ZeroDuration(), out)));
}

TEST_F(WhenReady, IsForgottenByTheNextOneByNextAndByTheEnd) {
  auto subscription = GivenLive({.stream = "s"});
  const auto replaced = Ask(*subscription);
  const auto dropped_by_next = Ask(*subscription);
  EXPECT_THAT(TakeNow(*subscription), IsEmpty());
  ASSERT_TRUE(Append(*store_, "s", kAny, Events({1})).ok());
  EXPECT_THAT(TakeNow(*subscription), SizeIs(1));
  const auto dropped_by_end = Ask(*subscription);
  subscription.reset();
  ASSERT_TRUE(Append(*store_, "s", kAny, Events({2})).ok());
  EXPECT_FALSE(dropped_by_end->WaitForNotificationWithTimeout(kSilence));
  EXPECT_FALSE(replaced->HasBeenNotified());
  EXPECT_FALSE(dropped_by_next->HasBeenNotified());
}

TEST_F(WhenReady, MayAskAgainFromWithinTheCall) {
  const auto subscription = GivenLive({.stream = "s"});
  std::atomic<int> events{0};
  absl::Notification enough;
  std::function<void()> take = [&] {
    for (const SubscriptionMessage& message : TakeNow(*subscription)) {
      if (std::holds_alternative<RecordedEvent>(message)) ++events;
    }
    if (events == 100) {
      enough.Notify();
    } else {
      subscription->WhenReady([&] { take(); });
    }
  };
  subscription->WhenReady([&] { take(); });
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(Append(*store_, "s", kAny, Events({i + 1})).ok());
  }
  EXPECT_TRUE(enough.WaitForNotificationWithTimeout(kPatience));
}

TEST_F(WhenReady, ThousandsWaitWithoutThreadsAndAllHear) {
  constexpr int kSubscriptions = 4'000;
  std::vector<std::unique_ptr<Subscription>> subscriptions;
  absl::BlockingCounter called(kSubscriptions);
  for (int i = 0; i < kSubscriptions; ++i) {
    subscriptions.push_back(GivenLive({.stream = absl::StrCat("s", i % 100)}));
    subscriptions.back()->WhenReady([&] { called.DecrementCount(); });
  }
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(Append(*store_, absl::StrCat("s", i), kAny, Events({1})).ok());
  }
  called.Wait();
  for (const auto& subscription : subscriptions) EXPECT_THAT(TakeNow(*subscription), SizeIs(1));
}

TEST_F(WhenReady, ARareStreamStaysLiveHoweverMuchGoesBy) {
  EmbeddedEventStoreOptions options;
  options.in_memory = true;
  options.recent_events_max = 10;
  store_ = *EmbeddedEventStore::Open(options);
  const auto subscription = GivenLive({.stream = "rare"});
  const auto called = Ask(*subscription);
  for (std::uint64_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(Append(*store_, "busy", kAny, Events({i + 1})).ok());
  }
  ASSERT_TRUE(Append(*store_, "rare", kAny, Events({1})).ok());
  EXPECT_TRUE(called->WaitForNotificationWithTimeout(kPatience));
  EXPECT_THAT(Take(*subscription, 1).Events(), SizeIs(1));
}

TEST_F(WhenReady, EachSubscriptionHasItsOwnIntervalOfCheckpoints) {
  ASSERT_TRUE(Append(*store_, "s", kAny, EventRange(1, 100)).ok());
  auto subscription = store_->Subscribe(
      {.filter = Filter::StreamPrefixes({"none"}), .checkpoint_interval_events = 20});
  ASSERT_TRUE(subscription.ok());
  std::size_t checkpoints = 0;
  for (const SubscriptionMessage& message : TakeUntilCaughtUp(**subscription).messages) {
    if (std::holds_alternative<Checkpoint>(message)) ++checkpoints;
  }
  EXPECT_EQ(checkpoints, 5U);
}

}  // namespace
}  // namespace eventstoredb
