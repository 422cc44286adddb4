#include "infrastructure/node/groups/subscription_groups.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

#include "eventstoredb/errors.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/groups/group_records.h"
#include "infrastructure/node/random_uuid.h"

namespace eventstoredb {
namespace {

absl::Status NotFound(const std::string& source, const std::string& group) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("there is no group ", group, " on ", source),
                   {.kind = ErrorKind::kGroupNotFound, .stream = source, .group = group});
}
absl::Status NotFound(const GroupKey& key) { return NotFound(key.source, key.group); }

absl::Status Failed(const GroupKey& key, const std::string& reason) {
  return MakeError(absl::StatusCode::kInternal,
                   absl::StrCat("group ", key.group, " on ", key.source, ": ", reason),
                   {.kind = ErrorKind::kGroupFailed,
                    .stream = key.source,
                    .group = key.group,
                    .reason = reason});
}

absl::Status CheckSettings(const GroupConfig& config) {
  if (config.settings.read_batch_size < config.settings.history_buffer_size) {
    return absl::OkStatus();
  }
  // The original's words, which clients may know.
  return Failed(config.key,
                "Specified argument was out of the range of valid values. (Parameter "
                "'ReadBatchSize may not be greater than or equal to BufferSize')");
}

}  // namespace

SubscriptionGroups::SubscriptionGroups(EmbeddedEventStore& store, Options options)
    : options_(options),
      environment_{.store = store,
                   .executor = executor_,
                   .bytes_max = options.bytes_max,
                   .page_bytes_max = options.page_bytes_max} {
  executor_->Start([this] {
    for (const std::shared_ptr<Group>& group : groups_) group->Tick();
  });
  executor_->Post([this] { Ready().IgnoreError(); });
}

SubscriptionGroups::~SubscriptionGroups() { Stop(); }

void SubscriptionGroups::Stop() {
  executor_->Stop();
  groups_.clear();
}

absl::Status SubscriptionGroups::Ready() {
  if (is_loaded_) return absl::OkStatus();
  const absl::Status loaded = Load();
  is_loaded_ = loaded.ok();
  if (!loaded.ok()) groups_.clear();
  return loaded;
}

absl::Status SubscriptionGroups::Load() {
  const absl::StatusOr<StreamPage> page = environment_.store.ReadStreamPage(
      {.stream = kGroupConfigStream, .direction = Direction::kBackwards, .events_max = 1});
  if (absl::IsNotFound(page.status())) return absl::OkStatus();
  if (!page.ok()) return page.status();
  if (page->events.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<GroupConfig>> configs =
      DecodeGroupConfigs(page->events.front().Original().data);
  if (!configs.ok()) return configs.status();
  for (GroupConfig& config : *configs) {
    absl::StatusOr<std::shared_ptr<Group>> group = Open(std::move(config));
    if (!group.ok()) return group.status();
    groups_.push_back(*std::move(group));
  }
  for (const std::shared_ptr<Group>& group : groups_) group->Pump();
  return absl::OkStatus();
}

SubscriptionGroups::Groups::iterator SubscriptionGroups::Find(const GroupKey& key) {
  return std::find_if(groups_.begin(), groups_.end(),
                      [&key](const auto& group) { return group->config().key == key; });
}

absl::StatusOr<std::shared_ptr<Group>> SubscriptionGroups::Open(GroupConfig config) {
  auto group = std::make_shared<Group>(environment_, std::move(config));
  const absl::Status opened = group->Open();
  if (!opened.ok()) return opened;
  return group;
}

std::vector<GroupConfig> SubscriptionGroups::Configs() const {
  std::vector<GroupConfig> configs;
  for (const auto& group : groups_) configs.push_back(group->config());
  return configs;
}

// Waits for the disk: a group is there when the call is answered, and none is half made.
absl::Status SubscriptionGroups::Keep(const std::vector<GroupConfig>& configs) {
  const absl::Time now = absl::Now();
  const absl::Time deadline = now + Group::kWriteTimeout;
  const absl::StatusOr<Uuid> id = MakeRandomUuid();
  if (!id.ok()) return id.status();
  AppendRequest request{.stream = kGroupConfigStream, .deadline = deadline};
  request.events.push_back(
      {.id = *id, .type = kGroupConfigType, .data = EncodeGroupConfigs(configs, now)});
  const absl::StatusOr<AppendResult> kept = environment_.store.Append(std::move(request));
  if (!kept.ok()) return kept.status();
  if (kept->revision != std::optional<std::uint64_t>(0)) return absl::OkStatus();
  // The first of all: only the last ones count.
  const absl::StatusOr<Uuid> metadata_id = MakeRandomUuid();
  if (!metadata_id.ok()) return absl::OkStatus();
  AppendRequest metadata{.stream = MetastreamOf(kGroupConfigStream), .deadline = deadline};
  metadata.events.push_back(
      {.id = *metadata_id, .type = std::string(kMetadataType), .data = ConfigStreamMetadata()});
  environment_.store.StartAppend(std::move(metadata), [](const auto&) {});
  return absl::OkStatus();
}

absl::Status SubscriptionGroups::ResolveEnd(GroupConfig& config) {
  GroupOrigin& start = config.start;
  const std::uint64_t last = environment_.store.Stats().last_position;
  if (config.key.IsAll()) {
    if (!start.from_end && (start.place > last || start.prepare > start.place)) {
      return absl::InvalidArgumentError("the start position lies behind the log's end");
    }
    if (start.from_end && last > 0) start.end_place = last;
    return absl::OkStatus();
  }
  if (!start.from_end) return absl::OkStatus();
  const auto end = EndOfStream(environment_.store, config.key.source);
  if (!end.ok()) return end.status();
  if (end->has_value()) start.end_place = (*end)->last;
  return absl::OkStatus();
}

absl::Status SubscriptionGroups::CreateNow(GroupConfig config) {
  const GroupKey key = config.key;
  if (Find(key) != groups_.end()) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("there is a group ", key.group, " on ", key.source, " already"),
                     {.kind = ErrorKind::kGroupExists, .stream = key.source, .group = key.group});
  }
  if (groups_.size() >= options_.groups_max) {
    return Failed(key,
                  absl::StrCat("there are ", options_.groups_max, " groups, as many as may be"));
  }
  absl::Status status = CheckSettings(config);
  if (!status.ok()) return status;
  status = ResolveEnd(config);
  if (status.ok()) status = ForgetStreams(key);
  if (!status.ok()) return Failed(key, std::string(status.message()));
  absl::StatusOr<std::shared_ptr<Group>> group = Open(std::move(config));
  if (!group.ok()) return Failed(key, std::string(group.status().message()));
  std::vector<GroupConfig> configs = Configs();
  configs.push_back((*group)->config());
  status = Keep(configs);
  if (!status.ok()) return Failed(key, std::string(status.message()));
  groups_.push_back(*group);
  (*group)->Pump();
  return absl::OkStatus();
}

absl::Status SubscriptionGroups::UpdateNow(GroupConfig config) {
  const GroupKey key = config.key;
  const auto found = Find(key);
  if (found == groups_.end()) return NotFound(key);
  config.filter = (*found)->config().filter;
  absl::Status status = CheckSettings(config);
  if (!status.ok()) return status;
  const GroupOrigin& old_start = (*found)->config().start;
  if (config.start.from_end && old_start.from_end) {
    // Else what was written since then, and is not in a checkpoint yet, would be passed over.
    config.start = old_start;
  } else {
    status = ResolveEnd(config);
  }
  if (!status.ok()) return Failed(key, std::string(status.message()));
  absl::StatusOr<std::shared_ptr<Group>> group = Open(std::move(config));
  if (!group.ok()) return Failed(key, std::string(group.status().message()));
  std::vector<GroupConfig> configs = Configs();
  configs[static_cast<std::size_t>(found - groups_.begin())] = (*group)->config();
  status = Keep(configs);
  if (!status.ok()) return Failed(key, std::string(status.message()));
  (*found)->DropConsumers();
  *found = *group;
  (*group)->Pump();
  return absl::OkStatus();
}

// A group that is made must not find the place of an earlier one of its name: it would skip what
// lies before. Most have none; to delete what is not there would leave its metadata behind.
absl::Status SubscriptionGroups::ForgetStreams(const GroupKey& key) {
  for (const std::string& stream : {key.CheckpointStream(), key.ParkedStream()}) {
    const auto end = EndOfStream(environment_.store, stream);
    if (!end.ok()) return end.status();
    if (!end->has_value()) continue;
    const auto deleted = environment_.store.Delete(
        {.stream = stream, .deadline = absl::Now() + Group::kWriteTimeout});
    if (!deleted.ok()) return deleted.status();
  }
  return absl::OkStatus();
}

absl::Status SubscriptionGroups::DeleteNow(const GroupKey& key) {
  const auto found = Find(key);
  if (found == groups_.end()) return NotFound(key);
  std::vector<GroupConfig> configs = Configs();
  configs.erase(configs.begin() + (found - groups_.begin()));
  const absl::Status status = Keep(configs);
  if (!status.ok()) return Failed(key, std::string(status.message()));
  (*found)->DropConsumers();
  groups_.erase(found);
  // It is gone, whatever becomes of these: CreateNow looks again.
  ForgetStreams(key).IgnoreError();
  return absl::OkStatus();
}

absl::Status SubscriptionGroups::ReplayNow(const GroupKey& key,
                                           std::optional<std::int64_t> stop_at) {
  const auto found = Find(key);
  if (found == groups_.end()) return NotFound(key);
  if (stop_at.value_or(0) < 0) {
    return Failed(key, "Cannot stop replaying parked messages at a negative version.");
  }
  std::optional<std::uint64_t> end;
  if (stop_at.has_value()) end = static_cast<std::uint64_t>(*stop_at);
  const absl::Status begun = (*found)->ReplayParked(end);
  return begun.ok() ? begun : Failed(key, std::string(begun.message()));
}

absl::StatusOr<std::vector<GroupReport>> SubscriptionGroups::ListNow(
    const std::optional<std::string>& source) {
  std::vector<GroupReport> infos;
  for (const auto& group : groups_) {
    if (source.has_value() && group->config().key.source != *source) continue;
    infos.push_back(group->Info());
  }
  if (infos.empty() && source.has_value()) return NotFound(*source, "");
  return infos;
}

absl::StatusOr<SubscriptionGroups::Seat> SubscriptionGroups::ConnectNow(
    const GroupKey& key, ConsumerInfo info, std::shared_ptr<GroupReader> consumer) {
  const auto found = Find(key);
  if (found == groups_.end()) return NotFound(key);
  const ConsumerId id = next_consumer_++;
  const absl::Status connected = (*found)->Connect(id, std::move(info), std::move(consumer));
  if (connected.ok()) return Seat{*found, id};
  return MakeError(
      connected.code(), std::string(connected.message()),
      {.kind = ErrorKind::kMaximumSubscribersReached, .stream = key.source, .group = key.group});
}

// What was posted after Stop is dropped: nobody is left to be answered.
void SubscriptionGroups::Create(GroupConfig config, Done done) {
  executor_->Post([this, config = std::move(config), done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    done(ready.ok() ? CreateNow(std::move(config)) : ready);
  });
}

void SubscriptionGroups::Update(GroupConfig config, Done done) {
  executor_->Post([this, config = std::move(config), done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    done(ready.ok() ? UpdateNow(std::move(config)) : ready);
  });
}

void SubscriptionGroups::Delete(GroupKey key, Done done) {
  executor_->Post([this, key = std::move(key), done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    done(ready.ok() ? DeleteNow(key) : ready);
  });
}

void SubscriptionGroups::GetInfo(GroupKey key, InfoDone done) {
  executor_->Post([this, key = std::move(key), done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    if (!ready.ok()) return done(ready);
    const auto found = Find(key);
    if (found == groups_.end()) return done(NotFound(key));
    done((*found)->Info());
  });
}

void SubscriptionGroups::List(std::optional<std::string> source, ListDone done) {
  executor_->Post([this, source = std::move(source), done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    if (!ready.ok()) return done(ready);
    done(ListNow(source));
  });
}

void SubscriptionGroups::ReplayParked(GroupKey key, std::optional<std::int64_t> stop_at,
                                      Done done) {
  executor_->Post([this, key = std::move(key), stop_at, done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    done(ready.ok() ? ReplayNow(key, stop_at) : ready);
  });
}

void SubscriptionGroups::Restart(Done done) {
  executor_->Post([this, done = std::move(done)]() mutable {
    for (const auto& group : groups_) group->DropConsumers();
    groups_.clear();
    is_loaded_ = false;
    done(Ready());
  });
}

void SubscriptionGroups::Connect(GroupKey key, ConsumerInfo info,
                                 std::shared_ptr<GroupReader> consumer, SeatDone done) {
  executor_->Post([this, key = std::move(key), info = std::move(info),
                   consumer = std::move(consumer), done = std::move(done)]() mutable {
    const absl::Status ready = Ready();
    if (!ready.ok()) return done(ready);
    const absl::StatusOr<Seat> seat = ConnectNow(key, std::move(info), std::move(consumer));
    done(seat);
    if (!seat.ok()) return;
    const std::shared_ptr<Group> group = seat->group.lock();
    if (group != nullptr) group->Pump();
  });
}

void SubscriptionGroups::Disconnect(Seat seat) {
  executor_->Post([seat = std::move(seat)] {
    const std::shared_ptr<Group> group = seat.group.lock();
    if (group != nullptr) group->Disconnect(seat.id);
  });
}

void SubscriptionGroups::Ack(Seat seat, std::vector<Uuid> ids, absl::AnyInvocable<void()> done) {
  executor_->Post([seat = std::move(seat), ids = std::move(ids), done = std::move(done)]() mutable {
    const std::shared_ptr<Group> group = seat.group.lock();
    if (group != nullptr) group->Ack(ids);
    done();
  });
}

void SubscriptionGroups::Nack(Seat seat, std::vector<Uuid> ids, NackAction action,
                              std::string reason, absl::AnyInvocable<void()> done) {
  executor_->Post([seat = std::move(seat), ids = std::move(ids), action, reason = std::move(reason),
                   done = std::move(done)]() mutable {
    const std::shared_ptr<Group> group = seat.group.lock();
    if (group != nullptr) group->Nack(ids, action, reason);
    done();
  });
}

}  // namespace eventstoredb
