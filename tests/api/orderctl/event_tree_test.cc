#include "api/orderctl/event_tree.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::Event Caused(const std::string& id, const std::string& by) {
  v1::Event event;
  event.set_event_id(id);
  event.set_causation_id(by);
  return event;
}

TEST(CausationDepths, CountTheCausesThatAreThere) {
  EXPECT_THAT(CausationDepths({Caused("a", "request"), Caused("b", "a"), Caused("c", "b"),
                               Caused("d", "a"), Caused("e", "")}),
              ElementsAre(0, 1, 2, 1, 0));
}
TEST(CausationDepths, AreZeroWhereTheCauseIsNotAmongThem) {
  EXPECT_THAT(CausationDepths({Caused("b", "a"), Caused("c", "b")}), ElementsAre(0, 1));
}
TEST(CausationDepths, EndWhereEventsNameEachOther) {
  EXPECT_THAT(CausationDepths({Caused("a", "b"), Caused("b", "a"), Caused("c", "c")}),
              ElementsAre(0, 1, 0));
}
TEST(CausationDepths, OfNothingAreNone) { EXPECT_THAT(CausationDepths({}), IsEmpty()); }

}  // namespace
}  // namespace orders::api
