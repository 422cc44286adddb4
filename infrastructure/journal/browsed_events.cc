#include "infrastructure/journal/browsed_events.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"

#include "eventstoredb/link.h"
#include "infrastructure/journal/feed_items.h"

namespace orders::infrastructure {
namespace {

using application::BrowsedContent;
using application::BrowsedEvent;
using eventstoredb::RecordedEvent;

/// Of names, ids, numbers and times beside an event's content, and of the members' own names.
constexpr std::size_t kEventBytes = 1'024;

/// What `text` may come to within a string of JSON: protobuf escapes more than it must.
std::size_t EscapedBytesMax(std::string_view text) {
  std::size_t bytes = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == '<' || c == '>') {
      bytes += 6;
    } else if (byte >= 0x80) {
      bytes += 3;
    } else {
      bytes += c == '"' || c == '\\' ? 2 : 1;
    }
  }
  return bytes;
}

std::size_t BytesOf(const BrowsedContent& content) {
  return content.is_json ? EscapedBytesMax(content.bytes) : content.bytes.size() / 3 * 4 + 4;
}

std::size_t BytesOf(const BrowsedEvent& event) {
  std::size_t bytes = kEventBytes + BytesOf(event.data) + BytesOf(event.metadata);
  for (const std::string* const text :
       {&event.place.stream, &event.type, &event.correlation_id, &event.causation_id}) {
    bytes += EscapedBytesMax(*text);
  }
  return bytes + (event.link.has_value() ? EscapedBytesMax(event.link->stream) : 0);
}

}  // namespace

application::BrowsedPlace PlaceOf(const RecordedEvent& event) {
  return {.stream = event.stream,
          .revision = event.revision,
          .position = ToLogPosition(event.position)};
}

OriginReader::Origin OriginReader::Read(std::string_view metadata) {
  Origin origin;
  simdjson::dom::object object;
  if (parser_.parse(metadata.data(), metadata.size()).get(object) != simdjson::SUCCESS) {
    return origin;
  }
  std::string_view text;
  if (object["$correlationId"].get(text) == simdjson::SUCCESS) origin.correlation_id = text;
  if (object["$causationId"].get(text) == simdjson::SUCCESS) origin.causation_id = text;
  return origin;
}

bool OriginReader::IsJson(std::string_view text) {
  return parser_.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

absl::StatusOr<bool> BrowsedPageFill::TryAdd(RecordedEvent event) {
  absl::StatusOr<BrowsedEvent> browsed = Resolve(std::move(event));
  if (!browsed.ok()) return browsed.status();
  const std::size_t bytes = BytesOf(*browsed);
  if (!events_.empty() && bytes_ + bytes > application::kBrowsedPageBytesMax) return false;
  bytes_ += bytes;
  events_.push_back(*std::move(browsed));
  return true;
}

absl::StatusOr<BrowsedEvent> BrowsedPageFill::Resolve(RecordedEvent event) {
  const std::optional<eventstoredb::LinkTarget> target = eventstoredb::ParseLink(event);
  if (!target.has_value() || !target->stream.has_value() || target->stream->empty() ||
      target->revision < -1) {
    return ToBrowsed(std::move(event));
  }
  eventstoredb::ReadStreamRequest request{
      .stream = *target->stream, .count_max = 1, .deadline = deadline_};
  if (target->revision < 0) {
    request.direction = eventstoredb::Direction::kBackwards;
  } else {
    request.from = static_cast<std::uint64_t>(target->revision);
  }
  std::optional<RecordedEvent> found;
  const absl::Status read = store_.ReadStream(request, [&](RecordedEvent&& one) {
    found = std::move(one);
    return false;
  });
  const bool is_gone =
      absl::IsNotFound(read) || absl::IsFailedPrecondition(read) || absl::IsInvalidArgument(read);
  if (!read.ok() && !is_gone) return read;
  // A read from a truncated revision on begins behind it.
  if (!found.has_value() || (request.from.has_value() && found->revision != *request.from)) {
    return ToBrowsed(std::move(event));
  }
  BrowsedEvent browsed = ToBrowsed(*std::move(found));
  browsed.link = PlaceOf(event);
  return browsed;
}

BrowsedEvent BrowsedPageFill::ToBrowsed(RecordedEvent event) {
  OriginReader::Origin origin = origins_.Read(event.metadata);
  return {.place = PlaceOf(event),
          .id = event.id.ToString(),
          .type = std::move(event.type),
          .created = event.created,
          .data = ToContent(std::move(event.data), event.is_json),
          .metadata = ToContent(std::move(event.metadata), true),
          .correlation_id = std::move(origin.correlation_id),
          .causation_id = std::move(origin.causation_id)};
}

BrowsedContent BrowsedPageFill::ToContent(std::string bytes, bool may_be_json) {
  BrowsedContent content{.size = bytes.size()};
  content.is_json = may_be_json && !bytes.empty() && origins_.IsJson(bytes);
  content.bytes = std::move(bytes);
  if (BytesOf(content) > application::kBrowsedContentBytesMax) {
    content.is_json = false;
    content.bytes.resize(std::min(content.bytes.size(), application::kBrowsedCutBytes));
  }
  return content;
}

}  // namespace orders::infrastructure
