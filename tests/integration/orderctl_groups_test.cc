// The store's groups of consumers, as orderctl looks after them.

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_test.h"

namespace orders {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing_support::CountLines;
using testing_support::Json;
using testing_support::Lines;
using testing_support::OrderctlResult;
using testing_support::OrderctlTest;

TEST_F(OrderctlTest, MakesAndChangesAndDeletesAGroup) {
  const std::string stream = "order-" + Create();
  OrderctlResult result = Run({"groups", "create", stream, "billing", "--from-beginning",
                               "--message-timeout", "1m", "--strategy", "pinned"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "created billing on " + stream + "\n");
  result = Run({"groups", "create", stream, "billing"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("GROUP_EXISTS"));

  result = Run({"groups", "show", stream, "billing"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("Live"), HasSubstr("no consumer is connected"),
                                HasSubstr("pinned"), HasSubstr("the beginning")));
  Do({"groups", "update", stream, "billing", "--retries-max", "0", "--checkpoint-after", "0"});
  const Json group = Do({"groups", "show", stream, "billing"});
  EXPECT_EQ(group["settings"]["retries_max"], 0);
  EXPECT_EQ(group["settings"]["checkpoint_after"], "0s");
  EXPECT_EQ(group["settings"]["message_timeout"], "60s");
  EXPECT_EQ(group["behind_events"], "1");

  result = Run({"groups", "list", "--stream", stream});
  EXPECT_EQ(CountLines(result.out), 2U) << result.out;
  result = Run({"groups", "list", "--stream", stream, "-o", "ndjson"});
  ASSERT_EQ(Lines(result.out).size(), 1U);
  EXPECT_EQ(Lines(result.out)[0]["group"], "billing");

  EXPECT_EQ(Run({"groups", "restart"}).exit_code, 0);
  EXPECT_EQ(Run({"groups", "delete", stream, "billing"}).out,
            "deleted billing on " + stream + "\n");
  result = Run({"groups", "show", stream, "billing"});
  EXPECT_EQ(result.exit_code, 66);
  EXPECT_THAT(result.err, HasSubstr("GROUP_NOT_FOUND"));
}

TEST_F(OrderctlTest, MakesAGroupOfAllStreamsWithAFilter) {
  Do({"groups", "create", "$all", "audit", "--type-prefix", "Order", "--type-prefix", "Payment",
      "--from-end"});
  EXPECT_EQ(Do({"groups", "show", "$all", "audit"})["settings"]["from_beginning"], false);
  EXPECT_EQ(Run({"groups", "create", "$all", "more", "--type-prefix", "O", "--stream-regex", "^o"})
                .exit_code,
            64);
  Do({"groups", "delete", "$all", "audit"});
}

TEST_F(OrderctlTest, ReplaysAndDiscardsWhatIsSaid) {
  Do({"groups", "create", "empty", "billing"});
  EXPECT_EQ(Do({"groups", "parked", "empty", "billing"})["parked"], "0");
  OrderctlResult result = Run({"groups", "replay", "empty", "billing", "--all", "--dry-run"});
  EXPECT_EQ(result.out, "would replay 0, 0 stay parked\n") << result.err;
  result = Run({"groups", "discard", "empty", "billing", "--oldest", "2", "--reason", "old"});
  EXPECT_THAT(result.out, HasSubstr("discarded 0, 0 stay parked; recorded in "
                                    "$persistentsubscription-empty::billing-discarded"))
      << result.err;
  result = Run({"groups", "discard", "empty", "billing", "--entry", "2", "--reason", "old"});
  EXPECT_EQ(result.exit_code, 66);
  EXPECT_THAT(result.err, HasSubstr("PARKED_MESSAGE_NOT_FOUND"));
  // Which of them must be said, and once; a reason too.
  EXPECT_EQ(Run({"groups", "replay", "empty", "billing"}).exit_code, 65);
  EXPECT_EQ(Run({"groups", "replay", "empty", "billing", "--all", "--entry", "1"}).exit_code, 64);
  result = Run({"groups", "discard", "empty", "billing", "--all"});
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("reason"));
  Do({"groups", "delete", "empty", "billing"});
}

}  // namespace
}  // namespace orders
