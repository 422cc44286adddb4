#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "event_store/client/streams.pb.h"
#include "eventstoredb/filter.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

/// How event ids are written in answers (protocol section 3.9).
enum class UuidForm { kStructured, kText };

/// A Read call, made sense of (protocol sections 3.6 to 3.11).
struct ReadRequest {
  std::optional<std::string> stream;  ///< Absent: $all.
  bool is_subscription = false;
  Direction direction = Direction::kForwards;
  /// Inclusive for reads (backwards in $all: exclusive), exclusive for subscriptions. `revision`
  /// with a stream, `position` without. Neither and not `from_end`: from the start.
  std::optional<std::uint64_t> revision;
  std::optional<Position> position;
  bool from_end = false;
  std::uint64_t count_max = 0;  ///< Of reads; at least 1.
  bool resolve_links = false;
  std::optional<Filter> filter;  ///< Only without a stream.
  /// Of filtered subscriptions: a checkpoint when so many events were examined; at least 1.
  std::size_t checkpoint_interval_events = 0;
  /// Absent: asked for in neither form, which matters only once there is an event to send.
  std::optional<UuidForm> uuid_form;
  /// Stream reads say the first and the last revision too.
  bool wants_stream_positions = false;
};

/// Errors: InvalidArgument, naming what is missing or does not go together.
absl::StatusOr<ReadRequest> ToReadRequest(const event_store::client::streams::ReadReq& message);

}  // namespace eventstoredb
