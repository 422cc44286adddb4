#include "infrastructure/node/append_limits.h"

#include <limits>

#include "absl/strings/str_cat.h"

#include "eventstoredb/node/system_projections.h"
#include "eventstoredb/system_names.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kRequestOverheadBytes = 256;
constexpr std::size_t kEventOverheadBytes = 128;

// Length of the character whose first byte is `lead`, 0 if there is none; `low` and `high` bound
// its second byte.
std::size_t CharacterBytes(unsigned char lead, unsigned char& low, unsigned char& high) {
  low = 0x80;
  high = 0xBF;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    return 4;
  }
  return 0;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    unsigned char low = 0;
    unsigned char high = 0;
    const std::size_t bytes = CharacterBytes(static_cast<unsigned char>(text[i]), low, high);
    if (bytes == 0 || bytes > text.size() - i) return false;
    for (std::size_t j = 1; j < bytes; ++j) {
      const auto next = static_cast<unsigned char>(text[i + j]);
      if (next < low || next > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += bytes;
  }
  return true;
}

absl::Status CheckStreamName(const std::string& stream, const EmbeddedEventStoreOptions& options) {
  if (stream.empty()) return absl::InvalidArgumentError("the stream's name is empty");
  if (stream.size() > options.stream_name_bytes_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("the stream's name has more than ", options.stream_name_bytes_max, " bytes"));
  }
  if (stream.find('\0') != std::string::npos || !IsUtf8(stream)) {
    return absl::InvalidArgumentError("the stream's name is not UTF-8 without NUL");
  }
  return absl::OkStatus();
}

namespace {

absl::Status CheckTarget(const std::string& stream, const ExpectedRevision& expected,
                         const EmbeddedEventStoreOptions& options) {
  if (const absl::Status named = CheckStreamName(stream, options); !named.ok()) return named;
  constexpr auto kRevisionMax =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (expected.kind() == ExpectedRevision::Kind::kExact && expected.revision() > kRevisionMax) {
    return absl::InvalidArgumentError("the expected revision is above 2^63-1");
  }
  const std::optional<SystemProjection> projection =
      options.system_projections ? ProjectionOf(stream) : std::nullopt;
  if (projection.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("stream ", stream, " is made by projection ",
                                                   std::string(NameOf(*projection)),
                                                   "; nobody else writes or deletes it"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckDelete(const DeleteRequest& request, const EmbeddedEventStoreOptions& options) {
  if (const absl::Status may = CheckTarget(request.stream, request.expected, options); !may.ok()) {
    return may;
  }
  if (!IsMetastream(request.stream)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "a metadata stream is not deleted by itself; delete the stream that it describes");
}

absl::Status CheckAppend(const AppendRequest& request, const EmbeddedEventStoreOptions& options) {
  if (const absl::Status may = CheckTarget(request.stream, request.expected, options); !may.ok()) {
    return may;
  }
  if (request.events.size() > options.events_per_append_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("more than ", options.events_per_append_max, " events in one append"));
  }
  std::size_t data_bytes = 0;
  for (const ProposedEvent& event : request.events) {
    if (event.id.IsZero()) return absl::InvalidArgumentError("an event's id is zero");
    if (event.type.empty()) return absl::InvalidArgumentError("an event's type is empty");
    if (event.type.size() > options.type_bytes_max) {
      return absl::InvalidArgumentError(
          absl::StrCat("an event's type has more than ", options.type_bytes_max, " bytes"));
    }
    if (event.type.find('\0') != std::string::npos || !IsUtf8(event.type)) {
      return absl::InvalidArgumentError("an event's type is not UTF-8 without NUL");
    }
    data_bytes += event.data.size();
    const std::size_t event_bytes =
        event.data.size() + event.metadata.size() + event.type.size() + request.stream.size();
    if (event_bytes > options.event_bytes_max) {
      return absl::InvalidArgumentError(
          absl::StrCat("an event has more than ", options.event_bytes_max, " bytes"));
    }
  }
  if (data_bytes > options.append_bytes_max) {
    return MaximumAppendSizeExceededError(options.append_bytes_max);
  }
  return absl::OkStatus();
}

std::size_t AppendBytes(const AppendRequest& request) {
  std::size_t bytes = request.stream.size() + kRequestOverheadBytes;
  for (const ProposedEvent& event : request.events) {
    bytes += event.data.size() + event.metadata.size() + event.type.size() + kEventOverheadBytes;
  }
  return bytes;
}

}  // namespace eventstoredb
