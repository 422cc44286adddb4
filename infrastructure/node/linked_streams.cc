#include "infrastructure/node/linked_streams.h"

#include "absl/strings/str_cat.h"

#include "eventstoredb/system_names.h"
#include "infrastructure/node/correlation.h"
#include "infrastructure/node/stream_metadata.h"

namespace eventstoredb {
namespace {

// With its prefix it is still the name of a stream (EmbeddedEventStoreOptions).
constexpr std::size_t kCorrelationBytesMax = 1'000;

bool IsSoftDeletion(const LinkableEvent& event) {
  return event.type == kMetadataType && IsMetastream(event.stream) &&
         ParseStreamMetadata(event.is_json, event.data).IsSoftDeleted();
}

std::string Joined(std::string_view prefix, std::string_view rest) {
  std::string name;
  name.reserve(prefix.size() + rest.size());
  name.append(prefix).append(rest);
  return name;
}

}  // namespace

std::optional<std::string_view> CategoryOf(std::string_view stream) {
  if (stream.starts_with('$')) return std::nullopt;
  const std::size_t dash = stream.find('-');
  if (dash == 0 || dash == std::string_view::npos) return std::nullopt;
  return stream.substr(0, dash);
}

bool IsDeletion(const LinkableEvent& event) {
  return event.type == kStreamDeletedType || IsSoftDeletion(event);
}

void ForEachLinkedStream(const LinkableEvent& event,
                         absl::FunctionRef<void(std::string&& name)> visit) {
  // A soft deletion stands in the metadata stream, and is one of the category's events.
  const std::string_view subject =
      IsSoftDeletion(event) ? StreamOfMetastream(event.stream) : event.stream;
  const std::optional<std::string_view> category = CategoryOf(subject);
  if (category.has_value()) visit(Joined("$ce-", *category));
  if (event.type != kLinkType) visit(Joined("$et-", event.type));
  const std::optional<std::string> correlation = CorrelationOf(event.metadata);
  if (correlation.has_value() && !correlation->empty() &&
      correlation->size() <= kCorrelationBytesMax) {
    visit(Joined("$bc-", *correlation));
  }
  if (event.revision != 0) return;
  visit("$streams");
  if (const auto own = CategoryOf(event.stream)) visit(Joined("$category-", *own));
}

}  // namespace eventstoredb
