#include "infrastructure/node/event_seeker.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace eventstoredb {
namespace {

/// A search costs about as much as this many steps over rows that nobody wants.
constexpr std::uint64_t kSteppedOverMax = 3;

std::string SelectFrom(bool forwards) {
  return absl::StrCat(
      "SELECT ", std::string(kEventColumns), std::string(kThenStreamName), " FROM events WHERE ",
      forwards ? "position>=? ORDER BY position" : "position<=? ORDER BY position DESC");
}

}  // namespace

absl::StatusOr<EventSeeker> EventSeeker::Open(sqlite::Database& database, Direction direction) {
  static const std::string* const kForwards = new std::string(SelectFrom(true));
  static const std::string* const kBackwards = new std::string(SelectFrom(false));
  const bool forwards = direction == Direction::kForwards;
  absl::StatusOr<sqlite::Statement*> select =
      database.PrepareCached(forwards ? *kForwards : *kBackwards);
  if (!select.ok()) return select.status();
  return EventSeeker(*select, forwards);
}

absl::StatusOr<bool> EventSeeker::Find(std::uint64_t position) {
  const std::uint64_t distance = forwards_ ? position - at_ : at_ - position;
  if (at_ == 0 || distance > kSteppedOverMax + 1) {
    select_->Reset();
    select_->BindInt64(1, static_cast<std::int64_t>(position));
    at_ = 0;
  }
  while (at_ == 0 || (forwards_ ? at_ < position : at_ > position)) {
    const absl::StatusOr<bool> row = select_->Step();
    if (!row.ok() || !*row) {
      at_ = 0;  // A statement that is done begins anew.
      return row;
    }
    at_ = RowPosition(*select_);
  }
  return at_ == position;
}

}  // namespace eventstoredb
