#include <functional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "eventstoredb/persistent_subscriptions.h"
#include "infrastructure/eventstoredb/client/connection.h"
#include "infrastructure/eventstoredb/client/group_features.h"
#include "infrastructure/eventstoredb/client/group_messages.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"
#include "tests/infrastructure/eventstoredb/scripted_groups.h"

namespace eventstoredb {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::groups::SubscriptionInfo;

const GroupId kOfStream{.stream = "s", .group = "g"};
const GroupId kOfAll{.group = "g"};

TEST(GroupSettings, HaveTheDefaultsOfTheOfficialClients) {
  const GroupSettings settings;
  EXPECT_TRUE(Validate(kOfStream, settings).ok());
  EXPECT_TRUE(Validate(kOfAll, settings).ok());
  const auto message = client::ToCreate({.id = kOfStream, .settings = settings}).options();
  EXPECT_TRUE(message.stream().has_end());
  EXPECT_EQ(message.settings().ShortDebugString(),
            "max_retry_count: 10 min_checkpoint_count: 10 max_checkpoint_count: 1000 "
            "live_buffer_size: 500 read_batch_size: 20 history_buffer_size: 500 "
            "named_consumer_strategy: RoundRobin message_timeout_ms: 30000 "
            "checkpoint_after_ms: 2000 consumer_strategy: \"RoundRobin\"");
}

TEST(GroupSettings, OutOfRangeAreRefusedByName) {
  const auto refused = [](const std::function<void(GroupSettings&)>& change,
                          const GroupId& id = kOfStream) {
    GroupSettings settings;
    change(settings);
    const absl::Status status = Validate(id, settings);
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  for (const absl::Duration timeout :
       {absl::ZeroDuration(), absl::Microseconds(1'500), absl::Milliseconds(1LL << 31),
        absl::InfiniteDuration(), -absl::Seconds(1)}) {
    EXPECT_THAT(refused([&](auto& s) { s.message_timeout = timeout; }),
                HasSubstr("message_timeout"));
  }
  EXPECT_THAT(refused([](auto& s) { s.checkpoint_after = -absl::Milliseconds(1); }),
              HasSubstr("checkpoint_after"));
  EXPECT_THAT(refused([](auto& s) { s.retries_max = -1; }), HasSubstr("retries_max"));
  EXPECT_THAT(refused([](auto& s) { s.checkpoint_events_min = 1'001; }),
              HasSubstr("checkpoint_events_min"));
  EXPECT_THAT(refused([](auto& s) { s.checkpoint_events_max = 0; }),
              HasSubstr("checkpoint_events_max"));
  EXPECT_THAT(refused([](auto& s) { s.subscribers_max = -1; }), HasSubstr("subscribers_max"));
  EXPECT_THAT(refused([](auto& s) { s.live_buffer_size = 0; }), HasSubstr("live_buffer_size"));
  EXPECT_THAT(refused([](auto& s) { s.read_batch_size = 500; }), HasSubstr("read_batch_size"));
  EXPECT_THAT(refused([](auto& s) { s.read_batch_size = 0; }), HasSubstr("read_batch_size"));
  EXPECT_THAT(refused([](auto& s) {
                s.start = GroupStart::At(Position{1, 1});
              }),
              HasSubstr("revision"));
  EXPECT_THAT(refused([](auto& s) { s.start = GroupStart::At(7); }, kOfAll), HasSubstr("position"));
  EXPECT_THAT(refused([](auto& s) { s.start = GroupStart::At(1ULL << 63); }), HasSubstr("2^63"));
  EXPECT_THAT(refused(
                  [](auto& s) {
                    s.start = GroupStart::At(Position{1, 2});
                  },
                  kOfAll),
              HasSubstr("prepare"));
  EXPECT_THAT(refused([](auto&) {}, GroupId{.stream = "", .group = "g"}), HasSubstr("stream"));
  EXPECT_THAT(refused([](auto&) {}, GroupId{.stream = "s"}), HasSubstr("group"));
  EXPECT_THAT(refused([](auto&) {}, GroupId{.stream = "s", .group = "\xFF"}), HasSubstr("UTF-8"));
}

TEST(GroupSettings, AtTheirEdgesAreTaken) {
  GroupSettings settings{.message_timeout = absl::Milliseconds(1),
                         .retries_max = 0,
                         .checkpoint_after = absl::ZeroDuration(),
                         .checkpoint_events_min = 0,
                         .checkpoint_events_max = 1,
                         .live_buffer_size = 1,
                         .read_batch_size = 1,
                         .history_buffer_size = 2};
  settings.start = GroupStart::At((1ULL << 63) - 1);
  EXPECT_TRUE(Validate(kOfStream, settings).ok());
}

TEST(ClientCheck, C71_AStrategyIsSentByItsNumberAndItsName) {
  const auto created = [](ConsumerStrategy strategy) {
    return client::ToCreate({.id = kOfStream, .settings = {.strategy = strategy}})
        .options()
        .settings();
  };
  const auto updated = [](ConsumerStrategy strategy) {
    return client::ToUpdate({.id = kOfStream, .settings = {.strategy = strategy}})
        .options()
        .settings();
  };
  EXPECT_THAT(created(ConsumerStrategy::kRoundRobin).ShortDebugString(),
              HasSubstr("named_consumer_strategy: RoundRobin"));
  EXPECT_THAT(updated(ConsumerStrategy::kRoundRobin).ShortDebugString(),
              HasSubstr("named_consumer_strategy: RoundRobin"));
  EXPECT_THAT(updated(ConsumerStrategy::kPinned).ShortDebugString(),
              HasSubstr("named_consumer_strategy: Pinned"));
  EXPECT_EQ(created(ConsumerStrategy::kDispatchToSingle).consumer_strategy(), "DispatchToSingle");
  EXPECT_EQ(created(ConsumerStrategy::kPinnedByCorrelation).consumer_strategy(),
            "PinnedByCorrelation");
}

TEST(ClientCheck, C72_NoLimitOfSubscribersIsZero) {
  EXPECT_EQ(client::ToCreate({.id = kOfStream}).options().settings().max_subscriber_count(), 0);
}

TEST(GroupMessages, SayWhereAGroupStarts) {
  const auto stream = [](GroupStart start) {
    return client::ToCreate({.id = kOfStream, .settings = {.start = start}}).options().stream();
  };
  EXPECT_EQ(stream(GroupStart::Start()).ShortDebugString(),
            "stream_identifier { stream_name: \"s\" } start { }");
  EXPECT_EQ(stream(GroupStart::At(5)).revision(), 5U);
  const auto all = [](GroupStart start) {
    return client::ToCreate({.id = kOfAll, .settings = {.start = start}}).options().all();
  };
  EXPECT_EQ(all(GroupStart::End()).ShortDebugString(), "end { } no_filter { }");
  EXPECT_EQ(all(GroupStart::At(Position{7, 6})).ShortDebugString(),
            "position { commit_position: 7 prepare_position: 6 } no_filter { }");
  EXPECT_EQ(client::ToUpdate({.id = kOfAll, .settings = {.start = GroupStart::Start()}})
                .options()
                .all()
                .ShortDebugString(),
            "start { }");
  EXPECT_EQ(client::ToCreate({.id = kOfAll, .filter = Filter::EventTypePrefixes({"A", "B"})})
                .options()
                .all()
                .filter()
                .ShortDebugString(),
            "event_type { prefix: \"A\" prefix: \"B\" } count { } checkpointIntervalMultiplier: 1");
}

absl::StatusOr<GroupInfo> Info(const std::string& source, const std::string& start,
                               const std::string& known = "") {
  SubscriptionInfo info;
  info.set_event_source(source);
  info.set_group_name("g");
  info.set_start_from(start);
  info.set_last_known_event_position(known);
  return client::ToGroupInfo(info);
}

TEST(ClientCheck, C74_TheStartOfAGroupIsReadFromItsText) {
  EXPECT_EQ(Info("s", "0")->settings.start, GroupStart::Start());
  EXPECT_EQ(Info("s", "-1")->settings.start, GroupStart::End());
  EXPECT_EQ(Info("s", "5")->settings.start, GroupStart::At(5));
  EXPECT_EQ(Info("$all", "C:0/P:0")->settings.start, GroupStart::Start());
  EXPECT_EQ(Info("$all", "C:-1/P:-1")->settings.start, GroupStart::End());
  EXPECT_EQ(Info("$all", "C:700/P:699")->settings.start, GroupStart::At(Position{700, 699}));
  EXPECT_EQ(Info("$all", "C:0/P:0")->id, kOfAll);
  EXPECT_EQ(Info("s", "0")->id, kOfStream);
}

TEST(GroupInfo, ThatCannotBeReadIsDataLoss) {
  for (const char* start : {"", "x", "-2", "C:0/P:0", "99999999999999999999"}) {
    EXPECT_TRUE(absl::IsDataLoss(Info("s", start).status())) << start;
  }
  for (const char* start : {"", "0", "C:1", "C:1/P:", "P:1/C:1", "C:-1/P:4", "C:1/P:1/"}) {
    EXPECT_TRUE(absl::IsDataLoss(Info("$all", start).status())) << start;
  }
  EXPECT_TRUE(absl::IsDataLoss(Info("s", "0", "none").status()));
}

TEST(GroupInfo, HasItsPlacesOrNone) {
  EXPECT_EQ(Info("s", "0")->last_known, std::nullopt);
  EXPECT_EQ(Info("s", "0", "-1")->last_known, std::nullopt);
  EXPECT_EQ(Info("s", "0", "9")->last_known, GroupPlace(std::uint64_t{9}));
  EXPECT_EQ(Info("$all", "C:0/P:0", "C:9/P:8")->last_known, GroupPlace(Position{9, 8}));
}

TEST(GroupReasons, AreUtf8AndNotTooLong) {
  EXPECT_EQ(client::ToReason("too bad: \xC3\xA9"), "too bad: \xC3\xA9");
  EXPECT_EQ(client::ToReason("bad \xFF"), "bad \xEF\xBF\xBD");
  EXPECT_EQ(client::ToReason(std::string(5'000, 'x')).size(), 1'024U);
  const std::string cut = client::ToReason(std::string(2'000, '\xFF'));
  EXPECT_EQ(cut.size(), 1'023U);  // Of whole replacements, three bytes each.
  EXPECT_EQ(client::ToReason(cut), cut);
  EXPECT_THAT(client::ToReason(""), IsEmpty());
}

TEST(ServerFeatures, SayWhatAServerOffersOfGroups) {
  event_store::client::server_features::SupportedMethods listed;
  testing_support::ListGroupMethod("create", true, false, listed);
  testing_support::ListGroupMethod("list", true, true, listed);
  const auto offers = [](const client::ServerFeatures& features, const char* method, bool of_all) {
    return client::CheckGroupsOffered(features, method, of_all, {}).ok();
  };
  const client::ServerFeatures features = client::ToServerFeatures(listed);
  EXPECT_TRUE(offers(features, "create", /*of_all=*/false));
  EXPECT_FALSE(offers(features, "create", /*of_all=*/true));
  EXPECT_TRUE(offers(features, "list", /*of_all=*/true));
  EXPECT_FALSE(offers(features, "read", /*of_all=*/false));
  const client::ServerFeatures unknown;
  EXPECT_TRUE(offers(unknown, "read", /*of_all=*/false));
  EXPECT_FALSE(offers(unknown, "read", /*of_all=*/true));
}

TEST(LeavesOutcomeUnknown, NotWhenAGroupOperationWasRefusedWithAReason) {
  const absl::Status refused =
      MakeError(absl::StatusCode::kInternal, "no", {.kind = ErrorKind::kGroupFailed});
  EXPECT_FALSE(client::LeavesOutcomeUnknown(refused));
  EXPECT_TRUE(client::LeavesOutcomeUnknown(absl::InternalError("")));
}

}  // namespace
}  // namespace eventstoredb
