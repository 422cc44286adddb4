#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "application/projections/background_audit.h"
#include "application/projections/projection_host.h"
#include "tests/application/projections/read_model_files.h"
#include "tests/support/read_side.h"

namespace orders::application {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ReadSide;

class ReadModelVerification : public testing_support::ReadModelFiles {
 protected:
  static constexpr auto kAtOnce = VerificationPace::kAtOnce;

  /// All read models' files, the live ones: a verification leaves no other.
  void ExpectOnlyTheLiveFiles() const {
    EXPECT_THAT(Files(), testing::UnorderedElementsAre("orders-v3-g1.db", "customers-v2-g1.db",
                                                       "sales-v1-g1.db", "search-v1-g1.db"));
  }
  RebuildStatus Verify(ReadSide& side, const std::string& read_model) {
    const absl::Status begun = side.host().StartVerification(read_model, kAtOnce);
    EXPECT_TRUE(begun.ok()) << begun;
    return side.WaitUntilVerified(read_model);
  }
};

TEST_F(ReadModelVerification, OfSoundReadModelsFindsNothingAndLeavesThemAsTheyAre) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  for (const char* const read_model : testing_support::kReadModels) {
    const RebuildStatus status = Verify(side, read_model);
    EXPECT_EQ(status.phase, RebuildPhase::kDone) << status.error;
    EXPECT_EQ(status.comparison->differences, 0U);
    EXPECT_GT(status.comparison->rows, 0U);
    EXPECT_EQ(status.events_applied, log_.size());
    EXPECT_FALSE((*side.host().FindRebuild(read_model)).has_value());
  }
  ExpectOnlyTheLiveFiles();
  log_.Append(histories_.Next(100));
  ASSERT_TRUE(side.WaitUntilCurrent()) << "they follow the log";
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelVerification, NamesEachDifferenceAndTheLiveFileStaysWrong) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const std::string order = log_.Events().front().order_id.value;
  Change("orders-v3-g1.db",
         absl::StrCat("UPDATE orders SET total=total+1,held=1-held WHERE order_id='", order, "';"));
  for (int round = 0; round < 2; ++round) {
    const RebuildStatus status = Verify(side, "orders");
    ASSERT_EQ(status.phase, RebuildPhase::kDone) << status.error;
    EXPECT_EQ(status.comparison->differences, 1U);
    EXPECT_THAT(status.comparison->listed,
                ElementsAre(ViewDifference{"orders", order, "", ViewDifference::Kind::kDiffers,
                                           "held,total"}));
  }
  EXPECT_THAT(side.telemetry().Lines(Severity::kError),
              testing::Contains(HasSubstr(absl::StrCat("key=", order, ": held,total"))));
  ExpectOnlyTheLiveFiles();
}

TEST_F(ReadModelVerification, NamesAnOrderThatBreaksARuleOfMoney) {
  // As somebody else's program would, which knows no rules.
  const RecordedOrderEvent last = log_.Events().back();
  log_.Append({.order_id = last.order_id,
               .revision = last.revision + 1,
               .event = domain::PaymentCaptured{.payment_id = {"odd"}, .amount = {5}},
               .metadata = last.metadata});
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  const RebuildStatus status = Verify(side, "orders");
  ASSERT_EQ(status.phase, RebuildPhase::kDone) << status.error;
  ASSERT_EQ(status.comparison->differences, 1U);
  const ViewDifference& found = status.comparison->listed.front();
  EXPECT_EQ(found.key, last.order_id.value);
  EXPECT_EQ(found.kind, ViewDifference::Kind::kBreaksRule);
  EXPECT_EQ(found.what, "payment odd: captured is 5, which is not from 0 to authorized, 0");
  EXPECT_EQ(Verify(side, "customers").comparison->differences, 0U)
      << "that it is what the log says is another question";
}

TEST_F(ReadModelVerification, UnderWritesFindsNothingThatIsNotThere) {
  ReadSide side(log_, Options());
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  Writer writer(*this);
  for (int round = 0; round < 3; ++round) {
    for (const char* const read_model : testing_support::kReadModels) {
      writer.Allow(kBurst);
      const RebuildStatus status = Verify(side, read_model);
      EXPECT_EQ(status.phase, RebuildPhase::kDone) << status.error;
      EXPECT_EQ(status.comparison->differences, 0U);
    }
  }
  writer.Stop();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_EQ(side.Difference(log_.Events()), "");
}

TEST_F(ReadModelVerification, OneAtATimeIsCancelledAndAStopForgetsIt) {
  std::atomic<bool> is_held = false;
  std::atomic<bool> go_on = false;
  ReadSide::Options options = Options();
  options.on_line = [&](std::string_view line) {
    while (line.find("verification comparing") != std::string_view::npos && !go_on) {
      is_held = true;
      absl::SleepFor(absl::Milliseconds(1));
    }
  };
  ReadSide side(log_, options);
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  EXPECT_TRUE(absl::IsNotFound(side.host().StartVerification("no such one", kAtOnce)));
  ASSERT_TRUE(side.host().StartVerification("orders", kAtOnce).ok());
  EXPECT_TRUE(absl::IsAborted(side.host().StartVerification("orders", kAtOnce)));
  EXPECT_TRUE(absl::IsAborted(side.host().StartRebuild("orders")));
  ASSERT_TRUE(side.host().CancelRebuild("orders").ok());
  go_on = true;
  EXPECT_EQ(side.WaitUntilVerified("orders").phase, RebuildPhase::kCancelled);
  ExpectOnlyTheLiveFiles();

  // The stop comes in the midst.
  go_on = false;
  is_held = false;
  ASSERT_TRUE(side.host().StartVerification("sales", kAtOnce).ok());
  WaitFor([&] { return is_held.load(); });
  std::thread release([&] {
    absl::SleepFor(absl::Milliseconds(20));
    go_on = true;
  });
  side.Stop();
  release.join();
  ReadSide again(log_, Options());
  again.Start();
  ASSERT_TRUE(again.WaitUntilCurrent());
  EXPECT_FALSE((*again.host().FindRebuild("sales")).has_value()) << "it is no unfinished rebuild";
  ExpectOnlyTheLiveFiles();
}

TEST_F(ReadModelVerification, InTheBackgroundGoesOnAndOnAtItsShareOfTheProcessor) {
  // A clock of the processor that says much more than was used: whoever listens to it pauses.
  std::atomic<int> asked = 0;
  ReadSide::Options options = Options();
  options.host.thread_time = [&asked] { return absl::Microseconds(10) * ++asked; };
  ReadSide side(log_, options);
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  {
    BackgroundAudit audit(side.host(), side.telemetry(), absl::Seconds(10));
    for (const char* const read_model : testing_support::kReadModels) {
      EXPECT_EQ(side.WaitUntilVerified(read_model).phase, RebuildPhase::kDone);
    }
  }
  EXPECT_GT(asked, 4 * 800 / 20) << "it is asked between each two chunks";
  ExpectOnlyTheLiveFiles();
}

TEST_F(ReadModelVerification, InTheBackgroundEndsWithinAMomentHoweverLongItsPauseIs) {
  ReadSide::Options options = Options();
  std::atomic<int> asked = 0;
  options.host.thread_time = [&asked] { return absl::Hours(1) * ++asked; };
  ReadSide side(log_, options);
  side.Start();
  ASSERT_TRUE(side.WaitUntilCurrent());
  ASSERT_TRUE(side.host().StartVerification("orders", VerificationPace::kInBackground).ok());
  WaitFor([&] { return asked >= 1; });
  ASSERT_TRUE(side.host().CancelRebuild("orders").ok());
  EXPECT_EQ(side.WaitUntilVerified("orders").phase, RebuildPhase::kCancelled);
  ASSERT_TRUE(side.host().StartVerification("orders", VerificationPace::kInBackground).ok());
  WaitFor([&] { return asked >= 2; });
  side.Stop();
}

}  // namespace
}  // namespace orders::application
