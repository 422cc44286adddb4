#include "application/queries/service_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orders::application {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Time kNow = absl::FromUnixSeconds(1'000);

ProjectionStatus Running(std::string name) {
  return {.name = std::move(name), .state = ProjectionState::kRunning, .caught_up = true};
}

TEST(ServiceHealth, OfAServiceThatIsWellHasNoReasons) {
  const ServiceHealth health = AssessHealth({}, {Running("orders"), Running("customers")}, kNow);
  EXPECT_EQ(health.state, HealthState::kServing);
  EXPECT_THAT(health.reasons, IsEmpty());
}

TEST(ServiceHealth, TellsWhatIsWrongWithTheFilesAboutAccess) {
  const ServiceHealth health =
      AssessHealth({}, {Running("orders")}, kNow, {"the last reload failed"});
  EXPECT_EQ(health.state, HealthState::kDegraded);
  EXPECT_THAT(health.reasons, ElementsAre("the last reload failed"));
}

TEST(ServiceHealth, TellsHowLongTheStoreIsOutOfReach) {
  const ServiceHealth health =
      AssessHealth({.is_reachable = false, .error = "refused", .since = kNow - absl::Seconds(7)},
                   {Running("orders")}, kNow);
  EXPECT_EQ(health.state, HealthState::kDegraded);
  EXPECT_THAT(health.reasons, ElementsAre(AllOf(HasSubstr("7s old"), HasSubstr("refused"))));
}

TEST(ServiceHealth, NamesEachReadModelThatIsNotWell) {
  ProjectionStatus stopped = Running("orders");
  stopped.state = ProjectionState::kStopped;
  stopped.error = absl::DataLossError("an event is damaged");
  ProjectionStatus filling = Running("customers");
  filling.caught_up = false;
  ProjectionStatus retrying = Running("sales");
  retrying.state = ProjectionState::kRetrying;
  retrying.error = absl::UnavailableError("disk");
  const ServiceHealth health = AssessHealth({}, {stopped, filling, retrying}, kNow);
  EXPECT_EQ(health.state, HealthState::kDegraded);
  EXPECT_THAT(health.reasons,
              ElementsAre(AllOf(HasSubstr("orders has stopped"), HasSubstr("an event is damaged")),
                          HasSubstr("customers is catching up"),
                          AllOf(HasSubstr("sales tries again"), HasSubstr("disk"))));
}

}  // namespace
}  // namespace orders::application
