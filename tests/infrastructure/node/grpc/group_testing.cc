#include "tests/infrastructure/node/grpc/group_testing.h"

#include <utility>

#include "absl/time/clock.h"

namespace eventstoredb::testing_support {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);

template <typename Options>
void SetSource(const std::string& stream, Options& options) {
  if (stream.empty()) {
    options.mutable_all();
  } else {
    options.mutable_stream_identifier()->set_stream_name(stream);
  }
}

const std::string& OriginalId(const groups::ReadResp& message) {
  const auto& event = message.event();
  return (event.has_link() ? event.link() : event.event()).id().string();
}

void SetDefaults(groups::CreateReq::Settings& settings) {
  settings.set_max_retry_count(10);
  settings.set_min_checkpoint_count(10);
  settings.set_max_checkpoint_count(1'000);
  settings.set_live_buffer_size(500);
  settings.set_read_batch_size(20);
  settings.set_history_buffer_size(500);
  settings.set_message_timeout_ms(30'000);
  settings.set_checkpoint_after_ms(2'000);
  settings.set_consumer_strategy("RoundRobin");
}

}  // namespace

groups::CreateReq GroupOn(const std::string& stream, const std::string& group) {
  groups::CreateReq request;
  auto& options = *request.mutable_options();
  options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
  options.mutable_stream()->mutable_start();
  options.set_group_name(group);
  SetDefaults(*options.mutable_settings());
  return request;
}

groups::CreateReq GroupOnAll() {
  groups::CreateReq request = GroupOn("s");
  request.mutable_options()->mutable_all()->mutable_start();
  return request;
}

groups::ReadReq ConsumerOptions(const std::string& stream, std::int32_t window) {
  groups::ReadReq request;
  auto& options = *request.mutable_options();
  SetSource(stream, options);
  options.set_group_name("g");
  options.set_buffer_size(window);
  options.mutable_uuid_option()->mutable_string();
  return request;
}

std::vector<std::uint64_t> Revisions(const std::vector<groups::ReadResp>& messages) {
  std::vector<std::uint64_t> revisions;
  for (const groups::ReadResp& message : messages) {
    if (message.has_event()) revisions.push_back(message.event().event().stream_revision());
  }
  return revisions;
}

Ended GroupTest::Create(const groups::CreateReq& request) {
  grpc::ClientContext context;
  SetPatience(context);
  groups::CreateResp response;
  return EndOf(Stub()->Create(&context, request, &response), context);
}

Ended GroupTest::Update(const groups::CreateReq& request) {
  // The same fields have the same numbers; what Update does not know it does not read.
  groups::UpdateReq update;
  update.ParseFromString(request.SerializeAsString());
  grpc::ClientContext context;
  SetPatience(context);
  groups::UpdateResp response;
  return EndOf(Stub()->Update(&context, update, &response), context);
}

Ended GroupTest::Delete(const std::string& stream, const std::string& group) {
  groups::DeleteReq request;
  SetSource(stream, *request.mutable_options());
  request.mutable_options()->set_group_name(group);
  grpc::ClientContext context;
  SetPatience(context);
  groups::DeleteResp response;
  return EndOf(Stub()->Delete(&context, request, &response), context);
}

GroupTest::InfoAnswer GroupTest::Info(const std::string& stream, const std::string& group) {
  groups::GetInfoReq request;
  SetSource(stream, *request.mutable_options());
  request.mutable_options()->set_group_name(group);
  grpc::ClientContext context;
  SetPatience(context);
  groups::GetInfoResp response;
  const Ended end = EndOf(Stub()->GetInfo(&context, request, &response), context);
  return {end, response.subscription_info()};
}

Ended GroupTest::Replay(const std::string& stream, std::optional<std::int64_t> stop_at) {
  groups::ReplayParkedReq request;
  auto& options = *request.mutable_options();
  SetSource(stream, options);
  options.set_group_name("g");
  options.mutable_no_limit();
  if (stop_at.has_value()) options.set_stop_at(*stop_at);
  grpc::ClientContext context;
  SetPatience(context);
  groups::ReplayParkedResp response;
  return EndOf(Stub()->ReplayParked(&context, request, &response), context);
}

GroupTest::ListAnswer GroupTest::ListAll() {
  groups::ListReq request;
  request.mutable_options()->mutable_list_all_subscriptions();
  grpc::ClientContext context;
  SetPatience(context);
  ListAnswer answer;
  answer.end = EndOf(Stub()->List(&context, request, &answer.response), context);
  return answer;
}

GroupTest::ListAnswer GroupTest::ListOf(const std::string& stream) {
  groups::ListReq request;
  auto& source = *request.mutable_options()->mutable_list_for_stream();
  if (stream.empty()) {
    source.mutable_all();
  } else {
    source.mutable_stream()->set_stream_name(stream);
  }
  grpc::ClientContext context;
  SetPatience(context);
  ListAnswer answer;
  answer.end = EndOf(Stub()->List(&context, request, &answer.response), context);
  return answer;
}

Ended GroupTest::Restart() {
  grpc::ClientContext context;
  SetPatience(context);
  event_store::client::Empty response;
  return EndOf(Stub()->RestartSubsystem(&context, {}, &response), context);
}

Ended GroupTest::ConsumeWith(const std::vector<groups::ReadReq>& messages) {
  grpc::ClientContext context;
  SetPatience(context);
  const auto stub = Stub();
  const auto call = stub->Read(&context);
  for (const groups::ReadReq& message : messages) call->Write(message);
  call->WritesDone();
  groups::ReadResp answer;
  while (call->Read(&answer)) {
  }
  return EndOf(call->Finish(), context);
}

Consumer::Consumer(GroupTest& test, const std::string& stream, std::int32_t window)
    : stub_(test.Stub()) {
  SetPatience(context_);
  call_ = stub_->Read(&context_);
  call_->Write(ConsumerOptions(stream, window));
  reader_ = std::thread([this] {
    groups::ReadResp message;
    while (call_->Read(&message)) {
      absl::MutexLock lock(&mutex_);
      messages_.push_back(std::move(message));
    }
    absl::MutexLock lock(&mutex_);
    has_ended_ = true;
  });
}

Consumer::~Consumer() {
  context_.TryCancel();
  if (reader_.joinable()) reader_.join();
}

std::vector<groups::ReadResp> Consumer::Take(std::size_t count) {
  absl::MutexLock lock(&mutex_);
  const auto has_come = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return has_ended_ || messages_.size() - next_ >= count;
  };
  mutex_.AwaitWithTimeout(absl::Condition(&has_come), kPatience);
  const std::size_t end = std::min(messages_.size(), next_ + count);
  std::vector<groups::ReadResp> taken(messages_.begin() + static_cast<std::ptrdiff_t>(next_),
                                      messages_.begin() + static_cast<std::ptrdiff_t>(end));
  next_ = end;
  return taken;
}

std::vector<groups::ReadResp> Consumer::TakeWithin(absl::Duration time) {
  absl::SleepFor(time);
  absl::MutexLock lock(&mutex_);
  std::vector<groups::ReadResp> taken(messages_.begin() + static_cast<std::ptrdiff_t>(next_),
                                      messages_.end());
  next_ = messages_.size();
  return taken;
}

std::size_t Consumer::taken() {
  absl::MutexLock lock(&mutex_);
  return messages_.size();
}

void Consumer::Ack(const groups::ReadResp& message) { AckId(OriginalId(message)); }

void Consumer::AckId(const std::string& id) {
  groups::ReadReq request;
  request.mutable_ack()->add_ids()->set_string(id);
  call_->Write(request);
}

void Consumer::Nack(const groups::ReadResp& message, groups::ReadReq::Nack::Action action,
                    const std::string& reason) {
  groups::ReadReq request;
  request.mutable_nack()->add_ids()->set_string(OriginalId(message));
  request.mutable_nack()->set_action(action);
  request.mutable_nack()->set_reason(reason);
  call_->Write(request);
}

Ended Consumer::WaitForEnd() {
  reader_.join();
  return EndOf(call_->Finish(), context_);
}

}  // namespace eventstoredb::testing_support
