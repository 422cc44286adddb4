#include "api/calls/consumer_group_mapping.h"

#include <string>

#include "gtest/gtest.h"

#include "application/queries/freshness.h"
#include "domain/order/validation.h"

namespace orders::api {
namespace {

using application::ConsumerGroupSettings;
using application::ConsumerStrategy;

const application::StoreIdentity kStore{.id = "00000000-0000-4000-8000-000000000001"};

ConsumerGroupSettings AllOf(application::ConsumerGroupStart start) {
  return {.resolve_links = true,
          .start = start,
          .extra_statistics = false,
          .message_timeout = absl::Milliseconds(1'500),
          .retries_max = 0,
          .checkpoint_after = absl::ZeroDuration(),
          .checkpoint_events_min = 1,
          .checkpoint_events_max = 2,
          .consumers_max = 3,
          .live_buffer_size = 4,
          .read_batch_size = 5,
          .history_buffer_size = 6,
          .strategy = ConsumerStrategy::kPinnedByCorrelation};
}

TEST(ConsumerGroupSettings, AreReadAsTheyAreShown) {
  for (const application::ConsumerGroupStart start :
       {application::ConsumerGroupStart(application::FromBeginning{}),
        application::ConsumerGroupStart(application::FromEnd{}),
        application::ConsumerGroupStart(std::uint64_t{7}),
        application::ConsumerGroupStart(application::LogPosition{.commit = 9, .prepare = 8})}) {
    v1::ConsumerGroup message;
    SetGroup({.id = {.stream = "s", .group = "g"}, .settings = AllOf(start)}, kStore, message);
    const auto settings = ToSettings(message.settings(), kStore);
    ASSERT_TRUE(settings.ok()) << settings.status();
    EXPECT_EQ(*settings, AllOf(start)) << message.settings().DebugString();
  }
}

TEST(ConsumerGroupSettings, ThatAreAbsentStayAbsent) {
  const auto settings = ToSettings(v1::ConsumerGroupSettings(), kStore);
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(*settings, ConsumerGroupSettings());
}

TEST(ConsumerGroupSettings, OfAStrategyThatIsNoneAreRefused) {
  v1::ConsumerGroupSettings message;
  message.set_strategy(static_cast<v1::ConsumerStrategy>(99));
  const auto violations = domain::GetFieldViolations(ToSettings(message, kStore).status());
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(violations[0].field, "settings.strategy");
}

TEST(ConsumerGroup, ShowsWhatIsNotKnownAsAbsent) {
  v1::ConsumerGroup message;
  SetGroup({.id = {.stream = "s", .group = "g"}}, kStore, message);
  EXPECT_FALSE(message.has_behind_events());
  EXPECT_FALSE(message.has_behind_time());
  EXPECT_FALSE(message.has_checkpoint());
  message.Clear();
  SetGroup({.id = {.stream = "$all", .group = "g"},
            .behind_events = 0,
            .behind_time = absl::Milliseconds(2'250),
            .checkpoint = application::LogPosition{.commit = 3, .prepare = 3}},
           kStore, message);
  EXPECT_TRUE(message.has_behind_events());
  EXPECT_EQ(message.behind_time().seconds(), 2);
  EXPECT_EQ(message.behind_time().nanos(), 250'000'000);
  EXPECT_EQ(message.checkpoint().position_token(),
            application::EncodePositionToken(kStore, {.commit = 3, .prepare = 3}));
}

TEST(ConsumerGroupFilter, TakesPrefixesOrARegex) {
  v1::ConsumerGroupFilter message;
  EXPECT_TRUE(absl::IsInvalidArgument(ToFilter(message).status()));
  message.add_prefixes("order-");
  message.set_subject(v1::ConsumerGroupFilter::EVENT_TYPE);
  auto filter = ToFilter(message);
  ASSERT_TRUE(filter.ok()) << filter.status();
  EXPECT_TRUE(filter->by_event_type);
  message.set_regex("^o");
  EXPECT_TRUE(absl::IsInvalidArgument(ToFilter(message).status()));
  message.clear_prefixes();
  EXPECT_TRUE(ToFilter(message).ok());
  message.clear_regex();
  message.add_prefixes("");
  EXPECT_TRUE(absl::IsInvalidArgument(ToFilter(message).status()));
}

}  // namespace
}  // namespace orders::api
