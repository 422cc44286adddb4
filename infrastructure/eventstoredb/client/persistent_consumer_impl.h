#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "eventstoredb/persistent_consumer.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/current_call.h"
#include "infrastructure/eventstoredb/client/group_read_call.h"

namespace eventstoredb {

class PersistentConsumer::Impl {
 public:
  static constexpr int kBufferSizeMax = 10'000;

  /// The id and options are valid.
  Impl(std::shared_ptr<client::ClientCore> core, GroupId id, ConsumerOptions options);

  absl::StatusOr<std::optional<GroupEvent>> Next(absl::Time until);
  absl::Status Answer(const GroupEvent& event, const EventAnswer& answer);
  absl::Status Run(Handler handler, const RunBounds& bounds);
  absl::Status Close(absl::Time until);
  void Cancel() { current_.Cancel(); }

  std::uint64_t resumes() const { return resumes_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t repeats() const { return repeats_; }
  std::uint64_t answers_lost() const { return answers_lost_; }

 private:
  /// What has come by `until`; absent: nothing yet, or nothing for the consumer. Errors: the end.
  absl::StatusOr<std::optional<GroupEvent>> Take(absl::Time until);
  absl::StatusOr<std::optional<GroupEvent>> ToEvent(client::GroupReadCall::Response&& message);
  void Open(absl::Time until);
  /// Absent: the call will be opened anew.
  absl::StatusOr<std::optional<GroupEvent>> OnBroken(const absl::Status& error);
  absl::Status End(absl::Status status);

  const std::shared_ptr<client::ClientCore> core_;
  const GroupId id_;
  const ConsumerOptions options_;
  client::CurrentCall<client::GroupReadCall> current_;
  std::atomic<bool> is_stopped_{false};
  std::atomic<std::uint64_t> resumes_{0};
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> repeats_{0};
  std::atomic<std::uint64_t> answers_lost_{0};

  // The consumer's.
  std::uint64_t calls_ = 0;
  bool was_confirmed_ = false;  ///< At any time; then a confirmation is of a resumed one.
  bool is_confirmed_ = false;   ///< Of the call that is open.
  absl::Time confirmed_by_;     ///< When the call that is open must be confirmed.
  absl::Time confirmed_at_;
  int attempts_ = 0;  ///< Since the last event.
  absl::Time open_at_ = absl::InfinitePast();
  std::optional<absl::Status> end_;
};

}  // namespace eventstoredb
