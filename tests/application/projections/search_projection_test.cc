#include "application/projections/search_projection.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace orders::application {
namespace {

RecordedOrderEvent Recorded(std::uint64_t revision, domain::OrderEvent event) {
  return {.order_id = {"o1"},
          .revision = revision,
          .position = {.commit = 100 + revision, .prepare = 100 + revision},
          .event = std::move(event),
          .metadata = {.time = absl::FromUnixSeconds(1'000 + static_cast<std::int64_t>(revision))}};
}

domain::Line Line(int id, const char* sku, const char* title) {
  return {.id = {id}, .sku = {sku}, .title = title, .quantity = 1};
}

SearchOrderState Created() {
  SearchOrderState state;
  ProjectSearchOrder(Recorded(0, domain::OrderCreated{.customer_id = {"ada"},
                                                      .lines = {Line(1, "TEA", "Assam tea")},
                                                      .note = "ring twice"}),
                     state);
  return state;
}

TEST(ProjectSearchOrder, ACreatedOrderIsFoundByItsTexts) {
  const SearchOrderState state = Created();
  EXPECT_TRUE(state.is_created);
  EXPECT_EQ(state.order_id.value, "o1");
  EXPECT_EQ(state.customer_id.value, "ada");
  EXPECT_EQ(state.note, "ring twice");
  EXPECT_THAT(state.lines, testing::ElementsAre(SearchedLine{{1}, "TEA", "Assam tea"}));
  EXPECT_EQ(state.position, 100U);
  EXPECT_EQ(state.create_time, absl::FromUnixSeconds(1'000));
}

TEST(ProjectSearchOrder, FollowsLinesNoteAndShipments) {
  SearchOrderState state = Created();
  ProjectSearchOrder(Recorded(1, domain::ItemAdded{Line(2, "POT", "Glass pot"), 1}), state);
  EXPECT_EQ(state.text_revision, 1U);
  ProjectSearchOrder(Recorded(2, domain::ItemRemoved{{1}}), state);
  EXPECT_EQ(state.text_revision, 2U);
  EXPECT_THAT(state.lines, testing::ElementsAre(SearchedLine{{2}, "POT", "Glass pot"}));
  ProjectSearchOrder(Recorded(3, domain::NoteSet{"leave it"}), state);
  EXPECT_EQ(state.note, "leave it");
  ProjectSearchOrder(Recorded(4, domain::ItemsShipped{.tracking_code = "PP-1"}), state);
  ProjectSearchOrder(Recorded(5, domain::ItemsShipped{.tracking_code = "PP-2"}), state);
  EXPECT_THAT(state.tracking_codes, testing::ElementsAre("PP-1", "PP-2"));
  EXPECT_EQ(state.text_revision, 5U);
  EXPECT_EQ(state.position, 100U);
}

TEST(ProjectSearchOrder, WhatChangesNoTextLeavesTheTextsRevision) {
  SearchOrderState state = Created();
  const std::vector<domain::OrderEvent> events = {domain::ItemAdded{Line(1, "TEA", "Assam tea"), 5},
                                                  domain::ItemQuantityChanged{{1}, 7},
                                                  domain::ItemRemoved{{9}},
                                                  domain::NoteSet{"ring twice"},
                                                  domain::OrderConfirmed{},
                                                  domain::PaymentCaptured{.payment_id = {"p"}},
                                                  domain::ItemsShipped{.carrier = "Post"},
                                                  domain::OrderCancelled{.reason = "ring"},
                                                  domain::OrderCreated{.note = "another"}};
  std::uint64_t revision = 0;
  for (const domain::OrderEvent& event : events) {
    ProjectSearchOrder(Recorded(++revision, event), state);
    EXPECT_EQ(state.text_revision, 0U) << domain::EventName(event);
    EXPECT_EQ(state.revision, revision);
  }
}

TEST(ProjectSearchOrder, WhatWasNeverCreatedIsNotFound) {
  SearchOrderState state;
  ProjectSearchOrder(Recorded(0, domain::NoteSet{"x"}), state);
  EXPECT_FALSE(state.is_created);
  EXPECT_EQ(state.note, "");
}

}  // namespace
}  // namespace orders::application
