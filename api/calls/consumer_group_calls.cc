#include "api/calls/consumer_group_calls.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "api/calls/consumer_group_mapping.h"
#include "api/calls/page_rows.h"
#include "api/calls/request_checks.h"
#include "application/queries/page_token.h"
#include "domain/order/text_rules.h"

namespace orders::api {
namespace {

using application::ConsumerGroupId;
using application::PageKind;

constexpr std::size_t kGroupNameBytesMax = 256;

/// The group that a request names.
template <typename Request>
absl::StatusOr<ConsumerGroupId> IdOf(const Request& request) {
  if (request.stream().empty()) return Violated("stream", "takes a stream's name, or $all");
  if (absl::Status valid = CheckStoreName("stream", request.stream()); !valid.ok()) return valid;
  const bool is_name =
      !request.group().empty() && request.group().size() <= kGroupNameBytesMax &&
      domain::FindTextFault(request.group(), /*lines_allowed=*/false) == domain::TextFault::kNone;
  if (!is_name) {
    return Violated("group", absl::StrCat("takes 1 to ", kGroupNameBytesMax,
                                          " bytes of UTF-8 without control characters"));
  }
  return ConsumerGroupId{.stream = request.stream(), .group = request.group()};
}

/// Which parked messages a request names.
template <typename Request>
absl::StatusOr<application::ParkedSelection> SelectionOf(const Request& request) {
  switch (request.messages_case()) {
    case Request::kEntry:
      return application::OneParked{.entry = request.entry()};
    case Request::kOldest:
      if (request.oldest() < 1) return Violated("oldest", "takes 1 or more");
      return application::OldestParked{.messages = static_cast<std::uint64_t>(request.oldest())};
    case Request::kAll:
      if (request.all()) return application::AllParked();
      break;
    default:
      break;
  }
  return Violated("messages", "say which: entry, oldest, or all as true");
}

}  // namespace

ConsumerGroupCalls::ConsumerGroupCalls(Ports ports, application::StoreIdentity store,
                                       const CallLimits& limits)
    : ports_(ports), store_(std::move(store)), limits_(limits) {}

UnaryMethods ConsumerGroupCalls::methods() {
  const auto make = [this]<typename Request, typename Response>(
                        absl::StatusOr<Response> (ConsumerGroupCalls::*answer)(
                            const CallContext& call, const Request& request)) {
    return MakeWorkerMethod<Request, Response>(
        "ConsumerGroups", ports_.calls, limits_,
        [this, answer](const CallContext& call, const Request& request) {
          return (this->*answer)(call, request);
        });
  };
  return {make(&ConsumerGroupCalls::List),       make(&ConsumerGroupCalls::Get),
          make(&ConsumerGroupCalls::Create),     make(&ConsumerGroupCalls::Update),
          make(&ConsumerGroupCalls::Delete),     make(&ConsumerGroupCalls::Restart),
          make(&ConsumerGroupCalls::ListParked), make(&ConsumerGroupCalls::Replay),
          make(&ConsumerGroupCalls::Discard)};
}

absl::StatusOr<v1::ListConsumerGroupsResponse> ConsumerGroupCalls::List(
    const CallContext& call, const v1::ListConsumerGroupsRequest& request) {
  if (absl::Status valid = CheckStoreName("stream", request.stream()); !valid.ok()) return valid;
  const auto list = ports_.groups.List({.stream = request.stream(),
                                        .groups_max = application::kGroupsListedMax,
                                        .deadline = call.deadline});
  if (!list.ok()) return list.status();
  v1::ListConsumerGroupsResponse response;
  response.set_truncated(list->total > list->groups.size());
  for (const application::ConsumerGroup& group : list->groups) {
    SetGroup(group, store_, *response.add_groups());
  }
  return response;
}

absl::StatusOr<v1::ConsumerGroup> ConsumerGroupCalls::Get(
    const CallContext& call, const v1::GetConsumerGroupRequest& request) {
  const absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  const auto group = ports_.groups.Get(*id, call.deadline);
  if (!group.ok()) return group.status();
  v1::ConsumerGroup response;
  SetGroup(*group, store_, response);
  return response;
}

absl::StatusOr<v1::CreateConsumerGroupResponse> ConsumerGroupCalls::Create(
    const CallContext& call, const v1::CreateConsumerGroupRequest& request) {
  const absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  const auto settings = ToSettings(request.settings(), store_);
  if (!settings.ok()) return settings.status();
  std::optional<application::ConsumerGroupFilter> filter;
  if (request.has_filter()) {
    if (!id->IsOfAll()) return Violated("filter", "goes with $all alone");
    auto made = ToFilter(request.filter());
    if (!made.ok()) return made.status();
    filter = *std::move(made);
  }
  absl::Status created = ports_.groups.Create(*id, *settings, filter, call.deadline);
  if (!created.ok()) return created;
  return v1::CreateConsumerGroupResponse();
}

absl::StatusOr<v1::UpdateConsumerGroupResponse> ConsumerGroupCalls::Update(
    const CallContext& call, const v1::UpdateConsumerGroupRequest& request) {
  const absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  const auto settings = ToSettings(request.settings(), store_);
  if (!settings.ok()) return settings.status();
  if (*settings == application::ConsumerGroupSettings()) {
    return Violated("settings", "name what is to be changed");
  }
  absl::Status updated = ports_.groups.Update(*id, *settings, call.deadline);
  if (!updated.ok()) return updated;
  return v1::UpdateConsumerGroupResponse();
}

absl::StatusOr<v1::DeleteConsumerGroupResponse> ConsumerGroupCalls::Delete(
    const CallContext& call, const v1::DeleteConsumerGroupRequest& request) {
  const absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  absl::Status deleted = ports_.groups.Delete(*id, call.deadline);
  if (!deleted.ok()) return deleted;
  return v1::DeleteConsumerGroupResponse();
}

absl::StatusOr<v1::RestartConsumerGroupsResponse> ConsumerGroupCalls::Restart(
    const CallContext& call, const v1::RestartConsumerGroupsRequest& /*request*/) {
  absl::Status restarted = ports_.groups.Restart(call.deadline);
  if (!restarted.ok()) return restarted;
  return v1::RestartConsumerGroupsResponse();
}

absl::StatusOr<v1::ListParkedMessagesResponse> ConsumerGroupCalls::ListParked(
    const CallContext& call, const v1::ListParkedMessagesRequest& request) {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  const std::string query = absl::StrCat(id->stream.size(), ":", id->stream, id->group);
  application::ListParked list{
      .id = *std::move(id), .messages_max = *rows, .deadline = call.deadline};
  if (!request.page_token().empty()) {
    const auto cursor = application::DecodePageToken(ports_.digest, PageKind::kParkedMessages,
                                                     query, request.page_token());
    if (!cursor.ok()) return cursor.status();
    list.from = static_cast<std::uint64_t>(cursor->number);
  }
  auto page = ports_.groups.ListParkedMessages(list);
  if (!page.ok()) return page.status();
  v1::ListParkedMessagesResponse response;
  for (application::ParkedMessage& message : page->messages) {
    SetParkedMessage(std::move(message), store_, *response.add_messages());
  }
  response.set_parked(page->parked);
  if (page->next.has_value()) {
    response.set_next_page_token(
        application::EncodePageToken(ports_.digest, PageKind::kParkedMessages, query,
                                     {.number = static_cast<std::int64_t>(*page->next)}));
  }
  return response;
}

absl::StatusOr<v1::ReplayParkedMessagesResponse> ConsumerGroupCalls::Replay(
    const CallContext& call, const v1::ReplayParkedMessagesRequest& request) {
  absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  const auto selection = SelectionOf(request);
  if (!selection.ok()) return selection.status();
  const auto outcome = ports_.groups.Replay({.id = *std::move(id),
                                             .selection = *selection,
                                             .validate_only = request.validate_only(),
                                             .deadline = call.deadline});
  if (!outcome.ok()) return outcome.status();
  v1::ReplayParkedMessagesResponse response;
  response.set_replayed(outcome->messages);
  response.set_parked(outcome->parked);
  return response;
}

absl::StatusOr<v1::DiscardParkedMessagesResponse> ConsumerGroupCalls::Discard(
    const CallContext& call, const v1::DiscardParkedMessagesRequest& request) {
  absl::StatusOr<ConsumerGroupId> id = IdOf(request);
  if (!id.ok()) return id.status();
  const auto selection = SelectionOf(request);
  if (!selection.ok()) return selection.status();
  if (!request.validate_only()) {
    if (absl::Status valid = CheckReason(request.reason()); !valid.ok()) return valid;
  }
  auto outcome = ports_.groups.Discard({.id = *std::move(id),
                                        .selection = *selection,
                                        .validate_only = request.validate_only(),
                                        .reason = request.reason(),
                                        .actor = call.actor,
                                        .correlation_id = call.correlation_id,
                                        .deadline = call.deadline});
  if (!outcome.ok()) return outcome.status();
  v1::DiscardParkedMessagesResponse response;
  response.set_discarded(outcome->messages);
  response.set_parked(outcome->parked);
  response.set_record_stream(std::move(outcome->record_stream));
  return response;
}

}  // namespace orders::api
