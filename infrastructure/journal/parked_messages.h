#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "application/ports/consumer_groups.h"
#include "eventstoredb/client.h"
#include "eventstoredb/event_store.h"

namespace orders::infrastructure {

/// The stream in which a store keeps what a group has parked: links to the events, the oldest
/// first. Who replays or discards moves its beginning forward, by the stream's metadata, so what
/// stands in its middle can only go when what is older has been written behind its end (decision
/// 14). Not thread-safe where it changes the stream: one at a time.
class ParkedMessages {
 public:
  /// Entries from `first` to below `end`.
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    std::uint64_t size() const { return end - first; }
    bool Contains(std::uint64_t entry) const { return entry >= first && entry < end; }
  };

  /// Both outlive it.
  ParkedMessages(eventstoredb::Client& client, eventstoredb::EventStore& store,
                 application::ConsumerGroupId id, absl::Time deadline);

  const std::string& record_stream() const { return record_stream_; }

  // Errors of each: of reads, appends and metadata; a stream that is not there is empty.

  absl::StatusOr<Range> ReadRange();
  absl::StatusOr<application::ParkedPage> ReadPage(std::uint64_t from, std::size_t messages_max);

  /// Writes the entries of `range` once more, behind all others. Again it writes none twice that
  /// the store remembers. They stay where they are, too.
  absl::Status CopyToEnd(const Range& range);
  /// Gives up all entries below `first`. Error: Aborted, others change the stream all the time.
  absl::Status Truncate(std::uint64_t first);
  /// Writes into `record_stream` which entries are discarded, by whom and why.
  absl::Status Record(const Range& range, const application::DiscardParked& request);

 private:
  absl::StatusOr<std::vector<eventstoredb::RecordedEvent>> ReadEntries(const Range& range);

  eventstoredb::Client& client_;
  eventstoredb::EventStore& store_;
  const application::ConsumerGroupId id_;
  const std::string stream_;
  const std::string record_stream_;
  const absl::Time deadline_;
};

}  // namespace orders::infrastructure
