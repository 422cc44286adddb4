#include "api/calls/stream_calls.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

#include "api/calls/event_mapping.h"
#include "api/calls/page_rows.h"
#include "api/calls/request_checks.h"
#include "application/queries/freshness.h"

namespace orders::api {
namespace {

using application::BrowseOrder;
using application::LogPosition;
using application::PageKind;

absl::StatusOr<BrowseOrder> ToOrder(v1::ReadDirection direction, BrowseOrder unspecified) {
  switch (direction) {
    case v1::READ_DIRECTION_UNSPECIFIED:
      return unspecified;
    case v1::FORWARDS:
      return BrowseOrder::kForwards;
    case v1::BACKWARDS:
      return BrowseOrder::kBackwards;
    default:
      return Violated("direction", "takes FORWARDS or BACKWARDS");
  }
}

/// Everything that selects the events of a list, for the seal of its page tokens.
std::string Selection(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    absl::StrAppend(&text, part.size(), ":", absl::string_view(part.data(), part.size()));
  }
  return text;
}

absl::Status BadPageToken() {
  return absl::InternalError("a page token that is sealed holds no place");
}

template <typename Page, typename Response>
void SetPage(Page& page, const application::StoreIdentity& store, Response& response) {
  for (application::BrowsedEvent& event : page.events) {
    SetEvent(std::move(event), store, *response.add_events());
  }
}

}  // namespace

StreamCalls::StreamCalls(Ports ports, application::StoreIdentity store, const CallLimits& limits)
    : ports_(ports), store_(std::move(store)), limits_(limits) {}

UnaryMethods StreamCalls::methods() {
  const auto make =
      [this]<typename Request, typename Response>(absl::StatusOr<Response> (StreamCalls::*answer)(
          const CallContext& call, const Request& request) const) {
        return MakeWorkerMethod<Request, Response>(
            "Streams", ports_.calls, limits_,
            [this, answer](const CallContext& call, const Request& request) {
              return (this->*answer)(call, request);
            });
      };
  return {make(&StreamCalls::ListStreams), make(&StreamCalls::ListEvents),
          make(&StreamCalls::ListCorrelated)};
}

absl::StatusOr<v1::ListStreamsResponse> StreamCalls::ListStreams(
    const CallContext& call, const v1::ListStreamsRequest& request) const {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  if (absl::Status named = CheckStoreName("stream_prefix", request.stream_prefix()); !named.ok()) {
    return named;
  }
  const std::string query =
      Selection({request.stream_prefix(), request.include_system() ? "system" : ""});
  const auto before = PlaceOf(PageKind::kStreams, query, request.page_token());
  if (!before.ok()) return before.status();
  const auto page = ports_.browser.ListStreams({.before = *before,
                                                .stream_prefix = request.stream_prefix(),
                                                .with_system = request.include_system(),
                                                .streams_max = *rows,
                                                .deadline = call.deadline});
  if (!page.ok()) return page.status();
  v1::ListStreamsResponse response;
  for (const application::BrowsedStream& stream : page->streams) {
    SetStream(stream, store_, *response.add_streams());
  }
  response.set_events_examined(page->examined);
  if (page->next.has_value()) {
    response.set_next_page_token(TokenOf(PageKind::kStreams, query, *page->next));
  }
  return response;
}

absl::StatusOr<v1::ListStreamEventsResponse> StreamCalls::ListEvents(
    const CallContext& call, const v1::ListStreamEventsRequest& request) const {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  if (request.stream().empty()) {
    return Violated("stream", "takes a stream's name, or $all");
  }
  if (absl::Status named = CheckStoreName("stream", request.stream()); !named.ok()) return named;
  if (request.stream() == application::kAllStreams) return ListEventsOfAll(call, request, *rows);

  if (request.has_from_position()) {
    return Violated("from_position", "goes with $all; a stream is read by from_revision");
  }
  if (!request.stream_prefix().empty() || !request.type_prefix().empty()) {
    return Violated(request.stream_prefix().empty() ? "type_prefix" : "stream_prefix",
                    "goes with $all alone");
  }
  constexpr auto kRevisionMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (request.from_revision() > kRevisionMax) {
    return Violated("from_revision", absl::StrCat("takes 0 to ", kRevisionMax));
  }
  const absl::StatusOr<BrowseOrder> order = ToOrder(request.direction(), BrowseOrder::kForwards);
  if (!order.ok()) return order.status();
  application::BrowseStream query{
      .stream = request.stream(), .order = *order, .events_max = *rows, .deadline = call.deadline};
  if (request.has_from_revision()) query.from = request.from_revision();
  const std::string selection =
      Selection({request.stream(), *order == BrowseOrder::kForwards ? "f" : "b"});
  if (!request.page_token().empty()) {
    const auto cursor = application::DecodePageToken(ports_.digest, PageKind::kStreamEvents,
                                                     selection, request.page_token());
    if (!cursor.ok()) return cursor.status();
    query.from = static_cast<std::uint64_t>(cursor->number);
  }
  auto page = ports_.browser.ReadStream(query);
  if (!page.ok()) return page.status();
  v1::ListStreamEventsResponse response;
  response.set_events_examined(page->events.size());
  SetPage(*page, store_, response);
  if (page->next.has_value()) {
    response.set_next_page_token(
        application::EncodePageToken(ports_.digest, PageKind::kStreamEvents, selection,
                                     {.number = static_cast<std::int64_t>(*page->next)}));
  }
  return response;
}

absl::StatusOr<v1::ListStreamEventsResponse> StreamCalls::ListEventsOfAll(
    const CallContext& call, const v1::ListStreamEventsRequest& request, std::size_t rows) const {
  if (request.has_from_revision()) {
    return Violated("from_revision", "goes with one stream; $all is read by from_position");
  }
  for (const auto& [field, prefix] : {std::pair{"stream_prefix", &request.stream_prefix()},
                                      std::pair{"type_prefix", &request.type_prefix()}}) {
    if (absl::Status named = CheckStoreName(field, *prefix); !named.ok()) return named;
  }
  const absl::StatusOr<BrowseOrder> order = ToOrder(request.direction(), BrowseOrder::kForwards);
  if (!order.ok()) return order.status();
  application::BrowseAll query{.order = *order,
                               .stream_prefix = request.stream_prefix(),
                               .type_prefix = request.type_prefix(),
                               .events_max = rows,
                               .deadline = call.deadline};
  if (request.has_from_position()) {
    const auto from = application::DecodePositionToken(request.from_position(), store_);
    if (!from.ok()) return from.status();
    query.from = *from;
  }
  const std::string selection = Selection({request.stream_prefix(), request.type_prefix(),
                                           *order == BrowseOrder::kForwards ? "f" : "b"});
  const auto after = PlaceOf(PageKind::kAllEvents, selection, request.page_token());
  if (!after.ok()) return after.status();
  query.after = *after;
  auto page = ports_.browser.ReadAll(query);
  if (!page.ok()) return page.status();
  v1::ListStreamEventsResponse response;
  response.set_events_examined(page->examined);
  SetPage(*page, store_, response);
  if (page->next.has_value()) {
    response.set_next_page_token(TokenOf(PageKind::kAllEvents, selection, *page->next));
  }
  return response;
}

absl::StatusOr<v1::ListCorrelatedEventsResponse> StreamCalls::ListCorrelated(
    const CallContext& call, const v1::ListCorrelatedEventsRequest& request) const {
  const absl::StatusOr<std::size_t> rows = RowsOfPage(request.page_size());
  if (!rows.ok()) return rows.status();
  if (request.correlation_id().empty()) {
    return Violated("correlation_id", "takes the id that a request was sent with, or got");
  }
  if (absl::Status named = CheckStoreName("correlation_id", request.correlation_id());
      !named.ok()) {
    return named;
  }
  const absl::StatusOr<BrowseOrder> order = ToOrder(request.direction(), BrowseOrder::kBackwards);
  if (!order.ok()) return order.status();
  application::BrowseAll query{.order = *order,
                               .correlation_id = request.correlation_id(),
                               .events_max = *rows,
                               .deadline = call.deadline};
  if (!request.from_position().empty()) {
    const auto from = application::DecodePositionToken(request.from_position(), store_);
    if (!from.ok()) return from.status();
    query.from = *from;
  }
  const std::string selection =
      Selection({request.correlation_id(), *order == BrowseOrder::kForwards ? "f" : "b"});
  const auto after = PlaceOf(PageKind::kCorrelatedEvents, selection, request.page_token());
  if (!after.ok()) return after.status();
  query.after = *after;
  auto page = ports_.browser.ReadAll(query);
  if (!page.ok()) return page.status();
  v1::ListCorrelatedEventsResponse response;
  response.set_events_examined(page->examined);
  SetPage(*page, store_, response);
  if (page->next.has_value()) {
    response.set_next_page_token(TokenOf(PageKind::kCorrelatedEvents, selection, *page->next));
  }
  return response;
}

absl::StatusOr<std::optional<LogPosition>> StreamCalls::PlaceOf(
    PageKind kind, const std::string& query, const std::string& page_token) const {
  if (page_token.empty()) return std::nullopt;
  const auto cursor = application::DecodePageToken(ports_.digest, kind, query, page_token);
  if (!cursor.ok()) return cursor.status();
  LogPosition place{.commit = static_cast<std::uint64_t>(cursor->number)};
  if (!absl::SimpleAtoi(cursor->text, &place.prepare)) return BadPageToken();
  return place;
}

std::string StreamCalls::TokenOf(PageKind kind, const std::string& query,
                                 const LogPosition& place) const {
  return application::EncodePageToken(
      ports_.digest, kind, query,
      {.number = static_cast<std::int64_t>(place.commit), .text = absl::StrCat(place.prepare)});
}

}  // namespace orders::api
