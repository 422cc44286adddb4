#include "infrastructure/journal/parked_messages.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <simdjson.h>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"

#include "infrastructure/journal/browsed_events.h"
#include "infrastructure/journal/json_writer.h"

namespace orders::infrastructure {

using application::ParkedMessage;
using eventstoredb::Direction;
using eventstoredb::RecordedEvent;

namespace {

constexpr char kRecordType[] = "ParkedMessagesDiscarded";
/// Read and written at a time.
constexpr std::uint64_t kCopiedAtOnce = 100;
/// Others may change the stream's metadata as well.
constexpr int kTruncateAttemptsMax = 5;
/// Of why a message was parked, in a record of many.
constexpr std::size_t kRecordedReasonBytesMax = 256;
/// What is taken for a page before its weight in an answer is known; one may exceed it.
constexpr std::size_t kEntryBytesMax = 4 << 20;

/// What the store wrote beside a link when it parked a message.
struct ParkedNote {
  std::string reason;
  std::optional<absl::Time> added;
  std::optional<int> retries;
};

ParkedNote ReadNote(simdjson::dom::parser& parser, std::string_view metadata) {
  ParkedNote note;
  simdjson::dom::object object;
  if (parser.parse(metadata.data(), metadata.size()).get(object) != simdjson::SUCCESS) return note;
  std::string_view text;
  if (object["reason"].get(text) == simdjson::SUCCESS) note.reason = text;
  absl::Time added;
  if (object["added"].get(text) == simdjson::SUCCESS &&
      absl::ParseTime(absl::RFC3339_full, std::string(text), &added, nullptr)) {
    note.added = added;
  }
  std::int64_t retries = 0;
  if (object["retryCount"].get(retries) == simdjson::SUCCESS && retries >= 0 &&
      retries <= std::numeric_limits<int>::max()) {
    note.retries = static_cast<int>(retries);
  }
  return note;
}

/// The id of an entry's copy: the number after the entry's own, so that a copy that is written
/// again is the same event, and a copy's copy another one.
eventstoredb::Uuid NextId(eventstoredb::Uuid id) {
  for (auto byte = id.bytes.rbegin(); byte != id.bytes.rend() && ++*byte == 0; ++byte) {
  }
  return id;
}

}  // namespace

ParkedMessages::ParkedMessages(eventstoredb::Client& client, eventstoredb::EventStore& store,
                               application::ConsumerGroupId id, absl::Time deadline)
    : client_(client),
      store_(store),
      id_(std::move(id)),
      stream_(absl::StrCat("$persistentsubscription-", id_.stream, "::", id_.group, "-parked")),
      record_stream_(
          absl::StrCat("$persistentsubscription-", id_.stream, "::", id_.group, "-discarded")),
      deadline_(deadline) {}

absl::StatusOr<ParkedMessages::Range> ParkedMessages::ReadRange() {
  std::optional<std::uint64_t> ends[2];
  // The end first: an entry that goes meanwhile then makes the range shorter, never longer.
  for (const Direction direction : {Direction::kBackwards, Direction::kForwards}) {
    std::optional<std::uint64_t>& end = ends[direction == Direction::kForwards ? 0 : 1];
    const absl::Status read = store_.ReadStream(
        {.stream = stream_, .direction = direction, .count_max = 1, .deadline = deadline_},
        [&](RecordedEvent&& entry) {
          end = entry.revision;
          return false;
        });
    if (!read.ok() && !absl::IsNotFound(read)) return read;
  }
  if (!ends[0].has_value() || !ends[1].has_value()) return Range();
  return Range{*ends[0], std::max(*ends[0], *ends[1] + 1)};
}

absl::StatusOr<application::ParkedPage> ParkedMessages::ReadPage(std::uint64_t from,
                                                                 std::size_t messages_max) {
  application::ParkedPage page;
  const absl::StatusOr<Range> range = ReadRange();
  if (!range.ok()) return range.status();
  page.parked = range->size();
  std::vector<RecordedEvent> entries;
  std::size_t bytes = 0;
  const absl::Status read =
      store_.ReadStream({.stream = stream_,
                         .from = std::max(from, range->first),
                         .count_max = messages_max + 1,
                         .deadline = deadline_},
                        [&](RecordedEvent&& entry) {
                          if (entries.size() == messages_max || bytes > kEntryBytesMax) {
                            page.next = entry.revision;
                            return false;
                          }
                          bytes += entry.data.size() + entry.metadata.size();
                          entries.push_back(std::move(entry));
                          return true;
                        });
  if (!read.ok() && !absl::IsNotFound(read)) return read;
  simdjson::dom::parser parser;
  BrowsedPageFill fill(store_, deadline_);
  for (RecordedEvent& entry : entries) {
    ParkedNote note = ReadNote(parser, entry.metadata);
    ParkedMessage message{.entry = entry.revision,
                          .reason = std::move(note.reason),
                          .parked = note.added.value_or(entry.created),
                          .retries = note.retries};
    const absl::StatusOr<bool> added = fill.TryAdd(std::move(entry));
    if (!added.ok()) return added.status();
    if (!*added) {
      page.next = message.entry;
      break;
    }
    page.messages.push_back(std::move(message));
  }
  std::vector<application::BrowsedEvent> events = fill.Take();
  for (std::size_t i = 0; i < events.size(); ++i) page.messages[i].event = std::move(events[i]);
  return page;
}

absl::StatusOr<std::vector<RecordedEvent>> ParkedMessages::ReadEntries(const Range& range) {
  std::vector<RecordedEvent> entries;
  if (range.size() == 0) return entries;
  const absl::Status read = store_.ReadStream(
      {.stream = stream_, .from = range.first, .count_max = range.size(), .deadline = deadline_},
      [&](RecordedEvent&& entry) {
        if (entry.revision < range.end) entries.push_back(std::move(entry));
        return true;
      });
  if (!read.ok() && !absl::IsNotFound(read)) return read;
  return entries;
}

absl::Status ParkedMessages::CopyToEnd(const Range& range) {
  for (std::uint64_t first = range.first; first < range.end; first += kCopiedAtOnce) {
    auto entries = ReadEntries({first, std::min(range.end, first + kCopiedAtOnce)});
    if (!entries.ok()) return entries.status();
    absl::Mutex mutex;
    absl::Status outcome;
    absl::BlockingCounter unanswered(static_cast<int>(entries->size()));
    // Each in an append of its own: of several the store asks that all be repeats, or none.
    for (RecordedEvent& entry : *entries) {
      eventstoredb::AppendRequest request{
          .stream = stream_,
          // The group may be deleted meanwhile: then it stays so.
          .expected = eventstoredb::ExpectedRevision::StreamExists(),
          .deadline = deadline_};
      request.events.push_back({.id = NextId(entry.id),
                                .type = std::move(entry.type),
                                .is_json = entry.is_json,
                                .data = std::move(entry.data),
                                .metadata = std::move(entry.metadata)});
      store_.StartAppend(std::move(request),
                         [&](const absl::StatusOr<eventstoredb::AppendResult>& copied) {
                           {
                             absl::MutexLock lock(&mutex);
                             if (outcome.ok()) outcome = copied.status();
                           }
                           unanswered.DecrementCount();
                         });
    }
    unanswered.Wait();
    absl::MutexLock lock(&mutex);
    if (!outcome.ok()) return outcome;
  }
  return absl::OkStatus();
}

absl::Status ParkedMessages::Truncate(std::uint64_t first) {
  for (int attempt = 1; attempt <= kTruncateAttemptsMax; ++attempt) {
    auto found = client_.GetStreamMetadata(stream_);
    if (!found.ok()) return found.status();
    if (found->metadata.truncate_before.value_or(0) >= first) return absl::OkStatus();
    found->metadata.truncate_before = first;
    const auto expected = found->revision.has_value()
                              ? eventstoredb::ExpectedRevision::Exact(*found->revision)
                              : eventstoredb::ExpectedRevision::NoStream();
    const absl::Status set = client_.SetStreamMetadata(stream_, found->metadata, expected).status();
    if (!absl::IsAborted(set)) return set;
    // Another one wrote first, as the store does at the end of a replay: look again.
  }
  return absl::AbortedError(absl::StrCat(stream_, ": others change its metadata all the time"));
}

absl::Status ParkedMessages::Record(const Range& range, const application::DiscardParked& request) {
  const auto entries = ReadEntries(range);
  if (!entries.ok()) return entries.status();
  simdjson::dom::parser parser;
  std::string data;
  JsonWriter json(data);
  json.BeginObject();
  json.Key("stream");
  json.String(id_.stream);
  json.Key("group");
  json.String(id_.group);
  json.Key("reason");
  json.String(request.reason);
  json.Key("discardedBy");
  json.String(request.actor);
  json.Key("messages");
  json.BeginArray();
  for (const RecordedEvent& entry : *entries) {
    const ParkedNote note = ReadNote(parser, entry.metadata);
    json.BeginObject();
    json.Key("entry");
    json.Int(static_cast<std::int64_t>(entry.revision));
    json.Key("event");  // As the link names it: REVISION@STREAM.
    json.String(entry.data);
    json.Key("parkTime");
    json.Time(note.added.value_or(entry.created));
    json.Key("parkReason");
    json.String(std::string_view(note.reason).substr(0, kRecordedReasonBytesMax));
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  std::string metadata;
  JsonWriter about(metadata);
  about.BeginObject();
  about.Key("$correlationId");
  about.String(request.correlation_id);
  about.EndObject();
  eventstoredb::AppendRequest append{.stream = record_stream_, .deadline = deadline_};
  append.events.push_back(
      {.type = kRecordType, .data = std::move(data), .metadata = std::move(metadata)});
  return client_.Append(std::move(append)).status();
}

}  // namespace orders::infrastructure
