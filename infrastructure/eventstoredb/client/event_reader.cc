#include "eventstoredb/event_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/eventstoredb/client/backoff.h"
#include "infrastructure/eventstoredb/client/event_reader_impl.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/rpc_error.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

EventReader::EventReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventReader::~EventReader() = default;
absl::StatusOr<std::optional<ResolvedEvent>> EventReader::Next() { return impl_->Next(); }
void EventReader::Cancel() { impl_->Cancel(); }

EventReader::Impl::Impl(std::shared_ptr<ClientCore> core, absl::StatusOr<ReadCall::Request> request,
                        CallOptions options, absl::Time deadline)
    : core_(std::move(core)),
      request_(std::move(request)),
      options_(std::move(options)),
      deadline_(deadline) {}

absl::StatusOr<std::optional<ResolvedEvent>> EventReader::Impl::End(absl::Status status) {
  current_.Set(nullptr);
  taken_.clear();
  end_ = std::move(status);
  if (end_->ok()) return std::nullopt;
  return *end_;
}

absl::StatusOr<std::optional<ResolvedEvent>> EventReader::Impl::Next() {
  if (end_.has_value()) return End(*end_);
  if (!request_.ok()) return End(request_.status());
  while (true) {
    if (current_.cancelled().IsSet()) return End(absl::CancelledError("the read was cancelled"));
    if (next_ == taken_.size()) {
      absl::Status filled = Fill();
      if (!filled.ok() || taken_.empty()) return End(std::move(filled));
    }
    ReadCall::Response& message = *taken_[next_++];
    if (message.has_event()) {
      absl::StatusOr<ResolvedEvent> event = ToResolvedEvent(std::move(*message.mutable_event()));
      if (!event.ok()) return End(event.status());
      has_delivered_ = true;
      return std::optional<ResolvedEvent>(*std::move(event));
    }
    if (message.has_stream_not_found()) {
      const std::string& stream = request_->options().stream().stream_identifier().stream_name();
      return End(MakeError(absl::StatusCode::kNotFound,
                           absl::StrCat("stream ", stream, " does not exist"),
                           {.kind = ErrorKind::kStreamNotFound, .stream = stream}));
    }
    // Positions of a stream, and what later servers may add: not asked for.
  }
}

absl::Status EventReader::Impl::Fill() {
  taken_.clear();
  next_ = 0;
  while (true) {
    if (current_.call() == nullptr) {
      if (deadline_ <= absl::Now()) {
        return absl::DeadlineExceededError("the deadline had passed: nothing was read");
      }
      if (++attempts_ > 1) core_->read_retries.fetch_add(1, std::memory_order_relaxed);
      current_.Set(OpenRead(core_, *request_, options_, deadline_));
    }
    switch (current_.call()->Take(deadline_, taken_)) {
      case Taken::kMessages:
        return absl::OkStatus();
      case Taken::kNothing:
        return absl::DeadlineExceededError("the read was not done in time");
      case Taken::kEnded:
        break;
    }
    const absl::Status ended = current_.call()->status();
    if (!MayOpenAnew(ended)) return ended;
    current_.Set(nullptr);
    current_.cancelled().Sleep(std::min(
        deadline_, absl::Now() + RandomBackoff(core_->options.retry.backoff_min,
                                               core_->options.retry.backoff_max, attempts_)));
  }
}

bool EventReader::Impl::MayOpenAnew(const absl::Status& error) const {
  return !error.ok() && !has_delivered_ && attempts_ < core_->options.retry.attempts_max &&
         IsTransient(GetErrorKind(error)) && !current_.cancelled().IsSet();
}

}  // namespace eventstoredb
