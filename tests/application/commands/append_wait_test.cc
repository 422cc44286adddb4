#include "application/commands/append_wait.h"

#include <map>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "application/commands/detached.h"
#include "tests/support/manual_clock.h"

namespace orders::application {
namespace {

/// Answers when the test says so.
class PatientStore final : public OrderStore {
 public:
  void StartAppend(const CallContext&, const domain::OrderId&, std::optional<std::uint64_t>,
                   const domain::OrderEvents&, const EventMetadata&, AppendDone done) override {
    if (at_once.has_value()) return done(*at_once);
    waiting = std::move(done);
  }
  absl::Status ReadStream(const CallContext&, const domain::OrderId&, std::uint64_t,
                          OrderStreamVisitor) override {
    return absl::UnimplementedError("not needed here");
  }
  absl::Status Read(const CallContext&, const domain::OrderId&, std::uint64_t,
                    OrderEventVisitor) override {
    return absl::UnimplementedError("");
  }
  bool IsKnownHead(const domain::OrderId&, std::optional<std::uint64_t>) override { return false; }
  StoreIdentity identity() const override { return {}; }

  std::optional<absl::StatusOr<AppendedEvents>> at_once;
  AppendDone waiting;
};

/// Its timers run when the test says so.
class PatientScheduler final : public Scheduler {
 public:
  void Sleep(absl::Duration) override {}
  TimerId After(absl::Duration delay, absl::AnyInvocable<void()> task) override {
    if (is_full) return 0;
    last_delay = delay;
    timers.emplace(++last_, std::move(task));
    return last_;
  }
  bool Cancel(TimerId timer) override { return timers.erase(timer) == 1; }
  void RunFirst() {
    auto task = std::move(timers.begin()->second);
    timers.erase(timers.begin());
    task();
  }

  bool is_full = false;
  absl::Duration last_delay;
  std::map<TimerId, absl::AnyInvocable<void()>> timers;

 private:
  TimerId last_ = 0;
};

class AppendWaitTest : public ::testing::Test {
 protected:
  using Answer = absl::StatusOr<AppendedEvents>;

  void Await(absl::Time deadline) { Run({.deadline = deadline}); }
  absl::Time In(absl::Duration time) { return clock_.Now() + time; }

  PatientStore store_;
  testing_support::ManualClock clock_;
  PatientScheduler scheduler_;
  std::optional<Answer> answer_;
  int ends_ = 0;

 private:
  Detached Run(CallContext call) {
    const domain::OrderId order{"o-1"};
    const domain::OrderEvents events{domain::NoteSet{"n"}};
    const EventMetadata metadata;
    answer_ = co_await AppendWait({store_, clock_, scheduler_}, {.call = call,
                                                                 .order = order,
                                                                 .after = std::nullopt,
                                                                 .events = events,
                                                                 .metadata = metadata});
    ++ends_;
  }
};

TEST_F(AppendWaitTest, GivesTheStoresAnswerAndTakesTheTimerBack) {
  Await(In(absl::Seconds(3)));
  EXPECT_FALSE(answer_.has_value());
  EXPECT_EQ(scheduler_.timers.size(), 1U);
  EXPECT_EQ(scheduler_.last_delay, absl::Seconds(3));

  store_.waiting(AppendedEvents{.last_revision = 7});

  ASSERT_TRUE(answer_.has_value());
  ASSERT_TRUE(answer_->ok());
  EXPECT_EQ((*answer_)->last_revision, 7U);
  EXPECT_TRUE(scheduler_.timers.empty());
}

TEST_F(AppendWaitTest, EndsAtTheDeadlineAndDropsAnAnswerThatComesLater) {
  Await(In(absl::Seconds(3)));

  scheduler_.RunFirst();

  ASSERT_TRUE(answer_.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer_->status()));
  store_.waiting(AppendedEvents{.last_revision = 7});
  EXPECT_EQ(ends_, 1);
}

TEST_F(AppendWaitTest, GivesAnAnswerThatComesFromWithinWithoutATimer) {
  store_.at_once = absl::AbortedError("another was first");

  Await(In(absl::Seconds(3)));

  ASSERT_TRUE(answer_.has_value());
  EXPECT_TRUE(absl::IsAborted(answer_->status()));
  EXPECT_TRUE(scheduler_.timers.empty());
}

TEST_F(AppendWaitTest, WaitsForTheStoreAloneWithoutADeadlineOrARoomForATimer) {
  Await(absl::InfiniteFuture());
  EXPECT_TRUE(scheduler_.timers.empty());
  store_.waiting(AppendedEvents{});
  EXPECT_EQ(ends_, 1);

  scheduler_.is_full = true;
  Await(In(absl::Seconds(3)));
  EXPECT_EQ(ends_, 1);
  store_.waiting(AppendedEvents{});
  EXPECT_EQ(ends_, 2);
}

}  // namespace
}  // namespace orders::application
