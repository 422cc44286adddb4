#include "infrastructure/journal/store_consumer_groups.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "infrastructure/journal/group_lag.h"
#include "infrastructure/journal/group_values.h"

namespace orders::infrastructure {

using application::ConsumerGroup;
using application::ConsumerGroupId;
using application::ParkedOutcome;

namespace {

/// Discarded at a time: recorded in one event, and then given up.
constexpr std::uint64_t kDiscardedAtOnce = 200;

absl::Status ReplayRunning(const ConsumerGroupId& id) {
  return GroupRefusal(absl::StatusCode::kFailedPrecondition,
                      absl::StrCat("parked messages of the group ", id.group, " on ", id.stream,
                                   " are being replayed; ask again when they have been handed out"),
                      "REPLAY_RUNNING");
}

}  // namespace

absl::StatusOr<application::ConsumerGroupList> StoreConsumerGroups::List(
    const application::ListGroups& query) {
  using Of = eventstoredb::ListGroupsRequest::Of;
  eventstoredb::ListGroupsRequest request{.deadline = query.deadline};
  if (query.stream == application::kAllStreams) {
    request.of = Of::kAll;
  } else if (!query.stream.empty()) {
    request.of = Of::kStream;
    request.stream = query.stream;
  }
  auto infos = client_.ListGroups(std::move(request));
  if (absl::IsNotFound(infos.status())) return application::ConsumerGroupList();
  if (!infos.ok()) return ToldAboutGroup(infos.status(), {.stream = query.stream});
  std::sort(infos->begin(), infos->end(), [](const auto& one, const auto& other) {
    return std::tie(one.id.stream, one.id.group) < std::tie(other.id.stream, other.id.group);
  });
  application::ConsumerGroupList list{.total = infos->size()};
  infos->resize(std::min(infos->size(), query.groups_max));
  for (const eventstoredb::GroupInfo& info : *infos) {
    list.groups.push_back(Describe(info, query.deadline));
    list.groups.back().connections.clear();
  }
  return list;
}

absl::StatusOr<ConsumerGroup> StoreConsumerGroups::Get(const ConsumerGroupId& id,
                                                       absl::Time deadline) {
  const auto info = Find(id, deadline);
  if (!info.ok()) return info.status();
  return Describe(*info, deadline);
}

absl::StatusOr<eventstoredb::GroupInfo> StoreConsumerGroups::Find(const ConsumerGroupId& id,
                                                                  absl::Time deadline) const {
  auto info = client_.GetGroupInfo(ToStoreId(id), deadline);
  if (!info.ok()) return ToldAboutGroup(info.status(), id);
  return info;
}

ConsumerGroup StoreConsumerGroups::Describe(const eventstoredb::GroupInfo& info,
                                            absl::Time deadline) const {
  ConsumerGroup group = ToConsumerGroup(info, application::kGroupConnectionsMax);
  const auto parked = ParkedMessages(client_, store_, group.id, deadline).ReadRange();
  // Who may not read that stream still learns what the store counts.
  group.parked = parked.ok() ? parked->size()
                             : static_cast<std::uint64_t>(std::max<std::int64_t>(info.parked, 0));
  MeasureLag(store_, deadline, group);
  return group;
}

absl::Status StoreConsumerGroups::Create(
    const ConsumerGroupId& id, const application::ConsumerGroupSettings& settings,
    const std::optional<application::ConsumerGroupFilter>& filter, absl::Time deadline) {
  eventstoredb::CreateGroupRequest request{.id = ToStoreId(id), .deadline = deadline};
  ApplySettings(settings, request.settings);
  if (filter.has_value()) request.filter = ToStoreFilter(*filter);
  return ToldAboutGroup(client_.CreateGroup(std::move(request)), id);
}

absl::Status StoreConsumerGroups::Update(const ConsumerGroupId& id,
                                         const application::ConsumerGroupSettings& settings,
                                         absl::Time deadline) {
  const auto info = Find(id, deadline);
  if (!info.ok()) return info.status();
  eventstoredb::UpdateGroupRequest request{
      .id = ToStoreId(id), .settings = info->settings, .deadline = deadline};
  ApplySettings(settings, request.settings);
  return ToldAboutGroup(client_.UpdateGroup(std::move(request)), id);
}

absl::Status StoreConsumerGroups::Delete(const ConsumerGroupId& id, absl::Time deadline) {
  return ToldAboutGroup(client_.DeleteGroup(ToStoreId(id), deadline), id);
}

absl::Status StoreConsumerGroups::Restart(absl::Time deadline) {
  return ToldAboutGroup(client_.RestartPersistentSubscriptions(deadline), {});
}

absl::StatusOr<application::ParkedPage> StoreConsumerGroups::ListParkedMessages(
    const application::ListParked& query) {
  // Of a group that is not there the stream may be: it was deleted, but not forgotten.
  const auto info = Find(query.id, query.deadline);
  if (!info.ok()) return info.status();
  ParkedMessages messages(client_, store_, query.id, query.deadline);
  auto page = messages.ReadPage(query.from.value_or(0), query.messages_max);
  if (!page.ok()) return ToldAboutGroup(page.status(), query.id);
  return page;
}

absl::StatusOr<ParkedMessages::Range> StoreConsumerGroups::Select(
    const ConsumerGroupId& id, const application::ParkedSelection& selection, const Range& parked) {
  if (const auto* one = std::get_if<application::OneParked>(&selection)) {
    if (!parked.Contains(one->entry)) {
      return GroupRefusal(
          absl::StatusCode::kNotFound,
          absl::StrCat("the group ", id.group, " on ", id.stream, " has no parked message ",
                       one->entry, " (any more); list them again"),
          "PARKED_MESSAGE_NOT_FOUND");
    }
    if (one->entry - parked.first > application::kOlderParkedMax) {
      return GroupRefusal(
          absl::StatusCode::kFailedPrecondition,
          absl::StrCat(one->entry - parked.first, " parked messages are older, more than the ",
                       application::kOlderParkedMax,
                       " that are moved for one; replay or discard those first"),
          "TOO_MANY_OLDER");
    }
    return Range{one->entry, one->entry + 1};
  }
  const auto* oldest = std::get_if<application::OldestParked>(&selection);
  const std::uint64_t wanted = oldest == nullptr ? parked.size() : oldest->messages;
  return Range{parked.first, parked.first + std::min(wanted, parked.size())};
}

absl::StatusOr<StoreConsumerGroups::Choice> StoreConsumerGroups::Choose(
    ParkedMessages& messages, const ConsumerGroupId& id,
    const application::ParkedSelection& selection, absl::Time deadline) const {
  const auto info = Find(id, deadline);
  if (!info.ok()) return info.status();
  const absl::StatusOr<Range> parked = messages.ReadRange();
  if (!parked.ok()) return ToldAboutGroup(parked.status(), id);
  const absl::StatusOr<Range> selected = Select(id, selection, *parked);
  if (!selected.ok()) return selected.status();
  return Choice{*parked, *selected, ToConsumerGroup(*info, 0).is_replaying};
}

absl::StatusOr<ParkedOutcome> StoreConsumerGroups::Replay(
    const application::ReplayParked& request) {
  if (absl::Status mine = TakeTurn(request.deadline); !mine.ok()) return mine;
  const absl::Cleanup end_turn = [this] { EndTurn(); };
  ParkedMessages messages(client_, store_, request.id, request.deadline);
  const absl::StatusOr<Choice> choice =
      Choose(messages, request.id, request.selection, request.deadline);
  if (!choice.ok()) return choice.status();
  const auto& [parked, selected, is_replaying] = *choice;
  const ParkedOutcome outcome{.messages = selected.size(),
                              .parked = parked.size() - selected.size()};
  if (request.validate_only || outcome.messages == 0) return outcome;
  if (is_replaying) return ReplayRunning(request.id);

  if (selected.first > parked.first) {
    // The store replays from the beginning: what is older goes behind the end before that.
    absl::Status moved = messages.CopyToEnd({parked.first, selected.first});
    if (moved.ok()) moved = messages.Truncate(selected.first);
    if (!moved.ok()) return ToldAboutGroup(moved, request.id);
  }
  const absl::Status begun = client_.ReplayParked(
      {.id = ToStoreId(request.id), .stop_at = selected.end, .deadline = request.deadline});
  if (!begun.ok()) return ToldAboutGroup(begun, request.id);
  return outcome;
}

absl::StatusOr<ParkedOutcome> StoreConsumerGroups::Discard(
    const application::DiscardParked& request) {
  if (absl::Status mine = TakeTurn(request.deadline); !mine.ok()) return mine;
  const absl::Cleanup end_turn = [this] { EndTurn(); };
  ParkedMessages messages(client_, store_, request.id, request.deadline);
  const absl::StatusOr<Choice> choice =
      Choose(messages, request.id, request.selection, request.deadline);
  if (!choice.ok()) return choice.status();
  auto [parked, selected, is_replaying] = *choice;
  selected.end = std::min(selected.end, selected.first + application::kDiscardedMax);
  ParkedOutcome outcome{.messages = selected.size(),
                        .parked = parked.size() - selected.size(),
                        .record_stream = messages.record_stream()};
  if (request.validate_only || outcome.messages == 0) return outcome;
  if (is_replaying) return ReplayRunning(request.id);

  absl::Status done = messages.CopyToEnd({parked.first, selected.first});
  if (done.ok()) done = DiscardOldest(messages, selected, request, outcome.messages);
  if (!done.ok()) return ToldAboutGroup(done, request.id);
  outcome.parked = parked.size() - outcome.messages;
  return outcome;
}

absl::Status StoreConsumerGroups::DiscardOldest(ParkedMessages& messages, const Range& range,
                                                const application::DiscardParked& request,
                                                std::uint64_t& discarded) const {
  const absl::Time now = absl::Now();
  const absl::Time until = now + (request.deadline - now) * 3 / 4;
  std::uint64_t next = range.first;
  do {
    const std::uint64_t end = std::min(range.end, next + kDiscardedAtOnce);
    absl::Status done = messages.Record({next, end}, request);
    if (done.ok()) done = messages.Truncate(end);
    if (!done.ok()) return done;
    next = end;
    discarded = next - range.first;
  } while (next < range.end && absl::Now() < until);
  return absl::OkStatus();
}

absl::Status StoreConsumerGroups::TakeTurn(absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  const auto is_free = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !is_changing_; };
  if (!mutex_.AwaitWithDeadline(absl::Condition(&is_free), deadline)) {
    return absl::DeadlineExceededError(
        "other calls change parked messages; nothing was done, ask again");
  }
  is_changing_ = true;
  return absl::OkStatus();
}

void StoreConsumerGroups::EndTurn() {
  absl::MutexLock lock(&mutex_);
  is_changing_ = false;
}

}  // namespace orders::infrastructure
