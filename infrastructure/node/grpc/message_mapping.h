#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "event_store/client/shared.pb.h"
#include "event_store/client/streams.pb.h"
#include "eventstoredb/types.h"
#include "eventstoredb/uuid.h"

namespace eventstoredb {

/// 2^64 - 1: an expected revision that means "no events" (protocol section 3.1).
inline constexpr std::uint64_t kNoRevision = UINT64_MAX;
inline constexpr std::uint64_t kRevisionMax = INT64_MAX;
/// What is said of events' data.
inline constexpr std::string_view kJsonContentType = "application/json";
inline constexpr std::string_view kBinaryContentType = "application/octet-stream";

/// Both encodings, and of the text every form that .NET reads (protocol section 3.9): with or
/// without hyphens, in braces or parentheses. Error: InvalidArgument.
absl::StatusOr<Uuid> ToUuid(const event_store::client::UUID& id);
void SetStructured(const Uuid& id, event_store::client::UUID& out);

/// Errors: InvalidArgument, the name is missing or empty.
absl::StatusOr<std::string> ToStreamName(bool has_identifier,
                                         const event_store::client::StreamIdentifier& identifier);

/// The expectation of Append, Delete and Tombstone, whose options differ in name only. Errors:
/// InvalidArgument, none is set or the revision is above 2^63 - 1 and not 2^64 - 1.
absl::StatusOr<ExpectedRevision> ToExpected(
    const event_store::client::streams::AppendReq::Options& options);
absl::StatusOr<ExpectedRevision> ToExpected(
    const event_store::client::streams::DeleteReq::Options& options);
absl::StatusOr<ExpectedRevision> ToExpected(
    const event_store::client::streams::TombstoneReq::Options& options);
absl::StatusOr<ExpectedRevision> ToExpected(
    const event_store::client::streams::BatchAppendReq::Options& options);

/// Moves the contents out of `message`. Errors: InvalidArgument; with MissingMetadata if it is the
/// type or the content type that is missing.
absl::StatusOr<ProposedEvent> TakeEvent(
    event_store::client::streams::AppendReq::ProposedMessage& message);
absl::StatusOr<ProposedEvent> TakeEvent(
    event_store::client::streams::BatchAppendReq::ProposedMessage& message);
bool IsMissingMetadata(const absl::Status& status);

/// What an event costs while it waits to be stored.
std::size_t HeldBytes(const ProposedEvent& event);

}  // namespace eventstoredb
