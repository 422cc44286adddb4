// Operations of the node (protocol section 1.7): which does what, and which is refused and why.
#include <atomic>
#include <memory>
#include <string>

#include <gmock/gmock.h>

#include "event_store/client/operations.grpc.pb.h"
#include "tests/infrastructure/node/grpc/group_testing.h"

namespace eventstoredb::testing_support {
namespace {

namespace operations = event_store::client::operations;
using event_store::client::Empty;
using operations::Operations;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class NodeOperations : public GroupTest {
 protected:
  template <typename Request, typename Response>
  Ended Call(grpc::Status (Operations::Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
             const Request& request) {
    grpc::ClientContext context;
    SetPatience(context);
    Response response;
    const auto operator_stub = Operations::NewStub(channel());
    return EndOf((operator_stub.get()->*method)(&context, request, &response), context);
  }
};

TEST_F(NodeOperations, ScavengingIsRefusedBecauseTheLogKeepsEverything) {
  operations::StartScavengeReq request;
  request.mutable_options()->set_thread_count(1);
  const Ended end = Call(&Operations::Stub::StartScavenge, request);
  EXPECT_EQ(end.code, grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(end.message, HasSubstr("keeps every event"));

  request.mutable_options()->set_thread_count(0);
  EXPECT_EQ(Call(&Operations::Stub::StartScavenge, request).code,
            grpc::StatusCode::INVALID_ARGUMENT);
  request.mutable_options()->set_thread_count(1);
  request.mutable_options()->set_start_from_chunk(-1);
  EXPECT_EQ(Call(&Operations::Stub::StartScavenge, request).code,
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(NodeOperations, NoIdIsThatOfAScavenge) {
  operations::StopScavengeReq request;
  request.mutable_options()->set_scavenge_id("7");
  const Ended end = Call(&Operations::Stub::StopScavenge, request);
  EXPECT_EQ(end.code, grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(end.trailers,
              ElementsAre(Pair("exception", "scavenge-not-found"), Pair("scavenge-id", "7")));
}

TEST_F(NodeOperations, IndexesAreMergedAtEveryMomentAndPrioritiesMeanNothing) {
  EXPECT_EQ(Call(&Operations::Stub::MergeIndexes, Empty()).code, grpc::StatusCode::OK);
  operations::SetNodePriorityReq priority;
  priority.set_priority(7);
  EXPECT_EQ(Call(&Operations::Stub::SetNodePriority, priority).code, grpc::StatusCode::OK);
}

TEST_F(NodeOperations, TheOnlyNodeCannotResign) {
  const Ended end = Call(&Operations::Stub::ResignNode, Empty());
  EXPECT_EQ(end.code, grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(end.trailers, IsEmpty());
  EXPECT_EQ(AppendEvents("s", 1).end.code, grpc::StatusCode::OK) << "and goes on";
}

TEST_F(NodeOperations, RestartingPersistentSubscriptionsDropsTheirConsumers) {
  ASSERT_EQ(Create(GroupOn("s")).code, grpc::StatusCode::OK);
  Consumer consumer(*this, "s");
  ASSERT_EQ(consumer.Take(1).size(), 1u);

  EXPECT_EQ(Call(&Operations::Stub::RestartPersistentSubscriptions, Empty()).code,
            grpc::StatusCode::OK);
  EXPECT_EQ(consumer.WaitForEnd().trailers.at("exception"), "persistent-subscription-dropped");
  EXPECT_EQ(Info("s").end.code, grpc::StatusCode::OK);
}

TEST_F(NodeOperations, ShutdownIsTheOwnersToTake) {
  EXPECT_EQ(Call(&Operations::Stub::Shutdown, Empty()).code, grpc::StatusCode::FAILED_PRECONDITION);

  std::atomic<int> asked{0};
  NodeServerOptions options;
  options.on_shutdown = [&asked] { ++asked; };
  StartNode(std::move(options));
  EXPECT_EQ(Call(&Operations::Stub::Shutdown, Empty()).code, grpc::StatusCode::OK);
  EXPECT_TRUE(Eventually([&] { return asked == 1; }));
}

}  // namespace
}  // namespace eventstoredb::testing_support
