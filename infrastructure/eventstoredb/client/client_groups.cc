#include <limits>
#include <memory>
#include <utility>

#include "eventstoredb/client.h"
#include "infrastructure/eventstoredb/client/group_features.h"
#include "infrastructure/eventstoredb/client/group_messages.h"
#include "infrastructure/eventstoredb/client/persistent_consumer_impl.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

using Groups = groups_wire::PersistentSubscriptions;
using GroupMethods = Groups::StubInterface::async_interface;
using event_store::client::Empty;

UnaryDescription Change(const char* method, const GroupId& id) {
  return GroupCall(Effect::kChange, method, !id.stream.has_value(), AboutGroup(id));
}

}  // namespace

absl::Status Client::CreateGroup(CreateGroupRequest request, CallOptions options) {
  if (absl::Status valid = Validate(request.id, request.settings); !valid.ok()) return valid;
  if (request.filter.has_value()) {
    if (request.id.stream.has_value()) {
      return absl::InvalidArgumentError("a group of one stream takes no filter");
    }
    if (request.filter->regex.empty() && request.filter->prefixes.empty()) {
      return absl::InvalidArgumentError("a filter needs a prefix or a regex");
    }
  }
  return CallUnary<Groups>(core_, std::move(options), request.deadline,
                           Change("create", request.id), ToCreate(request), &GroupMethods::Create)
      .status();
}

absl::Status Client::UpdateGroup(UpdateGroupRequest request, CallOptions options) {
  if (absl::Status valid = Validate(request.id, request.settings); !valid.ok()) return valid;
  if (request.settings.strategy == ConsumerStrategy::kPinnedByCorrelation) {
    return absl::InvalidArgumentError("strategy: an update cannot name PinnedByCorrelation");
  }
  return CallUnary<Groups>(core_, std::move(options), request.deadline,
                           Change("update", request.id), ToUpdate(request), &GroupMethods::Update)
      .status();
}

absl::Status Client::DeleteGroup(GroupId id, absl::Time deadline, CallOptions options) {
  if (absl::Status valid = Check(id); !valid.ok()) return valid;
  return CallUnary<Groups>(core_, std::move(options), deadline, Change("delete", id), ToDelete(id),
                           &GroupMethods::Delete)
      .status();
}

absl::StatusOr<GroupInfo> Client::GetGroupInfo(GroupId id, absl::Time deadline,
                                               CallOptions options) {
  if (absl::Status valid = Check(id); !valid.ok()) return valid;
  const auto answer =
      CallUnary<Groups>(core_, std::move(options), deadline,
                        GroupCall(Effect::kNone, "getinfo", !id.stream.has_value(), AboutGroup(id)),
                        ToGetInfo(id), &GroupMethods::GetInfo);
  if (!answer.ok()) return answer.status();
  return ToGroupInfo(answer->subscription_info());
}

absl::StatusOr<std::vector<GroupInfo>> Client::ListGroups(ListGroupsRequest request,
                                                          CallOptions options) {
  ErrorDetails about;
  if (request.of == ListGroupsRequest::Of::kStream) {
    if (request.stream.empty()) return absl::InvalidArgumentError("the stream has no name");
    about.stream = request.stream;
  }
  const auto answer = CallUnary<Groups>(
      core_, std::move(options), request.deadline,
      GroupCall(Effect::kNone, "list", request.of == ListGroupsRequest::Of::kAll, about),
      ToList(request), &GroupMethods::List);
  if (!answer.ok()) return answer.status();
  std::vector<GroupInfo> groups;
  for (const groups_wire::SubscriptionInfo& info : answer->subscriptions()) {
    absl::StatusOr<GroupInfo> group = ToGroupInfo(info);
    if (!group.ok()) return group.status();
    groups.push_back(*std::move(group));
  }
  return groups;
}

absl::Status Client::ReplayParked(ReplayParkedRequest request, CallOptions options) {
  if (absl::Status valid = Check(request.id); !valid.ok()) return valid;
  if (request.stop_at.has_value() && *request.stop_at > std::numeric_limits<std::int64_t>::max()) {
    return absl::InvalidArgumentError("stop_at is at most 2^63 - 1");
  }
  return CallUnary<Groups>(core_, std::move(options), request.deadline,
                           Change("replayparked", request.id), ToReplayParked(request),
                           &GroupMethods::ReplayParked)
      .status();
}

absl::Status Client::RestartPersistentSubscriptions(absl::Time deadline, CallOptions options) {
  return CallUnary<Groups>(core_, std::move(options), deadline,
                           GroupCall(Effect::kChange, "restartsubsystem", /*of_all=*/false, {}),
                           Empty(), &GroupMethods::RestartSubsystem)
      .status();
}

absl::StatusOr<std::unique_ptr<PersistentConsumer>> Client::Consume(GroupId id,
                                                                    ConsumerOptions options) {
  if (absl::Status valid = Check(id); !valid.ok()) return valid;
  if (options.buffer_size < 1 || options.buffer_size > PersistentConsumer::Impl::kBufferSizeMax) {
    return absl::InvalidArgumentError("buffer_size is 1 to 10,000");
  }
  const ResumePolicy& resume = options.resume;
  if (resume.attempts_max.value_or(1) < 1 || resume.backoff_min <= absl::ZeroDuration() ||
      resume.backoff_max < resume.backoff_min) {
    return absl::InvalidArgumentError(
        "a resume policy needs 1 attempt or more and 0 < backoff_min <= backoff_max");
  }
  return std::make_unique<PersistentConsumer>(
      std::make_unique<PersistentConsumer::Impl>(core_, std::move(id), std::move(options)));
}

}  // namespace eventstoredb
