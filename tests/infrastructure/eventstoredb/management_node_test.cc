#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/infrastructure/eventstoredb/node_fixture.h"
#include "tests/support/event_store_testing.h"

// Our client's management calls against our node, each the real one.
namespace eventstoredb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::EventRange;

class ManagementOfANode : public testing_support::NodeFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StartNode("127.0.0.1:0", /*system_projections=*/true));
    ASSERT_NO_FATAL_FAILURE(Connect());
  }
};

TEST_F(ManagementOfANode, ListsItsProjectionsStopsThemAndStartsThem) {
  const Projections projections = client_->projections();
  const auto all = projections.List();
  ASSERT_TRUE(all.ok()) << all.status();
  std::vector<std::string> names;
  for (const ProjectionStatistics& each : *all) {
    names.push_back(each.name);
    EXPECT_EQ(each.status, "Running");
    EXPECT_EQ(each.mode, "Continuous");
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("$by_category", "$by_event_type", "$streams",
                                                   "$stream_by_category", "$by_correlation_id"));
  EXPECT_THAT(*projections.List({.mode = ProjectionMode::kOneTime}), IsEmpty());

  ASSERT_TRUE(projections.Disable("$by_category").ok());
  EXPECT_EQ(projections.GetStatistics("$by_category")->status, "Stopped");
  ASSERT_TRUE(projections.Enable("$by_category").ok());
  EXPECT_EQ(projections.GetStatistics("$by_category")->status, "Running");
  ASSERT_TRUE(projections.Abort("$by_category").ok());
  EXPECT_EQ(projections.GetStatistics("$by_category")->status, "Stopped");
  EXPECT_TRUE(projections.Reset("$by_category").ok());
  EXPECT_TRUE(projections.RestartSubsystem().ok());
  EXPECT_EQ(*projections.GetState({.name = "$by_category"}), "{}");
  EXPECT_EQ(*projections.GetResult({.name = "$by_category"}), "{}");
}

TEST_F(ManagementOfANode, NamesAProjectionThatIsMissing) {
  const Projections projections = client_->projections();
  for (const absl::Status& missing :
       {projections.Enable("mine"), projections.Disable("mine"), projections.Reset("mine"),
        projections.Update({.name = "mine", .query = "fromAll()"}),
        projections.Delete({.name = "mine"}), projections.GetState({.name = "mine"}).status(),
        projections.GetResult({.name = "mine"}).status(),
        projections.GetStatistics("mine").status()}) {
    EXPECT_EQ(GetErrorDetails(missing),
              (ErrorDetails{.kind = ErrorKind::kProjectionNotFound, .projection = "mine"}))
        << missing;
  }
}

TEST_F(ManagementOfANode, IsToldThatItsProjectionsAreTheSystemsAlone) {
  const Projections projections = client_->projections();
  for (const absl::Status& refused :
       {projections.Create({.name = "mine", .query = "fromAll()"}),
        projections.Update({.name = "$by_category", .query = "fromAll()"}),
        projections.Delete({.name = "$by_category"})}) {
    EXPECT_TRUE(absl::IsUnimplemented(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), HasSubstr("system projections"));
  }
}

TEST_F(ManagementOfANode, WatchesWhatItMeasures) {
  const Operations operations = client_->operations();
  const auto before = operations.GetStatistics();
  ASSERT_TRUE(before.ok()) << before.status();
  const std::string events = before->at("es-writer-events");
  AppendRequest request{.stream = "s"};
  request.events = EventRange(1, 3);
  ASSERT_TRUE(client_->Append(std::move(request)).ok());
  std::string now = events;
  const absl::Status watched = operations.WatchStatistics(
      {.interval = absl::Milliseconds(100), .until = absl::Now() + absl::Seconds(20)},
      [&](const ServerStatistics& statistics) {
        now = statistics.at("es-writer-events");
        return now == events;
      });
  EXPECT_TRUE(watched.ok()) << watched;
  EXPECT_NE(now, events);
}

}  // namespace
}  // namespace eventstoredb
