#include "infrastructure/node/group_writer.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

#include "eventstoredb/system_names.h"
#include "infrastructure/node/event_row.h"
#include "infrastructure/node/random_uuid.h"
#include "infrastructure/node/stream_lookup.h"
#include "infrastructure/node/stream_metadata.h"

namespace eventstoredb {
namespace {

Position At(std::uint64_t position) { return {position, position}; }

std::uint64_t NextRevision(const CachedStream& stream) {
  return stream.last.has_value() ? *stream.last + 1 : 0;
}

absl::StatusOr<std::optional<StandingEvent>> ReadStanding(sqlite::Statement& statement) {
  const sqlite::ResetAtExit reset(statement);
  const absl::StatusOr<bool> row = statement.Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  StandingEvent found;
  const std::string_view id = statement.ColumnBlob(0);
  if (id.size() != found.id.bytes.size()) return absl::DataLossError("an event's id is damaged");
  std::copy(id.begin(), id.end(), found.id.bytes.begin());
  found.revision = static_cast<std::uint64_t>(statement.ColumnInt64(1));
  found.position = At(static_cast<std::uint64_t>(statement.ColumnInt64(2)));
  found.created = absl::FromUnixMicros(statement.ColumnInt64(3));
  return found;
}

// Whether a reader of the stream still gets the event.
bool IsReadable(const StandingEvent& event, const CachedStream& stream, absl::Time now) {
  const StreamVisibility& metadata = stream.metadata;
  if (event.revision < metadata.FirstAvailable(*stream.last)) return false;
  return !metadata.max_age.has_value() || event.created >= now - *metadata.max_age;
}

}  // namespace

absl::StatusOr<WriteAnswer> GroupWriter::Handle(WriteGroup& group, PendingWrite& write) {
  CachedStream& stream = *write.stream;
  const bool is_expected_new = !write.deletion.has_value() && !write.request.events.empty() &&
                               write.request.expected == ExpectedRevision::NoStream();
  if (const absl::Status loaded = Load(group, stream, is_expected_new); !loaded.ok()) return loaded;
  const absl::StatusOr<CachedStream*> other = LoadOther(group, write);
  if (!other.ok()) return other.status();
  const absl::StatusOr<WriteDecision> decision = Decide(write, *other);
  if (!decision.ok()) return decision.status();

  if (const auto* written = std::get_if<AlreadyWritten>(&*decision)) {
    ++group.idempotent;
    AppendResult result{written->last.revision, written->last.position};
    const absl::Time now = absl::FromUnixMicros(group.now_micros);
    if (!IsReadable(written->last, stream, now)) result.position.reset();
    return result;
  }
  if (std::holds_alternative<WrongRevision>(*decision)) {
    ++group.refused;
    return WriteAnswer(WrongExpectedRevisionError(stream.name, stream.last));
  }
  if (std::holds_alternative<IsDeleted>(*decision)) {
    ++group.refused;
    return WriteAnswer(StreamDeletedError(stream.name));
  }
  absl::StatusOr<WriteAnswer> answer =
      write.deletion.has_value() ? Delete(group, write, *other) : Append(group, write, *other);
  if (answer.ok()) ++group.written;
  return answer;
}

absl::Status GroupWriter::Load(WriteGroup& group, CachedStream& stream, bool is_expected_new) {
  if (!stream.touched) {
    stream.touched = true;
    group.touched.push_back(&stream);
  }
  if (stream.loaded) return absl::OkStatus();
  stream.unreadable = false;
  FoundStream found;
  bool is_new = false;
  // A stream that must not exist mostly does not: then it is made without being looked for. The
  // first row of a metastream is InsertNext's business.
  if (is_expected_new && !IsMetastream(stream.name)) {
    const absl::StatusOr<bool> given = inserter_.GiveRow(stream);
    if (!given.ok()) return given.status();
    is_new = *given;
    found.id = stream.id;
  }
  if (!is_new) {
    const absl::StatusOr<FoundStream> looked_up = FindStream(database_, stream.name);
    if (!looked_up.ok()) return looked_up.status();
    found = *looked_up;
  }
  stream.id = found.id;
  stream.last = found.last;
  stream.is_tombstoned = found.is_tombstoned;
  if (const absl::Status loaded = LoadMetadata(stream); !loaded.ok()) return loaded;
  stream.loaded = true;
  return absl::OkStatus();
}

absl::Status GroupWriter::LoadMetadata(CachedStream& stream) {
  stream.has_metadata = false;
  stream.metadata = {};
  if (IsMetastream(stream.name)) {
    stream.metadata = MetadataOfMetastreams();
    return absl::OkStatus();
  }
  if (!has_metastreams_.load(std::memory_order_relaxed)) return absl::OkStatus();
  const std::string metastream = MetastreamOf(stream.name);
  const absl::StatusOr<FoundStream> found = FindStream(database_, metastream);
  if (!found.ok()) return found.status();
  if (!found->last.has_value()) return absl::OkStatus();
  const absl::StatusOr<std::optional<RecordedEvent>> event =
      ReadEventAt(database_, found->id, metastream, *found->last);
  if (!event.ok()) return event.status();
  if (!event->has_value()) {
    return absl::DataLossError(absl::StrCat("stream ", metastream, " lost its last event"));
  }
  stream.has_metadata = true;
  stream.metadata = ParseStreamMetadata((*event)->is_json, (*event)->data);
  return absl::OkStatus();
}

// A write to a metastream changes its stream; some writes to a stream go into its metastream too.
absl::StatusOr<CachedStream*> GroupWriter::LoadOther(WriteGroup& group, const PendingWrite& write) {
  const CachedStream& stream = *write.stream;
  const bool is_metastream = IsMetastream(stream.name);
  const bool needed =
      is_metastream || stream.metadata.IsSoftDeleted() || write.deletion == DeleteKind::kSoft;
  if (!needed) return nullptr;
  CachedStream* const other = pin_(is_metastream ? std::string(StreamOfMetastream(stream.name))
                                                 : MetastreamOf(stream.name));
  group.pinned.push_back(other);
  if (const absl::Status loaded = Load(group, *other, false); !loaded.ok()) return loaded;
  return other;
}

absl::StatusOr<WriteDecision> GroupWriter::Decide(const PendingWrite& write,
                                                  const CachedStream* other) {
  const CachedStream& stream = *write.stream;
  const bool is_metastream = IsMetastream(stream.name);
  const StreamState state = {
      .last = stream.last,
      .is_tombstoned = stream.is_tombstoned || (is_metastream && other->is_tombstoned),
      .is_soft_deleted = stream.metadata.IsSoftDeleted(),
      .has_metadata = stream.has_metadata,
  };
  if (write.deletion.has_value()) {
    return DecideDelete(write.request.expected, *write.deletion, state);
  }
  const auto first_with_id = [&](const Uuid& id) -> absl::StatusOr<std::optional<StandingEvent>> {
    absl::StatusOr<sqlite::Statement*> get = database_.PrepareCached(
        "SELECT id,revision,position,created FROM events INDEXED BY events_by_id WHERE stream=? "
        "AND id=? ORDER BY position LIMIT 1");
    if (!get.ok()) return get.status();
    (*get)->BindInt64(1, stream.id).BindBlob(2, AsBlob(id));
    return ReadStanding(**get);
  };
  const auto at = [&](std::uint64_t revision) -> absl::StatusOr<std::optional<StandingEvent>> {
    absl::StatusOr<sqlite::Statement*> get = database_.PrepareCached(
        "SELECT id,revision,position,created FROM events INDEXED BY events_by_stream WHERE "
        "stream=? AND revision=?");
    if (!get.ok()) return get.status();
    (*get)->BindInt64(1, stream.id).BindInt64(2, static_cast<std::int64_t>(revision));
    return ReadStanding(**get);
  };
  return DecideAppend(write.request.expected, write.request.events, state,
                      {.first_with_id = first_with_id, .at = at});
}

// What is to become of the metadata of a soft-deleted stream that is written again.
absl::StatusOr<std::string> GroupWriter::MetadataText(const CachedStream& metastream,
                                                      std::uint64_t truncate_before) {
  absl::StatusOr<std::optional<RecordedEvent>> event = std::nullopt;
  if (metastream.last.has_value()) {
    event = ReadEventAt(database_, metastream.id, metastream.name, *metastream.last);
  }
  if (!event.ok()) return event.status();
  if (!event->has_value()) {
    return absl::DataLossError(absl::StrCat("stream ", metastream.name, " lost its last event"));
  }
  return RecreatedMetadata((*event)->is_json, (*event)->data, truncate_before);
}

absl::StatusOr<WriteAnswer> GroupWriter::Append(WriteGroup& group, PendingWrite& write,
                                                CachedStream* other) {
  CachedStream& stream = *write.stream;
  std::optional<std::string> recreated;
  if (stream.metadata.IsSoftDeleted()) {
    absl::StatusOr<std::string> text = MetadataText(*other, NextRevision(stream));
    if (!text.ok()) return text.status();
    recreated = *std::move(text);
  }
  std::vector<ProposedEvent>& events = write.request.events;
  if (events.empty()) {
    ++group.head.position;
    group.hands_out_bare_position = true;
  }
  for (ProposedEvent& event : events) {
    const absl::Status wrote = InsertNext(group, stream, std::move(event));
    if (!wrote.ok()) return wrote;
  }
  const AppendResult result{stream.last, At(group.head.position)};
  absl::Status done;
  if (recreated.has_value()) {
    done = WriteMetadata(group, *other, stream, *std::move(recreated));
  } else if (!events.empty() && IsMetastream(stream.name) && !IsMetastream(other->name)) {
    done = TakeMetadata(group, stream, *other);
  }
  if (!done.ok()) return done;
  return result;
}

// The group's last event is the new metadata of `stream`. Of a soft-deleted stream it is written
// once more: what was deleted stays hidden.
absl::Status GroupWriter::TakeMetadata(WriteGroup& group, CachedStream& metastream,
                                       CachedStream& stream) {
  const SharedEvent newest = group.events.back();
  if (stream.metadata.IsSoftDeleted()) {
    return WriteMetadata(group, metastream, stream,
                         RecreatedMetadata(newest->is_json, newest->data, NextRevision(stream)));
  }
  stream.has_metadata = true;
  stream.metadata = ParseStreamMetadata(newest->is_json, newest->data);
  return absl::OkStatus();
}

absl::StatusOr<WriteAnswer> GroupWriter::Delete(WriteGroup& group, PendingWrite& write,
                                                CachedStream* other) {
  CachedStream& stream = *write.stream;
  absl::Status done;
  if (*write.deletion == DeleteKind::kSoft) {
    done = WriteMetadata(group, *other, stream, SoftDeletedMetadata());
  } else {
    const absl::StatusOr<Uuid> id = MakeRandomUuid();
    if (!id.ok()) return id.status();
    ProposedEvent tombstone;
    tombstone.id = *id;
    tombstone.type = std::string(kStreamDeletedType);
    tombstone.is_json = false;
    done = inserter_.Insert(group, stream, kTombstoneRevision, std::move(tombstone));
    stream.is_tombstoned = true;
    stream.last.reset();
  }
  if (!done.ok()) return done;
  return AppendResult{std::nullopt, At(group.head.position)};
}

absl::Status GroupWriter::InsertNext(WriteGroup& group, CachedStream& stream, ProposedEvent event) {
  // Readers must know before the commit; that they look in vain after a rollback does no harm.
  if (stream.id == 0 && IsMetastream(stream.name)) has_metastreams_.store(true);
  const std::uint64_t revision = NextRevision(stream);
  const absl::Status inserted = inserter_.Insert(group, stream, revision, std::move(event));
  if (inserted.ok()) stream.last = revision;
  return inserted;
}

absl::Status GroupWriter::WriteMetadata(WriteGroup& group, CachedStream& metastream,
                                        CachedStream& stream, std::string text) {
  const absl::StatusOr<Uuid> id = MakeRandomUuid();
  if (!id.ok()) return id.status();
  stream.has_metadata = true;
  stream.metadata = ParseStreamMetadata(true, text);
  ProposedEvent event;
  event.id = *id;
  event.type = std::string(kMetadataType);
  event.data = std::move(text);
  return InsertNext(group, metastream, std::move(event));
}

}  // namespace eventstoredb
