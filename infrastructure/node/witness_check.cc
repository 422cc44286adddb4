#include "infrastructure/node/witness_check.h"

#include <algorithm>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "eventstoredb/node/embedded_event_store.h"
#include "infrastructure/node/event_row.h"

namespace eventstoredb {
namespace {

constexpr absl::string_view kTruncationPayload = "eventstoredb.node/log-end";

absl::StatusOr<bool> HasChain(sqlite::Database& database, const WitnessedHead& witnessed) {
  absl::StatusOr<sqlite::Statement> get =
      database.Prepare("SELECT chain FROM events WHERE position=?");
  if (!get.ok()) return get.status();
  get->BindInt64(1, static_cast<std::int64_t>(witnessed.event_position));
  const absl::StatusOr<bool> row = get->Step();
  if (!row.ok()) return row.status();
  return *row && get->ColumnBlob(0) == AsBlob(witnessed.chain);
}

// What an operator may accept, for TruncationToAccept.
absl::Status LostEvents(const std::string& text, const LogHead& head) {
  absl::Status status = absl::DataLossError(text);
  status.SetPayload(kTruncationPayload, absl::Cord(absl::StrCat(head.position)));
  return status;
}

// Whether the log holds what was once acknowledged.
absl::Status CheckAcknowledged(sqlite::Database& database, const LogIdentity& identity,
                               const LogHead& head, const WitnessedHead& witnessed) {
  if (witnessed.position > head.position || witnessed.generation > identity.generation) {
    return LostEvents(
        absl::StrCat("the log ends at position ", head.position, " of generation ",
                     identity.generation, ", but position ", witnessed.position, " of generation ",
                     witnessed.generation, " was acknowledged: events are lost"),
        head);
  }
  if (witnessed.generation < identity.generation || witnessed.event_position == 0) {
    return absl::OkStatus();
  }
  const absl::StatusOr<bool> chained = HasChain(database, witnessed);
  if (!chained.ok()) return chained.status();
  if (*chained) return absl::OkStatus();
  return LostEvents(absl::StrCat("the log ends at position ", head.position,
                                 " and is not the one whose head was witnessed: other content at "
                                 "position ",
                                 witnessed.event_position),
                    head);
}

}  // namespace

std::optional<std::uint64_t> TruncationToAccept(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kTruncationPayload);
  std::uint64_t position = 0;
  if (!payload.has_value() || !absl::SimpleAtoi(std::string(*payload), &position)) {
    return std::nullopt;
  }
  return position;
}

absl::StatusOr<WitnessVerdict> CheckWitness(sqlite::Database& database, const LogIdentity& identity,
                                            const LogHead& head,
                                            const std::optional<WitnessedHead>& witnessed,
                                            std::optional<std::uint64_t> accept_truncation) {
  WitnessVerdict verdict{head.position, identity.generation};
  absl::Status whole;
  if (witnessed.has_value()) {
    if (witnessed->store_id != identity.store_id) {
      return absl::DataLossError("the log and its head witness belong to different stores");
    }
    verdict = {std::max(head.position, witnessed->position),
               std::max(identity.generation, witnessed->generation)};
    whole = CheckAcknowledged(database, identity, head, *witnessed);
  }
  if (!accept_truncation.has_value()) {
    if (!whole.ok()) return whole;
    return verdict;
  }
  if (whole.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the log is whole up to position ", head.position,
                     ": there is no truncation to accept, and nothing was changed"));
  }
  if (!TruncationToAccept(whole).has_value() || accept_truncation != head.position) return whole;
  return verdict;
}

}  // namespace eventstoredb
