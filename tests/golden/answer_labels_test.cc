// The comparison itself: what it takes for the same, and what it must find.
#include "tests/golden/answer_labels.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "tests/golden/line_diff.h"

namespace eventstoredb::golden {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json Position(const std::string& value) {
  return {{"commit_position", value}, {"prepare_position", value}};
}

/// The answers after labelling; `wrong` gets the words about positions.
std::vector<json> Labelled(const std::vector<json>& recorded, std::vector<json> answered,
                           std::string* wrong = nullptr) {
  const std::string text = LabelAnswers(recorded, /*compares_positions=*/true, answered);
  if (wrong != nullptr) *wrong = text;
  return answered;
}

TEST(Labels, PositionsOfTheSameOrderAreTheSame) {
  const std::vector<json> recorded = {Position("P1"), Position("P3"), Position("P1")};
  std::string wrong;
  EXPECT_EQ(Labelled(recorded, {Position("7"), Position("1000"), Position("7")}, &wrong), recorded);
  EXPECT_EQ(wrong, "");
}

TEST(Labels, PositionsInTheOtherOrderAreTold) {
  std::string wrong;
  Labelled({Position("P1"), Position("P2")}, {Position("9"), Position("8")}, &wrong);
  EXPECT_THAT(wrong, HasSubstr("P1 is 9"));
}

TEST(Labels, EqualPositionsWhereDifferentOnesWereRecordedDiffer) {
  const std::vector<json> recorded = {Position("P1"), Position("P2")};
  EXPECT_NE(Labelled(recorded, {Position("9"), Position("9")}), recorded);
}

TEST(Labels, DifferentPositionsWhereEqualOnesWereRecordedDiffer) {
  const std::vector<json> recorded = {Position("P1"), Position("P1")};
  EXPECT_NE(Labelled(recorded, {Position("8"), Position("9")}), recorded);
}

TEST(Labels, NoPositionIsItselfAlone) {
  const std::vector<json> recorded = {Position("18446744073709551615")};
  EXPECT_EQ(Labelled(recorded, recorded), recorded);
  EXPECT_NE(Labelled(recorded, {Position("5")}), recorded);
  EXPECT_NE(Labelled({Position("P1")}, recorded), std::vector<json>{Position("P1")});
}

TEST(Labels, StandForWhatHasTheirFormOnly) {
  const std::string now = absl::StrCat(absl::ToUnixMicros(absl::Now()) * 10);
  const std::string uuid = "0a1b2c3d-0000-4000-8000-0123456789ab";
  const json halves = {{"structured", {{"most_significant_bits", "1"}}}};
  const json node = {{"address", "localhost"}, {"port", 2113}};
  struct Case {
    std::string label;
    json fits;
    json does_not;
  };
  for (const Case& each :
       {Case{"<ticks>", now, "1"}, Case{"<time>", now, 17}, Case{"<uuid>", uuid, "0A1B"},
        Case{"<uuid>", halves, json::object()}, Case{"<id>", "x", ""}, Case{"<text>", "why", 5},
        Case{"<node>", node, "localhost:2113"}}) {
    const std::vector<json> recorded = {{{"value", each.label}}};
    EXPECT_EQ(Labelled(recorded, {{{"value", each.fits}}}), recorded) << each.label;
    EXPECT_NE(Labelled(recorded, {{{"value", each.does_not}}}), recorded) << each.label;
  }
}

TEST(LineDiff, ShowsWhatWentAndWhatCame) {
  EXPECT_EQ(LineDiff("a\nb\nc", "a\nx\nc"), "   a\n  -b\n  +x\n   c\n");
}

TEST(LineDiff, LeavesOutWhatIsFarFromAnyChange) {
  const std::string diff = LineDiff("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\n5\n6\n7\n8\nnine");
  EXPECT_THAT(diff, HasSubstr("-9\n"));
  EXPECT_THAT(diff, Not(HasSubstr("1\n")));
}

}  // namespace
}  // namespace eventstoredb::golden
