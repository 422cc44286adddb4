#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "application/ports/dead_letters.h"
#include "infrastructure/sqlite/database.h"

namespace orders::infrastructure {

/// SQL that makes them in a read model's file. dead_letters: one row a blocked order;
/// skipped_events: one row an event that an operator has told the read model to do without. Times
/// are microseconds since 1970.
extern const char kDeadLetterTables[];

/// What one read model has set aside, in its file. Used by the projection's thread.
class DeadLetterTables final : public application::DeadLetterBox {
 public:
  /// `database` outlives this.
  explicit DeadLetterTables(sqlite::Database& database) : database_(database) {}

  absl::StatusOr<std::vector<application::DeadLetter>> ReadLetters() override;
  absl::StatusOr<std::optional<application::DeadLetter>> ReadLetter(
      const domain::OrderId& order) override;
  void PutLetter(const application::DeadLetter& letter) override;
  void RemoveLetter(const domain::OrderId& order) override;
  absl::StatusOr<std::vector<application::SkippedEvent>> ReadSkips() override;
  void PutSkip(const application::SkippedEvent& skipped) override;

  /// Within a transaction.
  absl::Status Write();
  void Discard();

 private:
  absl::Status Write(const application::DeadLetter& letter);
  absl::Status Write(const application::SkippedEvent& skipped);
  absl::Status Remove(const std::string& order);

  sqlite::Database& database_;
  std::map<std::string, std::optional<application::DeadLetter>> letters_;  ///< None: remove it.
  std::vector<application::SkippedEvent> skips_;
};

}  // namespace orders::infrastructure
