#include "infrastructure/node/grpc/append_reactor.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/errors.h"
#include "infrastructure/node/grpc/message_mapping.h"
#include "infrastructure/node/grpc/status_mapping.h"

namespace eventstoredb {
namespace {

namespace streams = event_store::client::streams;
using streams::AppendReq;
using streams::AppendResp;

void Write(const AppendResult& result, AppendResp::Success& out) {
  if (result.revision.has_value()) {
    out.set_current_revision(*result.revision);
  } else {
    out.mutable_no_stream();
  }
  if (result.position.has_value()) {
    out.mutable_position()->set_commit_position(result.position->commit);
    out.mutable_position()->set_prepare_position(result.position->prepare);
  } else {
    out.mutable_no_position();
  }
}

/// Both generations of fields (protocol section 3.1); the expectation as the request had it.
void Write(const WrongExpectedRevision& wrong, const AppendReq::Options& expectation,
           AppendResp::WrongExpectedVersion& out) {
  if (wrong.current.has_value()) {
    out.set_current_revision(*wrong.current);
    out.set_current_revision_20_6_0(*wrong.current);
  } else {
    out.mutable_current_no_stream();
    out.mutable_no_stream_20_6_0();
  }
  switch (expectation.expected_stream_revision_case()) {
    case AppendReq::Options::kRevision:
      out.set_expected_revision(expectation.revision());
      out.set_expected_revision_20_6_0(expectation.revision());
      break;
    case AppendReq::Options::kNoStream:
      out.mutable_expected_no_stream();
      out.set_expected_revision_20_6_0(kNoRevision);
      break;
    case AppendReq::Options::kAny:
      out.mutable_expected_any();
      out.mutable_any_20_6_0();
      break;
    case AppendReq::Options::kStreamExists:
      out.mutable_expected_stream_exists();
      out.mutable_stream_exists_20_6_0();
      break;
    case AppendReq::Options::EXPECTED_STREAM_REVISION_NOT_SET:
      break;
  }
}

}  // namespace

AppendReactor* AppendReactor::Start(const std::shared_ptr<NodeState>& state,
                                    grpc::CallbackServerContext& context, AppendResp& response) {
  std::shared_ptr<AppendReactor> reactor(new AppendReactor(state, context, response));
  AppendReactor* const raw = reactor.get();
  state->ticker.Add(reactor);
  raw->self_ = std::move(reactor);
  raw->access_.Check({.what = Demand::What::kPublic},
                     [self = raw->self_](const absl::Status& known) {
                       if (!known.ok()) return self->Fail(known);
                       self->ReadNext();
                     });
  return raw;
}

AppendReactor::AppendReactor(const std::shared_ptr<NodeState>& state,
                             grpc::CallbackServerContext& context, AppendResp& response)
    : state_(state),
      access_(state, context),
      context_(context),
      response_(response),
      held_(state->incoming_bytes),
      received_at_(absl::Now()) {}

void AppendReactor::OnReadDone(bool ok) {
  if (!ok) {
    // Both a half-close and a reset end the reading. gRPC makes a reset known right behind it, in
    // front of the answer to a further read: only then is it certain which one it was.
    if (std::exchange(has_read_end_, true)) return Commit();
    return StartRead(&message_);
  }
  const bool is_options = message_.has_options();
  const absl::Status status = Accept();
  if (!status.ok()) return Fail(status);
  if (!is_options) return ReadNext();
  // Before anything is taken in: whoever may not write is not to fill the memory.
  access_.Check({.what = Demand::What::kWriteStream, .stream = append_.stream},
                [self = self_](const absl::Status& allowed) {
                  if (!allowed.ok()) return self->Fail(allowed);
                  self->ReadNext();
                });
}

void AppendReactor::ReadNext() {
  // Under the mutex: a call that has not ended is one that may still be read.
  absl::MutexLock lock(&mutex_);
  if (has_ended_) return;
  received_at_ = absl::Now();
  StartRead(&message_);
}

absl::Status AppendReactor::Accept() {
  switch (message_.content_case()) {
    case AppendReq::kOptions:
      return AcceptOptions();
    case AppendReq::kProposedMessage:
      return AcceptEvent();
    case AppendReq::CONTENT_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a message has neither options nor an event");
}

absl::Status AppendReactor::AcceptOptions() {
  if (std::exchange(has_options_, true)) {
    return absl::InvalidArgumentError("the options are sent twice");
  }
  AppendReq::Options& options = *message_.mutable_options();
  absl::StatusOr<std::string> stream =
      ToStreamName(options.has_stream_identifier(), options.stream_identifier());
  const absl::StatusOr<ExpectedRevision> expected = ToExpected(options);
  if (!expected.ok()) return expected.status();
  if (!stream.ok()) return stream.status();
  append_.stream = *std::move(stream);
  append_.expected = *expected;
  options.clear_stream_identifier();
  expectation_ = std::move(options);
  return absl::OkStatus();
}

absl::Status AppendReactor::AcceptEvent() {
  if (!has_options_) return absl::InvalidArgumentError("the first message must be the options");
  absl::StatusOr<ProposedEvent> event = TakeEvent(*message_.mutable_proposed_message());
  if (!event.ok()) return event.status();

  const NodeServerOptions& limits = state_->options;
  data_bytes_ += event->data.size();
  if (data_bytes_ > limits.append_bytes_max) {
    return MaximumAppendSizeExceededError(limits.append_bytes_max);
  }
  if (append_.events.size() >= limits.events_per_append_max) {
    return absl::InvalidArgumentError(
        absl::StrCat("an append has at most ", limits.events_per_append_max, " events"));
  }
  const std::size_t bytes = HeldBytes(*event);
  if (held_.taken() + bytes > limits.append_total_bytes_max) {
    return absl::InvalidArgumentError(absl::StrCat(
        "an append holds at most ", limits.append_total_bytes_max, " bytes with its metadata"));
  }
  if (!held_.TryTake(bytes)) {
    return absl::ResourceExhaustedError("too many appends are being received; try again");
  }
  append_.events.push_back(*std::move(event));
  return absl::OkStatus();
}

void AppendReactor::Commit() {
  if (context_.IsCancelled()) return Fail(absl::CancelledError("cancelled before its end"));
  if (!has_options_) return Fail(absl::InvalidArgumentError("the options are missing"));
  if (!access_.is_checked()) return Store();
  access_.Check(WriteDemand(append_), [self = self_](const absl::Status& allowed) {
    if (!allowed.ok()) return self->Fail(allowed);
    self->Store();
  });
}

void AppendReactor::Store() {
  {
    absl::MutexLock lock(&mutex_);
    if (has_ended_) return;
    is_committing_ = true;
  }
  append_.deadline = absl::FromChrono(context_.deadline());
  state_->store.StartAppend(
      AppendRequest(append_.stream, append_.expected, std::move(append_.events), append_.deadline),
      [self = self_](const absl::StatusOr<AppendResult>& result) { self->Answer(result); });
}

void AppendReactor::Answer(const absl::StatusOr<AppendResult>& result) {
  held_.Release();
  {
    absl::MutexLock lock(&mutex_);
    has_ended_ = true;
  }
  if (result.ok()) {
    Write(*result, *response_.mutable_success());
    return Finish(grpc::Status::OK);
  }
  if (const auto wrong = GetWrongExpectedRevision(result.status())) {
    Write(*wrong, expectation_, *response_.mutable_wrong_expected_version());
    return Finish(grpc::Status::OK);
  }
  Finish(ToGrpcStatus(result.status(), append_.stream, context_));
}

void AppendReactor::Fail(const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (is_committing_ || has_ended_) return;
    has_ended_ = true;
  }
  Finish(ToGrpcStatus(status, append_.stream, context_));
}

void AppendReactor::OnCancel() { Fail(absl::CancelledError("the client cancelled")); }

void AppendReactor::OnDone() { self_.reset(); }

void AppendReactor::Tick(absl::Time now, bool is_stopping) {
  (void)is_stopping;  // The server waits for what is being written, and cuts what is not.
  {
    absl::MutexLock lock(&mutex_);
    if (now - received_at_ <= state_->options.append_idle_max) return;
  }
  Fail(absl::DeadlineExceededError(
      absl::StrCat("nothing came for ", absl::FormatDuration(state_->options.append_idle_max),
                   " and the append has no end; nothing was written")));
}

}  // namespace eventstoredb
