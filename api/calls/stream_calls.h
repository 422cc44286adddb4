#pragma once

#include "absl/status/statusor.h"

#include "api/calls/call_context.h"
#include "api/calls/method.h"
#include "api/calls/worker_method.h"
#include "application/log_position.h"
#include "application/ports/digest.h"
#include "application/ports/event_browser.h"
#include "application/queries/page_token.h"
#include "orders/v1/streams.pb.h"

namespace orders::api {

/// The streams of the store, for those who run the service; answered by the query workers.
class StreamCalls {
 public:
  /// All outlive this and the calls it has taken.
  struct Ports {
    application::EventBrowser& browser;
    const application::Digest& digest;
    WorkerMethodPorts calls;
  };
  StreamCalls(Ports ports, application::StoreIdentity store, const CallLimits& limits);

  /// They outlive neither this nor the ports.
  UnaryMethods methods();

 private:
  using CallContext = application::CallContext;

  absl::StatusOr<v1::ListStreamsResponse> ListStreams(const CallContext& call,
                                                      const v1::ListStreamsRequest& request) const;
  absl::StatusOr<v1::ListStreamEventsResponse> ListEvents(
      const CallContext& call, const v1::ListStreamEventsRequest& request) const;
  absl::StatusOr<v1::ListStreamEventsResponse> ListEventsOfAll(
      const CallContext& call, const v1::ListStreamEventsRequest& request, std::size_t rows) const;
  absl::StatusOr<v1::ListCorrelatedEventsResponse> ListCorrelated(
      const CallContext& call, const v1::ListCorrelatedEventsRequest& request) const;

  /// The place that a page token names; absent: there is no token.
  absl::StatusOr<std::optional<application::LogPosition>> PlaceOf(
      application::PageKind kind, const std::string& query, const std::string& page_token) const;
  std::string TokenOf(application::PageKind kind, const std::string& query,
                      const application::LogPosition& place) const;

  const Ports ports_;
  const application::StoreIdentity store_;
  const CallLimits limits_;
};

}  // namespace orders::api
