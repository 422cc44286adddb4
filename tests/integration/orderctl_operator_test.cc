// The store's streams and the node, as orderctl shows them.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/integration/orderctl_test.h"

namespace orders {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::CountLines;
using testing_support::Json;
using testing_support::Lines;
using testing_support::OrderctlResult;
using testing_support::OrderctlTest;

TEST_F(OrderctlTest, ReadsAStreamAsItIsStored) {
  const std::string order = Confirmed();
  const OrderctlResult shown = Run({"streams", "read", "order-" + order});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("OrderCreated"), HasSubstr("OrderConfirmed")));
  const OrderctlResult newest =
      Run({"streams", "read", "order-" + order, "--backwards", "--page-size", "1", "-o", "ndjson"});
  ASSERT_EQ(newest.exit_code, 0) << newest.err;
  ASSERT_EQ(Lines(newest.out).size(), 1U);
  const Json event = Lines(newest.out)[0];
  EXPECT_EQ(event["type"], "OrderConfirmed");
  EXPECT_THAT(newest.err, HasSubstr("more: --page-token "));
  const Json from = Do({"streams", "read", "order-" + order, "--from-revision", "1"});
  EXPECT_EQ(from["events"][0]["event_id"], event["event_id"]);
  const Json all = Do({"streams", "read", "$all", "--from-position", event["position_token"],
                       "--type-prefix", "OrderConf"});
  EXPECT_EQ(all["events"][0]["event_id"], event["event_id"]);
}

TEST_F(OrderctlTest, SaysWhatItCannotRead) {
  const OrderctlResult missing = Run({"streams", "read", "no-such"});
  EXPECT_EQ(missing.exit_code, 66);
  EXPECT_THAT(missing.err, HasSubstr("STREAM_NOT_FOUND"));
  const OrderctlResult category = Run({"streams", "read", "$ce-order"});
  EXPECT_EQ(category.exit_code, 1);
  EXPECT_THAT(category.err, HasSubstr("NOT_PROJECTED"));
  EXPECT_EQ(Run({"streams", "read"}).exit_code, 64);
  EXPECT_EQ(Run({"streams", "read", "s", "--from-revision", "1", "--from-position", "x"}).exit_code,
            64);
}

TEST_F(OrderctlTest, ListsStreamsByTheirNewestEvent) {
  const std::string older = Create();
  const std::string newer = Create();
  Do({"set-note", older, "--note", "n"});
  const Json listed = Do({"streams", "list", "--prefix", "order-", "--page-size", "2"});
  ASSERT_EQ(listed["streams"].size(), 2U);
  EXPECT_EQ(listed["streams"][0]["stream"], "order-" + older);
  EXPECT_EQ(listed["streams"][1]["stream"], "order-" + newer);
  const OrderctlResult shown = Run({"streams", "list", "--prefix", "order-" + newer, "--all"});
  EXPECT_EQ(CountLines(shown.out), 2U) << shown.out;
}

TEST_F(OrderctlTest, ShowsWhatACorrelationIdStandsFor) {
  const std::string order = Create();
  const Json events = Do({"streams", "read", "order-" + order});
  const std::string id = events["events"][0]["correlation_id"];
  const OrderctlResult shown = Run({"streams", "correlation", id, "--all"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_EQ(CountLines(shown.out), 2U) << shown.out;
  EXPECT_THAT(shown.out, HasSubstr("OrderCreated"));
  const OrderctlResult lines = Run({"streams", "correlation", id, "-o", "ndjson"});
  ASSERT_EQ(Lines(lines.out).size(), 1U);
  EXPECT_EQ(Lines(lines.out)[0]["stream"], "order-" + order);
}

TEST_F(OrderctlTest, ShowsTheNode) {
  Create();
  const OrderctlResult shown = Run({"node"});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("orderd 0.1.0, up "), HasSubstr("store embedded "),
                               HasSubstr(" events each, "), HasSubstr("CreateOrder"),
                               HasSubstr("grpc-listen"), Not(HasSubstr("nan"))));
  EXPECT_EQ(Do({"node"})["store"]["kind"], "embedded");
}

}  // namespace
}  // namespace orders
