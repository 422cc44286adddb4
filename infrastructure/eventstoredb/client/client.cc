#include "eventstoredb/client.h"

#include <algorithm>
#include <utility>

#include "eventstoredb/system_names.h"
#include "infrastructure/eventstoredb/client/append_operation.h"
#include "infrastructure/eventstoredb/client/blocking.h"
#include "infrastructure/eventstoredb/client/client_core.h"
#include "infrastructure/eventstoredb/client/client_subscription_impl.h"
#include "infrastructure/eventstoredb/client/delete_operation.h"
#include "infrastructure/eventstoredb/client/event_reader_impl.h"
#include "infrastructure/eventstoredb/client/messages.h"
#include "infrastructure/eventstoredb/client/random_uuid.h"

namespace eventstoredb {

using namespace client;  // NOLINT: the parts that this one is made of.

namespace {

constexpr std::uint64_t kRevisionMax = INT64_MAX;

absl::Status CheckTarget(const std::string& stream, const ExpectedRevision& expected) {
  if (stream.empty()) return absl::InvalidArgumentError("the stream has no name");
  if (expected.kind() == ExpectedRevision::Kind::kExact && expected.revision() > kRevisionMax) {
    return absl::InvalidArgumentError("an expected revision is at most 2^63 - 1");
  }
  return absl::OkStatus();
}

absl::Status Check(const AppendRequest& request) {
  if (absl::Status target = CheckTarget(request.stream, request.expected); !target.ok()) {
    return target;
  }
  const bool all_typed =
      std::all_of(request.events.begin(), request.events.end(),
                  [](const ProposedEvent& event) { return !event.type.empty(); });
  return all_typed ? absl::OkStatus() : absl::InvalidArgumentError("an event has no type");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  if (absl::Status valid = Validate(options); !valid.ok()) return valid;
  absl::StatusOr<ChannelFactory> channels = ChannelFactory::Create(options);
  if (!channels.ok()) return channels.status();
  if (options.connection_name.empty()) options.connection_name = RandomUuid().ToString();
  return std::unique_ptr<Client>(
      new Client(std::make_shared<ClientCore>(std::move(options), *std::move(channels))));
}

Client::Client(std::shared_ptr<ClientCore> core) : core_(std::move(core)) {}

ConnectionState Client::connection_state() const { return core_->connector->state(); }

ClientStatistics Client::statistics() const {
  const Connector::Counts connections = core_->connector->counts();
  return {.connections = connections.made,
          .connections_failed = connections.failed,
          .write_retries = core_->write_retries.load(std::memory_order_relaxed),
          .read_retries = core_->read_retries.load(std::memory_order_relaxed),
          .subscription_resumes = core_->subscription_resumes.load(std::memory_order_relaxed),
          .calls_in_flight = core_->calls.size(),
          .writes_in_flight = core_->writes.count()};
}

Client::~Client() {
  for (const std::shared_ptr<Expirable>& write : core_->deadlines->TakeAll()) write->Abandon();
  core_->calls.Close();
  core_->batches.Close();
  core_->connector->Close();
}

void Client::StartAppend(AppendRequest request, AppendCallback done, CallOptions options) {
  if (absl::Status valid = Check(request); !valid.ok()) return done(valid);
  for (ProposedEvent& event : request.events) {
    if (event.id.IsZero()) event.id = RandomUuid();
  }
  request.deadline = core_->DeadlineOr(request.deadline);
  std::make_shared<AppendOperation>(core_, std::move(request), std::move(options), std::move(done))
      ->Start();
}

absl::StatusOr<AppendResult> Client::Append(AppendRequest request, CallOptions options) {
  return Await<AppendResult>([&](AppendCallback done) {
    StartAppend(std::move(request), std::move(done), std::move(options));
  });
}

void Client::StartDelete(DeleteRequest request, DeleteCallback done) {
  StartDelete(std::move(request), std::move(done), {});
}

void Client::StartDelete(DeleteRequest request, DeleteCallback done, CallOptions options) {
  absl::Status valid = CheckTarget(request.stream, request.expected);
  if (!valid.ok()) return done(std::move(valid));
  request.deadline = core_->DeadlineOr(request.deadline);
  std::make_shared<DeleteOperation>(core_, std::move(request), std::move(options), std::move(done))
      ->Start();
}

absl::StatusOr<DeleteResult> Client::Delete(DeleteRequest request, CallOptions options) {
  return Await<DeleteResult>([&](DeleteCallback done) {
    StartDelete(std::move(request), std::move(done), std::move(options));
  });
}

std::unique_ptr<EventReader> Client::ReadStream(ReadStreamRequest request, ReadOptions options) {
  return std::make_unique<EventReader>(std::make_unique<EventReader::Impl>(
      core_, ToRead(request, options), options.call, request.deadline));
}

std::unique_ptr<EventReader> Client::ReadAll(ReadAllRequest request, ReadOptions options) {
  return std::make_unique<EventReader>(std::make_unique<EventReader::Impl>(
      core_, ToRead(request, options), options.call, request.deadline));
}

absl::StatusOr<std::unique_ptr<ClientSubscription>> Client::Subscribe(SubscribeRequest request,
                                                                      SubscribeOptions options) {
  if (absl::StatusOr<ReadCall::Request> valid = ToSubscribe(request, options); !valid.ok()) {
    return valid.status();
  }
  if (request.from_end) {
    if (absl::Status found = FindEnd(request, options); !found.ok()) return found;
  }
  return std::make_unique<ClientSubscription>(
      std::make_unique<ClientSubscription::Impl>(core_, std::move(request), std::move(options)));
}

absl::Status Client::FindEnd(SubscribeRequest& request, const SubscribeOptions& options) {
  const ReadOptions read{.search_window = options.search_window, .call = options.call};
  const absl::Time deadline = core_->DeadlineOr(absl::InfiniteFuture());
  const auto last_of = [](EventReader& reader) -> absl::StatusOr<std::optional<ResolvedEvent>> {
    absl::StatusOr<std::optional<ResolvedEvent>> last = reader.Next();
    if (absl::IsNotFound(last.status())) return std::nullopt;
    return last;
  };
  absl::StatusOr<std::optional<ResolvedEvent>> last;
  if (request.stream.has_value()) {
    last = last_of(*ReadStream({.stream = *request.stream,
                                .direction = Direction::kBackwards,
                                .count_max = 1,
                                .deadline = deadline},
                               read));
  } else {
    // The last one that passes: 23.10 may skip an event when it starts at one that does not.
    last = last_of(*ReadAll({.direction = Direction::kBackwards,
                             .filter = request.filter,
                             .count_max = 1,
                             .deadline = deadline},
                            read));
  }
  if (!last.ok()) return last.status();
  if (!last->has_value()) return absl::OkStatus();  // The end is the start.
  request.from_end = false;
  if (request.stream.has_value()) {
    request.after_revision = (*last)->Original().revision;
  } else {
    request.after_position = (*last)->Original().position;
  }
  return absl::OkStatus();
}

absl::StatusOr<StreamMetadataResult> Client::GetStreamMetadata(const std::string& stream,
                                                               CallOptions options) {
  absl::StatusOr<std::optional<ResolvedEvent>> last =
      ReadStream({.stream = MetastreamOf(stream),
                  .direction = Direction::kBackwards,
                  .count_max = 1,
                  .deadline = core_->DeadlineOr(absl::InfiniteFuture())},
                 {.call = std::move(options)})
          ->Next();
  if (absl::IsNotFound(last.status()) || (last.ok() && !last->has_value())) {
    return StreamMetadataResult{};
  }
  if (!last.ok()) return last.status();
  const RecordedEvent& event = (*last)->Original();
  absl::StatusOr<StreamMetadata> metadata = DecodeStreamMetadata(event.data);
  if (!metadata.ok()) return metadata.status();
  return StreamMetadataResult{*std::move(metadata), event.revision};
}

absl::StatusOr<AppendResult> Client::SetStreamMetadata(const std::string& stream,
                                                       const StreamMetadata& metadata,
                                                       ExpectedRevision expected,
                                                       CallOptions options) {
  if (stream.empty()) return absl::InvalidArgumentError("the stream has no name");
  absl::StatusOr<std::string> json = EncodeStreamMetadata(metadata);
  if (!json.ok()) return json.status();
  ProposedEvent event;
  event.type = std::string(kMetadataType);
  event.data = *std::move(json);
  AppendRequest request{.stream = MetastreamOf(stream), .expected = expected};
  request.events.push_back(std::move(event));
  return Append(std::move(request), std::move(options));
}

}  // namespace eventstoredb
