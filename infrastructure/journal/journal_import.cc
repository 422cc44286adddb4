#include "infrastructure/journal/journal_import.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

#include "application/commands/request_errors.h"
#include "infrastructure/journal/event_codec.h"
#include "infrastructure/journal/imported_time.h"
#include "infrastructure/journal/order_stream.h"

namespace orders::infrastructure {
namespace {

using application::ImportedEvent;
using application::TransferredEvent;
using eventstoredb::AppendRequest;
using eventstoredb::AppendResult;
using eventstoredb::ExpectedRevision;
using eventstoredb::RecordedEvent;

constexpr std::size_t kOrdersMax = 50'000'000;
constexpr std::size_t kDataBytesMax = 1 << 20;  // What a server takes in one append.
constexpr std::size_t kMetadataBytesMax = 1 << 20;
constexpr std::size_t kRunEventsMax = 500;
constexpr std::size_t kRunBytesMax = 512 << 10;
constexpr absl::Duration kAppendMax = absl::Seconds(4);
constexpr absl::Duration kReadMax = absl::Seconds(30);

absl::Status AtLine(std::uint64_t line, absl::StatusCode code, const std::string& text,
                    const char* reason) {
  return application::MakeRequestError(code, absl::StrCat("line ", line, ": ", text),
                                       {.reason = reason});
}
absl::Status BadLine(std::uint64_t line, const std::string& text) {
  return AtLine(line, absl::StatusCode::kInvalidArgument, text, "BAD_IMPORT_LINE");
}
absl::Status Conflict(std::uint64_t line, const std::string& text) {
  return AtLine(line, absl::StatusCode::kFailedPrecondition, text, "IMPORT_CONFLICT");
}

std::string NameOf(const TransferredEvent& event) {
  return absl::StrCat(event.stream, " revision ", event.revision);
}

std::uint64_t Chained(std::uint64_t chain, const std::string& stream, std::uint64_t revision,
                      std::string_view id) {
  return absl::HashOf(chain, stream, revision, id);
}

/// Waits for answers that come from the store's threads.
class Answers {
 public:
  explicit Answers(std::size_t count) : statuses_(count), missing_(count) {}
  void Set(std::size_t index, absl::Status status) {
    absl::MutexLock lock(&mutex_);
    statuses_[index] = std::move(status);
    --missing_;
  }
  /// Every append answers; the store's own bounds hold.
  std::vector<absl::Status> Await() {
    absl::MutexLock lock(&mutex_);
    const auto all_here = [this] { return missing_ == 0; };
    mutex_.Await(absl::Condition(&all_here));
    return statuses_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<absl::Status> statuses_;
  std::size_t missing_;
};

}  // namespace

JournalImport::JournalImport(eventstoredb::EventStore& store, const JournalTransferOptions& options,
                             bool dry_run)
    : store_(store), options_(options), dry_run_(dry_run) {}

absl::Status JournalImport::Take(Events events) {
  if (failed_.ok()) failed_ = TakeAll(std::move(events));
  return failed_;
}

absl::Status JournalImport::TakeAll(Events events) {
  Events fresh;
  absl::Status bad;
  for (ImportedEvent& one : events) {
    bad = Check(one);
    if (!bad.ok()) break;
    absl::StatusOr<std::optional<RecordedEvent>> standing = NextStanding();
    if (!standing.ok()) return standing.status();
    if (!standing->has_value()) {
      fresh.push_back(std::move(one));
      continue;
    }
    last_standing_ = (*standing)->position;
    const TransferredEvent there = ToTransferred(**std::move(standing));
    if (there == one.event) continue;
    const bool is_same_place =
        there.stream == one.event.stream && there.revision == one.event.revision;
    return Conflict(
        one.line,
        absl::StrCat("the store holds ", is_same_place ? "another event as " : "", NameOf(there),
                     is_same_place ? "" : absl::StrCat(" in the place of ", NameOf(one.event)),
                     "; import into a store without orders, or repeat the import that was cut "
                     "off with the same lines"));
  }
  // What stands before a bad line is good, and need not be sent again.
  const absl::Status appended = Append(std::move(fresh));
  return appended.ok() ? bad : appended;
}

absl::Status JournalImport::Check(const ImportedEvent& one) {
  const TransferredEvent& event = one.event;
  const auto bad = [&](const std::string& text) { return BadLine(one.line, text); };
  const std::optional<domain::OrderId> order = OrderOfStream(event.stream);
  if (!order.has_value()) {
    return bad(
        absl::StrCat("stream: ", event.stream, " is no order's; it must be order- and an id"));
  }
  const std::optional<eventstoredb::Uuid> id = eventstoredb::Uuid::Parse(event.id);
  if (!id.has_value() || id->IsZero()) return bad("id: must be a UUID that is not zero");
  if (event.data.size() > kDataBytesMax || event.metadata.size() > kMetadataBytesMax) {
    return bad("data and metadata may have 1 MiB each");
  }
  if (ImportedTimeOf(event.metadata).has_value()) {
    return bad("metadata: importedCreated is the service's own; take it out");
  }
  const auto decoded = DecodeEvent(event.type, event.data, event.metadata);
  if (!decoded.ok()) {
    return bad(absl::StrCat(NameOf(event), ": ", std::string(decoded.status().message())));
  }
  if (!decoded->has_value()) {
    return bad(absl::StrCat("type: ", event.type, " is not known to this version"));
  }
  if (!event.metadata.ends_with('}')) return bad("metadata: must end with its brace");

  if (next_revisions_.size() >= kOrdersMax) {
    return absl::ResourceExhaustedError(absl::StrCat("more than ", kOrdersMax, " orders"));
  }
  std::uint64_t& next = next_revisions_[absl::HashOf(event.stream)];
  if (event.revision < next) {
    return bad(
        absl::StrCat(NameOf(event), " was given before, ", next, " is next: delete the line"));
  }
  if (event.revision > next) {
    return bad(absl::StrCat(NameOf(event), " comes where revision ", next,
                            " is next: a line is missing, or lines have changed places"));
  }
  ++next;
  ++events_;
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RecordedEvent>> JournalImport::NextStanding() {
  if (is_past_standing_) return std::nullopt;
  if (!standing_.has_value()) {
    absl::StatusOr<StandingEvents> opened = StandingEvents::Open(store_, std::nullopt);
    if (!opened.ok()) return opened.status();
    standing_.emplace(*std::move(opened));
  }
  const absl::Time until = absl::Now() + kReadMax;
  while (absl::Now() < until) {
    absl::StatusOr<std::optional<RecordedEvent>> next = standing_->Next(absl::Seconds(1));
    if (!next.ok() || next->has_value()) return next;
    if (!standing_->caught_up()) continue;
    is_past_standing_ = true;
    standing_.reset();
    return std::nullopt;
  }
  return absl::UnavailableError("the store does not say what it holds; begin again");
}

absl::Status JournalImport::PrepareToWrite() {
  if (may_write_) return absl::OkStatus();
  if (const absl::Status minted = options_.mint_generation(); !minted.ok()) return minted;
  if (options_.is_embedded) {
    eventstoredb::ReadAllRequest last;
    last.direction = eventstoredb::Direction::kBackwards;
    last.count_max = 1;
    last.deadline = absl::Now() + kReadMax;
    const absl::Status read = store_.ReadAll(last, [this](RecordedEvent&& event) {
      newest_ = event.created;
      return false;
    });
    if (!read.ok()) return read;
  }
  may_write_ = true;
  return absl::OkStatus();
}

eventstoredb::ProposedEvent JournalImport::ToProposed(TransferredEvent event) {
  eventstoredb::ProposedEvent proposed{.id = *eventstoredb::Uuid::Parse(event.id),
                                       .type = std::move(event.type),
                                       .is_json = event.is_json,
                                       .data = std::move(event.data)};
  if (options_.is_embedded) {
    // The log counts microseconds, and never falls.
    newest_ = std::max(newest_, absl::FromUnixMicros(absl::ToUnixMicros(event.created)));
    proposed.created = newest_;
  }
  proposed.metadata = proposed.created == event.created
                          ? std::move(event.metadata)
                          : WithImportedTime(event.metadata, event.created);
  return proposed;
}

absl::Status JournalImport::Append(Events events) {
  if (dry_run_ || events.empty()) return absl::OkStatus();
  if (const absl::Status may = PrepareToWrite(); !may.ok()) return may;
  std::vector<AppendRequest> requests;
  std::vector<std::uint64_t> lines;
  std::size_t bytes = 0;
  for (ImportedEvent& one : events) {
    TransferredEvent& event = one.event;
    written_chain_ = Chained(written_chain_, event.stream, event.revision, event.id);
    const bool fits = !requests.empty() && requests.back().stream == event.stream &&
                      requests.back().events.size() < kRunEventsMax &&
                      bytes + event.data.size() <= kRunBytesMax;
    if (!fits) {
      bytes = 0;
      lines.push_back(one.line);
      requests.push_back({.stream = event.stream,
                          .expected = event.revision == 0
                                          ? ExpectedRevision::NoStream()
                                          : ExpectedRevision::Exact(event.revision - 1)});
    }
    bytes += event.data.size();
    requests.back().events.push_back(ToProposed(std::move(event)));
    ++written_;
  }
  return AppendAll(std::move(requests), lines);
}

absl::Status JournalImport::AppendAll(std::vector<AppendRequest> requests,
                                      const std::vector<std::uint64_t>& lines) {
  const auto answers = std::make_shared<Answers>(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (!options_.is_embedded) {
      requests[i].deadline = absl::Now() + kAppendMax;
      const absl::Status appended = store_.Append(std::move(requests[i])).status();
      answers->Set(i, appended);
      if (appended.ok()) continue;
      // What comes after it in the log must come after it.
      for (std::size_t rest = i + 1; rest < requests.size(); ++rest) answers->Set(rest, {});
      break;
    }
    // Without a deadline: the log answers in any case, and one that ran out would tear a hole.
    store_.StartAppend(std::move(requests[i]),
                       [answers, i](const absl::StatusOr<AppendResult>& result) {
                         answers->Set(i, result.status());
                       });
  }
  const std::vector<absl::Status> statuses = answers->Await();
  for (std::size_t i = 0; i < statuses.size(); ++i) {
    if (statuses[i].ok()) continue;
    const std::string text(statuses[i].message());
    if (absl::IsAborted(statuses[i]) || absl::IsFailedPrecondition(statuses[i])) {
      return Conflict(lines[i], absl::StrCat("somebody else writes orders meanwhile: ", text));
    }
    return absl::Status(statuses[i].code(), absl::StrCat("line ", lines[i], ": ", text));
  }
  return absl::OkStatus();
}

absl::Status JournalImport::ReadBack() {
  absl::StatusOr<StandingEvents> events = StandingEvents::Open(store_, last_standing_);
  if (!events.ok()) return events.status();
  std::uint64_t chain = 0;
  std::uint64_t found = 0;
  absl::Time until = absl::Now() + kReadMax;
  while (absl::Now() < until) {
    const absl::StatusOr<std::optional<RecordedEvent>> next = events->Next(absl::Seconds(1));
    if (!next.ok()) return next.status();
    if (!next->has_value()) {
      if (!events->caught_up()) continue;
      if (found >= written_) break;
      continue;
    }
    until = absl::Now() + kReadMax;
    chain = Chained(chain, (*next)->stream, (*next)->revision, (*next)->id.ToString());
    ++found;
  }
  if (found == written_ && chain == written_chain_) return absl::OkStatus();
  return application::MakeRequestError(
      absl::StatusCode::kFailedPrecondition,
      absl::StrCat("the store holds ", found, " new events of orders where ", written_,
                   " were written, or others: somebody else wrote orders meanwhile. Begin again "
                   "with a store without orders"),
      {.reason = "IMPORT_CONFLICT"});
}

absl::StatusOr<application::ImportSummary> JournalImport::Finish() {
  if (!failed_.ok()) return failed_;
  const absl::StatusOr<std::optional<RecordedEvent>> more = NextStanding();
  if (!more.ok()) return more.status();
  if (more->has_value()) {
    return application::MakeRequestError(
        absl::StatusCode::kFailedPrecondition,
        absl::StrCat("the store holds more than the lines that were given, first ", (*more)->stream,
                     " revision ", (*more)->revision, "; import into a store without orders"),
        {.reason = "IMPORT_CONFLICT"});
  }
  if (written_ > 0) {
    if (const absl::Status read = ReadBack(); !read.ok()) return read;
  }
  return application::ImportSummary{
      .events = events_, .written = written_, .orders = next_revisions_.size()};
}

}  // namespace orders::infrastructure
