#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "eventstoredb/event_store.h"
#include "infrastructure/node/append_decision.h"
#include "infrastructure/node/event_inserter.h"
#include "infrastructure/node/stream_cache.h"
#include "infrastructure/node/write_group.h"
#include "infrastructure/sqlite/database.h"

namespace eventstoredb {

/// Decides appends and deletions one after the other inside a transaction, and writes what they
/// mean: the events, and what goes with them into metadata streams (protocol sections 3.12 and
/// 3.13). The writer thread's own.
class GroupWriter {
 public:
  /// Keeps the stream of this name in the cache until the group is over.
  using PinStream = std::function<CachedStream*(const std::string& name)>;
  /// `has_metastreams` is set before the first metadata stream is written.
  /// `indexes_links`: as of EventInserter.
  GroupWriter(sqlite::Database& database, std::atomic<bool>& has_metastreams, bool indexes_links,
              PinStream pin)
      : database_(database),
        has_metastreams_(has_metastreams),
        pin_(std::move(pin)),
        inserter_(database, indexes_links) {}

  /// The inner status is the write's own answer, with nothing written if it is an error. The outer
  /// one: DataLoss with nothing written, what the write had to look at cannot be read; all else
  /// and DataLoss after something was written, the group cannot be committed.
  absl::StatusOr<WriteAnswer> Handle(WriteGroup& group, PendingWrite& write);
  absl::Status Seal(WriteGroup& group) { return inserter_.Seal(group); }
  /// The group was rolled back.
  void Forget(const WriteGroup& group) { inserter_.Forget(group); }

 private:
  absl::Status Load(WriteGroup& group, CachedStream& stream, bool is_expected_new);
  absl::Status LoadMetadata(CachedStream& stream);
  absl::StatusOr<CachedStream*> LoadOther(WriteGroup& group, const PendingWrite& write);
  absl::StatusOr<WriteDecision> Decide(const PendingWrite& write, const CachedStream* other);
  absl::StatusOr<std::string> MetadataText(const CachedStream& metastream,
                                           std::uint64_t truncate_before);
  absl::StatusOr<WriteAnswer> Append(WriteGroup& group, PendingWrite& write, CachedStream* other);
  absl::Status TakeMetadata(WriteGroup& group, CachedStream& metastream, CachedStream& stream);
  absl::StatusOr<WriteAnswer> Delete(WriteGroup& group, PendingWrite& write, CachedStream* other);
  absl::Status InsertNext(WriteGroup& group, CachedStream& stream, ProposedEvent event);
  absl::Status WriteMetadata(WriteGroup& group, CachedStream& metastream, CachedStream& stream,
                             std::string text);

  sqlite::Database& database_;
  std::atomic<bool>& has_metastreams_;
  const PinStream pin_;
  EventInserter inserter_;
};

}  // namespace eventstoredb
