#include "infrastructure/node/link_index.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/node/link_rows.h"
#include "infrastructure/node/linkable_events.h"
#include "infrastructure/node/log_meta.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kTailsCachedMax = 10'000;
// While an existing log is indexed: what is added before it is written.
constexpr std::size_t kFilledAtOnceEvents = 4'096;

}  // namespace

absl::StatusOr<LinkIndex::Tail> LinkIndex::Load(const std::string& name) {
  const absl::StatusOr<FoundLinks> found = FindLinkRows(database_, name);
  if (!found.ok()) return found.status();
  Tail tail;
  if (found->count == 0) return tail;
  tail.stream = found->stream;
  tail.row = (found->count - 1) / kLinksPerRow;
  const absl::StatusOr<std::vector<std::uint64_t>> positions =
      ReadLinkPositions(database_, *found, tail.row * kLinksPerRow, found->count - 1);
  if (!positions.ok()) return positions.status();
  for (const std::uint64_t position : *positions) {
    AppendLink(tail.last, position, tail.positions);
    tail.last = position;
    ++tail.count;
  }
  return tail;
}

absl::Status LinkIndex::Write(NamedTail& named) {
  auto& [name, tail] = named;
  if (tail.stream == 0) {
    absl::StatusOr<sqlite::Statement*> add =
        database_.PrepareCached("INSERT INTO link_streams(name) VALUES(?)");
    if (!add.ok()) return add.status();
    if (const absl::Status added = (*add)->BindTextView(1, name).Run(); !added.ok()) return added;
    tail.stream = database_.last_insert_rowid();
  }
  absl::StatusOr<sqlite::Statement*> put =
      database_.PrepareCached("INSERT OR REPLACE INTO links(place,positions) VALUES(?,?)");
  if (!put.ok()) return put.status();
  return (*put)
      ->BindInt64(1, LinkPlace(tail.stream, tail.row))
      .BindBlobView(2, tail.positions)
      .Run();
}

absl::Status LinkIndex::AddTo(std::string&& name, std::uint64_t position) {
  auto found = tails_.find(name);
  if (found == tails_.end()) {
    absl::StatusOr<Tail> loaded = Load(name);
    if (!loaded.ok()) return loaded.status();
    found = tails_.emplace(std::move(name), *std::move(loaded)).first;
  }
  Tail& tail = found->second;
  if (tail.count == kLinksPerRow) {
    if (tail.is_changed) {
      if (const absl::Status written = Write(*found); !written.ok()) return written;
      has_written_ = true;
    }
    ++tail.row;
    tail.count = 0;
    tail.last = 0;
    tail.positions.clear();
  }
  AppendLink(tail.last, position, tail.positions);
  tail.last = position;
  ++tail.count;
  if (!std::exchange(tail.is_changed, true)) changed_.push_back(&*found);
  return absl::OkStatus();
}

absl::Status LinkIndex::AddLinks(const LinkableEvent& event, std::uint64_t position) {
  absl::Status done;
  ForEachLinkedStream(event, [&](std::string&& name) {
    if (done.ok()) done = AddTo(std::move(name), position);
  });
  if (done.ok()) ++unwritten_events_;
  return done;
}

// Adds what stands in the log before `position` and not in the index.
absl::Status LinkIndex::CatchUp(std::uint64_t position) {
  const absl::StatusOr<std::uint64_t> from = GetMetaNumber(database_, kLinksFrom);
  if (!from.ok()) return from.status();
  if (*from != 0) {
    const absl::Status read = VisitLinkableEvents(
        database_, *from, position, [this](const LinkableEvent& event, std::uint64_t at) {
          const absl::Status added = AddLinks(event, at);
          if (!added.ok() || unwritten_events_ < kFilledAtOnceEvents) {
            return added;
          }
          return WriteAll(at);
        });
    if (!read.ok()) return read;
  }
  is_caught_up_ = true;
  return absl::OkStatus();
}

absl::Status LinkIndex::Add(const LinkableEvent& event, std::uint64_t position) {
  if (!is_caught_up_) {
    if (const absl::Status caught_up = CatchUp(position); !caught_up.ok()) return caught_up;
  }
  return AddLinks(event, position);
}

absl::Status LinkIndex::Seal(std::uint64_t position) {
  if (unwritten_events_ < kUnwrittenEventsMax && !has_written_) return absl::OkStatus();
  return WriteAll(position);
}

absl::Status LinkIndex::WriteAll(std::uint64_t position) {
  for (NamedTail* const changed : changed_) {
    if (const absl::Status written = Write(*changed); !written.ok()) return written;
    changed->second.is_changed = false;
  }
  changed_.clear();
  has_written_ = false;
  unwritten_events_ = 0;
  if (tails_.size() > kTailsCachedMax) tails_.clear();
  return PutMeta(database_, kLinksFrom, absl::StrCat(position + 1));
}

void LinkIndex::Forget() {
  changed_.clear();
  tails_.clear();
  is_caught_up_ = false;
  has_written_ = false;
  unwritten_events_ = 0;
}

absl::Status LinkIndex::Fill(std::uint64_t last) {
  if (const absl::Status caught_up = CatchUp(last + 1); !caught_up.ok()) return caught_up;
  return WriteAll(last);
}

}  // namespace eventstoredb
