#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "eventstoredb/event_reader.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/current_call.h"
#include "infrastructure/eventstoredb/client/read_call.h"

namespace eventstoredb {

class EventReader::Impl {
 public:
  /// `request`: what to read, or why it is refused.
  Impl(std::shared_ptr<client::ClientCore> core, absl::StatusOr<client::ReadCall::Request> request,
       CallOptions options, absl::Time deadline);

  absl::StatusOr<std::optional<ResolvedEvent>> Next();
  void Cancel() { current_.Cancel(); }

 private:
  /// Takes the next messages from the call, and opens it anew as long as nothing came of it.
  absl::Status Fill();
  bool MayOpenAnew(const absl::Status& error) const;
  absl::StatusOr<std::optional<ResolvedEvent>> End(absl::Status status);

  const std::shared_ptr<client::ClientCore> core_;
  const absl::StatusOr<client::ReadCall::Request> request_;
  const CallOptions options_;
  const absl::Time deadline_;
  client::CurrentCall<client::ReadCall> current_;

  // The consumer's.
  client::ReadCall::Responses taken_;
  std::size_t next_ = 0;
  int attempts_ = 0;
  bool has_delivered_ = false;
  std::optional<absl::Status> end_;
};

}  // namespace eventstoredb
