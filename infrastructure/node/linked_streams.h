#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace eventstoredb {

/// What decides in which streams of links an event stands.
struct LinkableEvent {
  std::string_view stream;
  std::uint64_t revision = 0;
  std::string_view type;
  bool is_json = false;
  std::string_view data;
  std::string_view metadata;
};

/// The category of a stream: what stands before its first dash (protocol section 3.16). Absent: it
/// has none.
std::optional<std::string_view> CategoryOf(std::string_view stream);

/// Whether the event ends its stream, for ever or for now; links to it say so.
bool IsDeletion(const LinkableEvent& event);

/// Calls `visit` with the name of each stream in which the event has a link. Never changes what it
/// says of an event: revisions of those streams count on it.
void ForEachLinkedStream(const LinkableEvent& event,
                         absl::FunctionRef<void(std::string&& name)> visit);

}  // namespace eventstoredb
