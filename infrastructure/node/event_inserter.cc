#include "infrastructure/node/event_inserter.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/event_row.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kTypesCachedMax = 10'000;

}  // namespace

absl::StatusOr<std::int64_t> EventInserter::TypeId(WriteGroup& group, const std::string& type) {
  if (const auto found = type_ids_.find(type); found != type_ids_.end()) return found->second;
  absl::StatusOr<sqlite::Statement*> find =
      database_.PrepareCached("SELECT id FROM types WHERE name=?");
  if (!find.ok()) return find.status();
  std::int64_t id = 0;
  {
    const sqlite::ResetAtExit reset(**find);
    const absl::StatusOr<bool> row = (*find)->BindText(1, type).Step();
    if (!row.ok()) return row.status();
    if (*row) id = (*find)->ColumnInt64(0);
  }
  if (id == 0) {
    absl::StatusOr<sqlite::Statement*> add =
        database_.PrepareCached("INSERT INTO types(name) VALUES(?)");
    if (!add.ok()) return add.status();
    if (const absl::Status added = (*add)->BindText(1, type).Run(); !added.ok()) return added;
    id = database_.last_insert_rowid();
    group.new_types.push_back(type);
  }
  if (type_ids_.size() >= kTypesCachedMax) type_ids_.clear();
  type_ids_.emplace(type, id);
  return id;
}

absl::StatusOr<bool> EventInserter::GiveRow(CachedStream& stream) {
  absl::StatusOr<sqlite::Statement*> add =
      database_.PrepareCached("INSERT OR IGNORE INTO streams(name) VALUES(?)");
  if (!add.ok()) return add.status();
  if (const absl::Status added = (*add)->BindTextView(1, stream.name).Run(); !added.ok()) {
    return added;
  }
  if (database_.changes() == 0) return false;
  stream.id = database_.last_insert_rowid();
  return true;
}

absl::Status EventInserter::Insert(WriteGroup& group, CachedStream& stream, std::uint64_t revision,
                                   ProposedEvent proposed) {
  if (stream.id == 0) {
    const absl::StatusOr<bool> given = GiveRow(stream);
    if (!given.ok()) return given.status();
    if (!*given) return absl::InternalError(absl::StrCat("stream ", stream.name, " is there"));
  }
  static const std::string* const kInsert = new std::string(absl::StrCat(
      "INSERT INTO events(", std::string(kEventColumns), ",chain) VALUES(?,?,?,?,?,?,?,?,?,?,?)"));
  absl::StatusOr<sqlite::Statement*> insert = database_.PrepareCached(*kInsert);
  if (!insert.ok()) return insert.status();
  const absl::StatusOr<std::int64_t> type_id = TypeId(group, proposed.type);
  if (!type_id.ok()) return type_id.status();
  const std::int64_t created_micros = std::max(
      group.head.created_micros,
      proposed.created.has_value() ? absl::ToUnixMicros(*proposed.created) : group.now_micros);
  const EventFields fields = {.position = group.head.position + 1,
                              .stream = stream.name,
                              .revision = revision,
                              .id = proposed.id,
                              .type = proposed.type,
                              .is_json = proposed.is_json,
                              .created_micros = created_micros,
                              .data = proposed.data,
                              .metadata = proposed.metadata};
  const std::uint32_t checksum = Checksum(fields);
  group.checksums.push_back(checksum);
  BindRow(**insert, fields, stream.id, *type_id, checksum, nullptr);
  if (const absl::Status inserted = (*insert)->Run(); !inserted.ok()) return inserted;
  if (indexes_links_) {
    const absl::Status linked = links_.Add({.stream = stream.name,
                                            .revision = revision,
                                            .type = proposed.type,
                                            .is_json = proposed.is_json,
                                            .data = proposed.data,
                                            .metadata = proposed.metadata},
                                           fields.position);
    if (!linked.ok()) return linked;
  }
  group.head.position = fields.position;
  group.head.event_position = fields.position;
  group.head.created_micros = created_micros;

  auto event = std::make_shared<RecordedEvent>();
  event->stream = stream.name;
  event->revision = revision;
  event->id = proposed.id;
  event->type = std::move(proposed.type);
  event->is_json = proposed.is_json;
  event->created = absl::FromUnixMicros(fields.created_micros);
  event->position = {fields.position, fields.position};
  event->data = std::move(proposed.data);
  event->metadata = std::move(proposed.metadata);
  group.events.push_back(std::move(event));
  return absl::OkStatus();
}

absl::Status EventInserter::Seal(WriteGroup& group) {
  if (const absl::Status sealed = links_.Seal(group.head.position); !sealed.ok()) return sealed;
  if (!group.checksums.empty()) {
    group.head.chain = ExtendChain(group.head.chain, group.checksums);
    absl::StatusOr<sqlite::Statement*> update =
        database_.PrepareCached("UPDATE events SET chain=? WHERE position=?");
    if (!update.ok()) return update.status();
    const absl::Status updated =
        (*update)
            ->BindBlob(1, AsBlob(group.head.chain))
            .BindInt64(2, static_cast<std::int64_t>(group.head.event_position))
            .Run();
    if (!updated.ok()) return updated;
  }
  if (!group.hands_out_bare_position) return absl::OkStatus();
  // Nothing else keeps the position of an append without events from being handed out again.
  absl::StatusOr<sqlite::Statement*> put =
      database_.PrepareCached("INSERT OR REPLACE INTO meta(key,value) VALUES('position',?)");
  if (!put.ok()) return put.status();
  return (*put)->BindText(1, absl::StrCat(group.head.position)).Run();
}

void EventInserter::Forget(const WriteGroup& group) {
  for (const std::string& type : group.new_types) type_ids_.erase(type);
  links_.Forget();
}

}  // namespace eventstoredb
