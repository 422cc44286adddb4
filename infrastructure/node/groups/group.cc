#include "infrastructure/node/groups/group.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/time/clock.h"

#include "eventstoredb/errors.h"
#include "eventstoredb/event_store.h"
#include "eventstoredb/system_names.h"
#include "infrastructure/node/groups/group_records.h"
#include "infrastructure/node/random_uuid.h"

namespace eventstoredb {
namespace {

constexpr std::size_t kBatchMin = 10;       // The original reads at least so many.
constexpr std::size_t kParkBatchMax = 100;  // Written as one append.
constexpr int kPagesPerTurn = 8;            // Then the other groups have theirs.

absl::StatusOr<ProposedEvent> SystemEvent(std::string type, std::string data) {
  const absl::StatusOr<Uuid> id = MakeRandomUuid();
  if (!id.ok()) return id.status();
  return ProposedEvent{.id = *id, .type = std::move(type), .data = std::move(data)};
}

absl::StatusOr<AppendRequest> MetadataAppend(const std::string& stream, std::string json) {
  absl::StatusOr<ProposedEvent> event = SystemEvent(std::string(kMetadataType), std::move(json));
  if (!event.ok()) return event.status();
  AppendRequest request{.stream = MetastreamOf(stream),
                        .deadline = absl::Now() + Group::kWriteTimeout};
  request.events.push_back(*std::move(event));
  return request;
}

}  // namespace

absl::StatusOr<std::optional<StreamPage>> EndOfStream(EmbeddedEventStore& store,
                                                      const std::string& stream) {
  absl::StatusOr<StreamPage> page =
      store.ReadStreamPage({.stream = stream, .direction = Direction::kBackwards, .events_max = 1});
  if (absl::IsNotFound(page.status()) || GetStreamDeleted(page.status()).has_value()) {
    return std::nullopt;
  }
  if (!page.ok()) return page.status();
  return *std::move(page);
}

Group::Group(GroupEnvironment& environment, GroupConfig config)
    : environment_(environment), config_(std::move(config)) {}

Group::~Group() { environment_.held_bytes -= counted_bytes_; }

absl::Status Group::Open() {
  absl::Status status = LoadCheckpoint();
  if (status.ok()) status = LoadParked();
  if (!status.ok()) return status;
  engine_.emplace(config_.settings, checkpoint_, absl::Now());
  return Subscribe();
}

absl::Status Group::LoadCheckpoint() {
  const auto end = EndOfStream(environment_.store, config_.key.CheckpointStream());
  if (!end.ok()) return end.status();
  if (!end->has_value() || (*end)->events.empty()) return absl::OkStatus();
  const absl::StatusOr<std::uint64_t> place =
      DecodeGroupCheckpoint(config_.key, (*end)->events.front().Original().data);
  if (!place.ok()) return place.status();
  checkpoint_ = *place;
  has_checkpoint_stream_ = true;
  return absl::OkStatus();
}

absl::Status Group::LoadParked() {
  const auto end = EndOfStream(environment_.store, config_.key.ParkedStream());
  if (!end.ok()) return end.status();
  given_up_ = end->has_value() ? (*end)->first_available : 0;
  parked_first_ = std::max(given_up_, handed_over_);
  parked_end_ = std::max(parked_first_, end->has_value() ? (*end)->last + 1 : 0);
  return absl::OkStatus();
}

absl::Status Group::Subscribe() {
  SubscribeRequest request{.filter = config_.filter,
                           .resolve_links = config_.settings.resolve_links,
                           .next_bytes_max = environment_.page_bytes_max};
  if (!config_.key.IsAll()) request.stream = config_.key.source;
  std::optional<std::uint64_t> after = engine_->last_pushed();
  if (!after.has_value()) after = checkpoint_;
  if (!after.has_value()) {
    const GroupOrigin& start = config_.start;
    if (start.from_end) {
      after = start.end_place;
    } else if (start.place > 0) {
      after = start.place - 1;
    }
  }
  if (after.has_value() && config_.key.IsAll()) request.after_position = Position{*after, *after};
  if (after.has_value() && !config_.key.IsAll()) request.after_revision = *after;
  absl::StatusOr<std::unique_ptr<Subscription>> source =
      environment_.store.Subscribe(std::move(request));
  // A stream with a tombstone has nothing to give, and never will: the group stays, empty.
  is_tombstoned_ = GetStreamDeleted(source.status()).has_value();
  if (is_tombstoned_) engine_->SetLive(true);
  if (is_tombstoned_) return absl::OkStatus();
  if (!source.ok()) return source.status();
  source_ = *std::move(source);
  is_waiting_ = false;
  return absl::OkStatus();
}

GroupReport Group::Info() {
  LoadParked().IgnoreError();  // Else the counts are those that were loaded last.
  GroupStatistics statistics = engine_->Measure(absl::Now());
  if (given_up_ < handed_over_) statistics.is_replaying = true;
  return {.config = config_,
          .statistics = std::move(statistics),
          .parked_count = static_cast<std::int64_t>(parked_end_ - parked_first_)};
}

absl::Status Group::Connect(ConsumerId id, ConsumerInfo info,
                            std::shared_ptr<GroupReader> consumer) {
  const absl::Status connected = engine_->Connect(id, std::move(info), absl::Now());
  if (connected.ok()) consumers_.emplace(id, std::move(consumer));
  return connected;
}

void Group::Disconnect(ConsumerId id) {
  if (consumers_.erase(id) == 0) return;
  engine_->Disconnect(id);
  Pump();
}

void Group::Ack(const std::vector<Uuid>& ids) {
  engine_->Ack(ids, absl::Now());
  Pump();
}

void Group::Nack(const std::vector<Uuid>& ids, NackAction action, const std::string& reason) {
  engine_->Nack(ids, action, reason, absl::Now());
  Pump();
}

void Group::DropConsumers() {
  for (const auto& [id, consumer] : std::exchange(consumers_, {})) {
    consumer->Drop();
    engine_->Disconnect(id);
  }
}

absl::Status Group::ReplayParked(std::optional<std::uint64_t> stop_at) {
  if (engine_->is_replaying()) return absl::OkStatus();
  if (absl::Status loaded = LoadParked(); !loaded.ok()) return loaded;
  replay_next_ = parked_first_;
  replay_end_ = std::min(parked_end_, stop_at.value_or(UINT64_MAX));
  if (replay_next_ >= replay_end_) return absl::OkStatus();
  engine_->SetReplaying(true);
  Pump();
  return absl::OkStatus();
}

void Group::Pump() {
  int pages = 0;
  for (bool has_read = true; has_read && pages < kPagesPerTurn; ++pages) {
    Send();
    // Both: a replay must not hold up the source, nor the source a replay.
    has_read = FillFromParked();
    if (FillFromSource()) has_read = true;
  }
  Send();
  WriteParked();
  GiveUpReplayed();
  WriteCheckpoint(false);
  CountBytes();
  if (pages < kPagesPerTurn || std::exchange(is_posted_, true)) return;
  environment_.executor->Post([weak = weak_from_this()] {
    const std::shared_ptr<Group> self = weak.lock();
    if (self == nullptr) return;
    self->is_posted_ = false;
    self->Pump();
  });
}

void Group::Tick() {
  engine_->Tick(absl::Now());
  WriteCheckpoint(true);
  if (source_ == nullptr && !is_tombstoned_) {
    // It fails again, or it does not: the log may be readable behind what it could not read.
    Subscribe().IgnoreError();
  }
  Pump();
}

bool Group::MayRead() const {
  return engine_->held_bytes() == 0 || environment_.held_bytes < environment_.bytes_max;
}

bool Group::FillFromSource() {
  const std::size_t wanted = engine_->Wanted();
  if (wanted == 0 && !is_waiting_ && source_ != nullptr) engine_->SetLive(false);
  if (wanted == 0 || is_waiting_ || source_ == nullptr || !MayRead()) return false;
  const std::int32_t batch = config_.settings.read_batch_size;
  const std::size_t batch_max =
      std::max(kBatchMin, batch < 0 ? 0 : static_cast<std::size_t>(batch));
  std::vector<SubscriptionMessage> messages;
  const absl::Status status =
      source_->Next(std::min(wanted, batch_max), absl::ZeroDuration(), messages);
  if (!status.ok()) {
    is_tombstoned_ = GetStreamDeleted(status).has_value();
    source_.reset();
    return false;
  }
  for (SubscriptionMessage& message : messages) {
    SourceEvent event;
    if (auto* recorded = std::get_if<RecordedEvent>(&message)) {
      event.event = std::make_shared<ResolvedEvent>(
          ResolvedEvent{.event = std::move(*recorded), .link = std::nullopt});
    } else if (auto* resolved = std::get_if<std::unique_ptr<ResolvedEvent>>(&message)) {
      event.event = std::move(*resolved);
    } else {
      continue;
    }
    const RecordedEvent& original = event.event->Original();
    event.place = config_.key.IsAll() ? original.position.commit : original.revision;
    event.pin = PinOf(*event.event, config_.settings.strategy);
    engine_->Push(std::move(event));
  }
  CountBytes();
  if (!messages.empty()) return true;
  engine_->SetLive(true);
  WaitForSource();
  return false;
}

void Group::WaitForSource() {
  is_waiting_ = true;
  source_->WhenReady([weak = weak_from_this(), executor = environment_.executor] {
    executor->Post([weak] {
      const std::shared_ptr<Group> self = weak.lock();
      if (self == nullptr) return;
      self->is_waiting_ = false;
      self->Pump();
    });
  });
}

bool Group::FillFromParked() {
  if (!engine_->is_replaying()) return false;
  if (replay_next_ >= replay_end_) EndReplay();
  const std::size_t wanted = engine_->ReplayWanted();
  if (!engine_->is_replaying() || wanted == 0 || !MayRead()) return false;
  absl::StatusOr<StreamPage> page = environment_.store.ReadStreamPage(
      {.stream = config_.key.ParkedStream(),
       .from = replay_next_,
       .events_max =
           static_cast<std::size_t>(std::min<std::uint64_t>(wanted, replay_end_ - replay_next_)),
       .bytes_max = environment_.page_bytes_max,
       .resolve_links = true});
  if (absl::IsNotFound(page.status())) {
    replay_next_ = replay_end_;
    return true;
  }
  if (!page.ok()) return false;  // Asked again by the next tick.
  for (ResolvedEvent& entry : page->events) {
    SourceEvent event{.event = std::make_shared<ResolvedEvent>(std::move(entry))};
    event.place = event.event->Original().revision;
    if (event.place >= replay_end_) break;
    event.pin = PinOf(*event.event, config_.settings.strategy);
    engine_->PushReplayed(std::move(event));
  }
  CountBytes();
  replay_next_ = page->next;
  return true;
}

void Group::EndReplay() {
  handed_over_ = std::max(handed_over_, replay_end_);
  parked_first_ = std::max(parked_first_, handed_over_);
  engine_->SetReplaying(false);
}

// The original does this when the last entry is handed over: what its consumers have not answered
// when it ends is then nowhere any more.
void Group::GiveUpReplayed() {
  if (given_up_ >= handed_over_ || engine_->replayed_held() > 0) return;
  if (!LoadParked().ok() || given_up_ >= handed_over_) return;  // Others were further.
  const absl::StatusOr<AppendRequest> request =
      MetadataAppend(config_.key.ParkedStream(), ParkedStreamMetadata(handed_over_));
  if (!request.ok() || !environment_.store.Append(*request).ok()) return;  // The next tick's.
  given_up_ = handed_over_;
}

void Group::Send() {
  for (GroupDelivery& delivery : engine_->Dispatch(absl::Now())) {
    const auto consumer = consumers_.find(delivery.consumer);
    if (consumer != consumers_.end()) consumer->second->Deliver(std::move(delivery));
  }
}

void Group::WriteParked() {
  if (is_parking_) return;
  const std::vector<GroupParking> batch = engine_->TakeParking(kParkBatchMax);
  if (batch.empty()) return;
  const absl::Time now = absl::Now();
  AppendRequest request{.stream = config_.key.ParkedStream(), .deadline = now + kWriteTimeout};
  std::vector<std::uint64_t> tickets;
  for (const GroupParking& parking : batch) {
    const absl::StatusOr<Uuid> id = MakeRandomUuid();
    if (!id.ok()) {
      engine_->ParkDone(parking.ticket, false);
      continue;
    }
    tickets.push_back(parking.ticket);
    request.events.push_back({.id = *id,
                              .type = std::string(kLinkType),
                              .is_json = false,
                              .data = ParkedLink(*parking.event),
                              .metadata = ParkedMetadata(parking, now)});
  }
  if (tickets.empty()) return;
  is_parking_ = true;
  environment_.store.StartAppend(
      std::move(request), [weak = weak_from_this(), executor = environment_.executor,
                           tickets = std::move(tickets)](absl::StatusOr<AppendResult> result) {
        executor->Post([weak, tickets, result = std::move(result)] {
          const std::shared_ptr<Group> self = weak.lock();
          if (self == nullptr) return;
          self->is_parking_ = false;
          const bool is_written = result.ok() && result->revision.has_value();
          if (is_written) {
            const std::uint64_t end = *result->revision + 1;
            const bool was_empty = self->parked_first_ >= self->parked_end_;
            if (was_empty) self->parked_first_ = end - tickets.size();
            self->parked_end_ = std::max(self->parked_end_, end);
          }
          for (const std::uint64_t ticket : tickets) self->engine_->ParkDone(ticket, is_written);
          self->Pump();
        });
      });
}

void Group::WriteCheckpoint(bool on_timer) {
  const std::optional<std::uint64_t> place = engine_->TakeCheckpoint(absl::Now(), on_timer);
  if (!place.has_value()) return;
  absl::StatusOr<ProposedEvent> event =
      SystemEvent(kGroupCheckpointType, EncodeGroupCheckpoint(config_.key, *place));
  if (!event.ok()) return engine_->CheckpointDone(*place, false, absl::Now());
  const std::string stream = config_.key.CheckpointStream();
  if (!std::exchange(has_checkpoint_stream_, true)) {
    absl::StatusOr<AppendRequest> metadata = MetadataAppend(stream, CheckpointStreamMetadata());
    if (metadata.ok()) environment_.store.StartAppend(*std::move(metadata), [](const auto&) {});
  }
  AppendRequest request{.stream = stream, .deadline = absl::Now() + kWriteTimeout};
  request.events.push_back(*std::move(event));
  environment_.store.StartAppend(
      std::move(request), [weak = weak_from_this(), executor = environment_.executor,
                           place = *place](const absl::StatusOr<AppendResult>& result) {
        executor->Post([weak, place, is_written = result.ok()] {
          const std::shared_ptr<Group> self = weak.lock();
          if (self != nullptr) self->engine_->CheckpointDone(place, is_written, absl::Now());
        });
      });
}

void Group::CountBytes() {
  environment_.held_bytes += engine_->held_bytes();
  environment_.held_bytes -= std::exchange(counted_bytes_, engine_->held_bytes());
}

}  // namespace eventstoredb
