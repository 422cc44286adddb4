#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "application/ports/order_store.h"

namespace orders::testing_support {

/// A store in front of a real one, which does to appends what networks and other writers do.
/// Thread-safe.
class FaultyOrderStore final : public application::OrderStore {
 public:
  explicit FaultyOrderStore(application::OrderStore& store) : store_(store) {}

  /// Runs before each append that is passed on, outside of any lock: another writer's chance.
  void BeforeAppend(std::function<void()> hook);
  /// The next append is written, and its answer lost.
  void LoseNextAnswer(absl::StatusCode code = absl::StatusCode::kUnavailable);
  /// The next append does not arrive, and the caller cannot know.
  void LoseNextAppend(absl::StatusCode code = absl::StatusCode::kUnavailable);
  /// The next append arrives only at DeliverLate, and the caller cannot know.
  void DelayNextAppend();
  /// What the store said to the delayed append.
  absl::StatusOr<application::AppendedEvents> DeliverLate();
  /// The next append is answered with `status`, nothing is written.
  void RefuseNextAppend(absl::Status status);
  /// Every read fails with `status` until Ok is set.
  void FailReads(absl::Status status);
  /// The log stops saying where a stream's head is, as one behind a network.
  void HideHeads() { hides_heads_ = true; }

  int appends() const { return appends_; }
  int reads() const { return reads_; }
  /// Where the last read began.
  std::uint64_t last_read_from() const { return last_read_from_; }

  absl::Status Read(const application::CallContext& call, const domain::OrderId& order,
                    std::uint64_t from, application::OrderEventVisitor visit) override;
  absl::Status ReadStream(const application::CallContext& call, const domain::OrderId& order,
                          std::uint64_t from, application::OrderStreamVisitor visit) override;
  void StartAppend(const application::CallContext& call, const domain::OrderId& order,
                   std::optional<std::uint64_t> after, const domain::OrderEvents& events,
                   const application::EventMetadata& metadata,
                   application::AppendDone done) override;
  bool IsKnownHead(const domain::OrderId& order, std::optional<std::uint64_t> revision) override;
  application::StoreIdentity identity() const override { return store_.identity(); }

 private:
  enum class Fault { kNone, kLoseAnswer, kLoseAppend, kDelay, kRefuse };

  void Set(Fault fault, absl::Status status);

  application::OrderStore& store_;
  std::mutex mutex_;
  Fault fault_ = Fault::kNone;
  absl::Status fault_status_;
  absl::Status read_status_;
  std::function<void()> hook_;
  std::function<absl::StatusOr<application::AppendedEvents>()> late_;
  std::atomic<bool> hides_heads_{false};
  std::atomic<int> appends_{0};
  std::atomic<int> reads_{0};
  std::atomic<std::uint64_t> last_read_from_{0};
};

}  // namespace orders::testing_support
