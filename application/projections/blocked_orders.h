#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"

#include "application/ports/dead_letters.h"
#include "application/queries/freshness_gate.h"

namespace orders::application {

/// Which orders a read model's dead letters block, and which events it does without: what its
/// DeadLetterBox holds, with what is pending. Used by the projection's thread.
class BlockedOrders {
 public:
  /// `box` outlives this.
  explicit BlockedOrders(DeadLetterBox& box) : box_(box) {}

  /// As of the last commit. Errors: those of the box.
  absl::Status Load();

  /// Null: the order is not blocked. Without the bytes of the event.
  const DeadLetter* Find(const domain::OrderId& order) const;
  bool IsSkipped(const domain::OrderId& order, std::uint64_t revision) const;
  /// In the order of order ids.
  std::vector<domain::OrderId> Orders() const;
  std::size_t size() const { return letters_.size(); }
  /// Events that are set aside: the letters', and those that wait behind them.
  std::uint64_t events() const { return events_; }

  /// Sets the order's letter, in the place of the one before.
  void Block(const DeadLetter& letter);
  void AddWaiting(const domain::OrderId& order);
  void Release(const domain::OrderId& order);
  void Skip(const SkippedEvent& skipped);

  /// True: something is to be committed.
  bool has_changes() const { return !changed_.empty() || has_new_skips_; }
  /// It is committed: tells the gate.
  void Committed(FreshnessGate& gate);
  /// Tells a gate that knows of nothing.
  void TellAll(FreshnessGate& gate) const;

 private:
  void Tell(const std::string& order, FreshnessGate& gate) const;

  DeadLetterBox& box_;
  absl::flat_hash_map<std::string, DeadLetter> letters_;
  std::set<std::pair<std::string, std::uint64_t>> skips_;
  absl::flat_hash_set<std::string> changed_;  ///< Orders, since the last commit.
  bool has_new_skips_ = false;
  std::uint64_t events_ = 0;
};

}  // namespace orders::application
