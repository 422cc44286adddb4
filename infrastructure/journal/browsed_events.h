#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/ports/event_browser.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

application::BrowsedPlace PlaceOf(const eventstoredb::RecordedEvent& event);

/// Reads what metadata say of where an event came from. Not thread-safe; kept for many events.
class OriginReader {
 public:
  struct Origin {
    std::string correlation_id;
    std::string causation_id;
  };
  /// Empty texts where `metadata` say nothing.
  Origin Read(std::string_view metadata);
  bool IsJson(std::string_view text);

 private:
  simdjson::dom::parser parser_;
};

/// A page of events that is being filled, with the events that links stand for, up to its bounds.
class BrowsedPageFill {
 public:
  /// Both outlive it.
  BrowsedPageFill(eventstoredb::EventStore& store, absl::Time deadline)
      : store_(store), deadline_(deadline) {}

  /// False: it does not fit any more. The first one always does. Errors: of a read of what a link
  /// stands for.
  absl::StatusOr<bool> TryAdd(eventstoredb::RecordedEvent event);
  std::vector<application::BrowsedEvent> Take() { return std::move(events_); }

 private:
  absl::StatusOr<application::BrowsedEvent> Resolve(eventstoredb::RecordedEvent event);
  application::BrowsedEvent ToBrowsed(eventstoredb::RecordedEvent event);
  application::BrowsedContent ToContent(std::string bytes, bool may_be_json);

  eventstoredb::EventStore& store_;
  const absl::Time deadline_;
  OriginReader origins_;
  std::vector<application::BrowsedEvent> events_;
  std::size_t bytes_ = 0;
};

}  // namespace orders::infrastructure
