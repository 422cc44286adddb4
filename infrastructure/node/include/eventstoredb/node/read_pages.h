#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "eventstoredb/filter.h"
#include "eventstoredb/types.h"

namespace eventstoredb {

/// One step of a read of a stream (protocol section 3.6).
struct StreamPageRequest {
  std::string stream;
  Direction direction = Direction::kForwards;
  /// The first revision wanted, in the direction. Absent: the first event forwards, the last event
  /// backwards.
  std::optional<std::uint64_t> from;
  /// Forwards this counts revisions, those of truncated events too: a page that lies within what is
  /// truncated is empty, and `next` leads out of it. At least 1.
  std::size_t events_max = 32;
  std::size_t bytes_max = 4 * 1024 * 1024;  ///< Of data and metadata; one event may exceed it.
  bool resolve_links = false;
  absl::Time deadline = absl::InfiniteFuture();
};

struct StreamPage {
  std::vector<ResolvedEvent> events;
  /// `from` of the page after this one. At the end forwards: the revision of the next event to be
  /// written; at the end backwards: without meaning.
  std::uint64_t next = 0;
  bool at_end = false;                ///< Nothing lay behind when the page was read.
  std::uint64_t last = 0;             ///< The revision of the stream's last event.
  std::uint64_t first_available = 0;  ///< Not truncated by metadata; `last` + 1: all are.
};

/// One step of a read of all streams (protocol section 3.7).
struct AllPageRequest {
  Direction direction = Direction::kForwards;
  /// Forwards: the first position that may be delivered. Backwards: events below it are delivered.
  /// Absent: the start forwards, the end backwards.
  std::optional<Position> from;
  const FilterMatcher* filter = nullptr;  ///< Null: all events. Stays until the call returns.
  std::size_t events_max = 32;            ///< Of delivered events; at least 1.
  std::size_t examined_max = 4'096;       ///< Whether they pass or not; at least 1.
  std::size_t bytes_max = 4 * 1024 * 1024;
  bool resolve_links = false;
  absl::Time deadline = absl::InfiniteFuture();
};

struct AllPage {
  std::vector<ResolvedEvent> events;
  std::size_t examined = 0;  ///< Events looked at, hidden ones too.
  Position examined_to;      ///< Of the last one looked at; as asked if none.
  Position next;             ///< `from` of the page after this one.
  bool at_end = false;       ///< Nothing lay behind when the page was read.
};

}  // namespace eventstoredb
