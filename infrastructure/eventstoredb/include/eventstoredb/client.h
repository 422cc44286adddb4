#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "eventstoredb/call_options.h"
#include "eventstoredb/client_options.h"
#include "eventstoredb/client_statistics.h"
#include "eventstoredb/client_subscription.h"
#include "eventstoredb/connection_state.h"
#include "eventstoredb/errors.h"
#include "eventstoredb/event_reader.h"
#include "eventstoredb/event_store.h"
#include "eventstoredb/operations.h"
#include "eventstoredb/persistent_consumer.h"
#include "eventstoredb/persistent_subscriptions.h"
#include "eventstoredb/projections.h"
#include "eventstoredb/stream_metadata.h"
#include "eventstoredb/types.h"
#include "eventstoredb/users.h"

namespace eventstoredb {

namespace client {
class ClientCore;

}  // namespace client

struct ReadOptions {
  bool resolve_links = false;
  /// With a filter: how many events the server looks at for each page. Absent: as it likes (32).
  std::optional<std::uint32_t> search_window;  ///< At least 1.
  CallOptions call;
};

struct SubscribeOptions {
  std::optional<std::uint32_t> search_window;  ///< As in ReadOptions.
  ResumePolicy resume;
  CallOptions call;
};

struct StreamMetadataResult {
  StreamMetadata metadata;
  /// Of the metadata's own stream, to expect when it is set; absent: there is no metadata yet.
  std::optional<std::uint64_t> revision;
};

/// A client of EventStoreDB and KurrentDB over gRPC: streams, catch-up subscriptions and groups of
/// competing consumers (persistent subscriptions); what only looks after a server is grouped in
/// `projections`, `users` and `operations`.
/// Thread-safe; one for a program is enough. Owns one connection at a time, made by the first call
/// and made anew after it failed. No exception leaves it. README.md beside the sources tells what
/// is repeated and what is not.
class Client {
 public:
  /// Reads the certificate files, opens no connection: the first call does. Errors:
  /// InvalidArgument, an option out of range or a file that cannot be read.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);
  /// Ends all calls: what waits hears Unavailable or Cancelled, callbacks run before this returns.
  /// Not from a callback.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// What is known without asking; never waits.
  ConnectionState connection_state() const;
  /// Each number is exact, together they are of nearly one moment.
  ClientStatistics statistics() const;

  /// Appends all events or none. An event without an id gets a random one (version 4). Without a
  /// deadline the client's default one holds. Errors: InvalidArgument, a name, type, revision or
  /// size out of range; Aborted with WrongExpectedRevision; FailedPrecondition, the stream is
  /// deleted; PermissionDenied, Unauthenticated; ResourceExhausted, too many appends in flight here
  /// or on the server (all of these: nothing written); Unavailable, DeadlineExceeded, Unknown:
  /// outcome unknown, unless GetErrorKind says more.
  void StartAppend(AppendRequest request, AppendCallback done, CallOptions options = {});
  absl::StatusOr<AppendResult> Append(AppendRequest request, CallOptions options = {});

  /// Soft delete or tombstone (protocol section 3.13). Errors: as Append.
  void StartDelete(DeleteRequest request, DeleteCallback done);
  void StartDelete(DeleteRequest request, DeleteCallback done, CallOptions options);
  absl::StatusOr<DeleteResult> Delete(DeleteRequest request, CallOptions options = {});

  /// Never null; what is wrong with the request is the first answer of Next. May outlive the
  /// client, and then answers Cancelled.
  std::unique_ptr<EventReader> ReadStream(ReadStreamRequest request, ReadOptions options = {});
  std::unique_ptr<EventReader> ReadAll(ReadAllRequest request, ReadOptions options = {});

  /// Errors: InvalidArgument, a start of the wrong kind or a bound of 0. All else is told by Next;
  /// but with `request.from_end` the end is looked for at once (backwards, for an event that passes
  /// the filter), by the default deadline and with the errors of EventReader::Next.
  absl::StatusOr<std::unique_ptr<ClientSubscription>> Subscribe(SubscribeRequest request,
                                                                SubscribeOptions options = {});

  /// The stream need not exist. Errors: as EventReader::Next, but a stream without metadata is Ok;
  /// DataLoss, the metadata is not what section 3.12 says.
  absl::StatusOr<StreamMetadataResult> GetStreamMetadata(const std::string& stream,
                                                         CallOptions options = {});
  /// Replaces all metadata. `expected` is about the metadata's own stream. Errors: as Append.
  absl::StatusOr<AppendResult> SetStreamMetadata(
      const std::string& stream, const StreamMetadata& metadata,
      ExpectedRevision expected = ExpectedRevision::Any(), CallOptions options = {});

  /// Groups of competing consumers. Without a deadline the client's default one holds. Errors of
  /// each: InvalidArgument, a field out of range, nothing sent; Unimplemented, the server does not
  /// know the call, or not for all streams; PermissionDenied, Unauthenticated; Internal of
  /// kGroupFailed, with the server's reason, nothing done; Unavailable, DeadlineExceeded, Unknown:
  /// outcome unknown, unless GetErrorKind says more. And AlreadyExists of kGroupExists; the stream
  /// need not exist.
  absl::Status CreateGroup(CreateGroupRequest request, CallOptions options = {});
  /// And NotFound of kGroupNotFound, as the calls below.
  absl::Status UpdateGroup(UpdateGroupRequest request, CallOptions options = {});
  /// Its checkpoint and parked events go too; its consumers end with kSubscriptionDropped.
  absl::Status DeleteGroup(GroupId id, absl::Time deadline = absl::InfiniteFuture(),
                           CallOptions options = {});
  absl::StatusOr<GroupInfo> GetGroupInfo(GroupId id, absl::Time deadline = absl::InfiniteFuture(),
                                         CallOptions options = {});
  /// In the order of their creation within a stream. A stream without groups is NotFound; a server
  /// without groups has an empty list. Also DataLoss: an answer cannot be read.
  absl::StatusOr<std::vector<GroupInfo>> ListGroups(ListGroupsRequest request = {},
                                                    CallOptions options = {});
  /// Has parked events handed out again. Returns at once; asked again meanwhile it does nothing.
  absl::Status ReplayParked(ReplayParkedRequest request, CallOptions options = {});
  /// Restarts all groups of the server; every consumer ends with kSubscriptionDropped.
  absl::Status RestartPersistentSubscriptions(absl::Time deadline = absl::InfiniteFuture(),
                                              CallOptions options = {});

  /// Errors: InvalidArgument, a name or bound out of range. All else is told by Next; nothing is
  /// asked of the server before. May outlive the client, and then answers Cancelled.
  absl::StatusOr<std::unique_ptr<PersistentConsumer>> Consume(GroupId id,
                                                              ConsumerOptions options = {});

  Projections projections() const { return Projections(core_); }
  Users users() const { return Users(core_); }
  Operations operations() const { return Operations(core_); }

 private:
  explicit Client(std::shared_ptr<client::ClientCore> core);
  /// Turns "from the end" into a place, so that a subscription can go on from there.
  absl::Status FindEnd(SubscribeRequest& request, const SubscribeOptions& options);

  const std::shared_ptr<client::ClientCore> core_;
};

}  // namespace eventstoredb
