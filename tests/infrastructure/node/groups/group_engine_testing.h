#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infrastructure/node/groups/group_engine.h"

namespace eventstoredb::engine_testing {

inline constexpr WireGroupSettings kSettings{.max_retry_count = 10,
                                             .min_checkpoint_count = 10,
                                             .max_checkpoint_count = 1'000,
                                             .live_buffer_size = 500,
                                             .read_batch_size = 20,
                                             .history_buffer_size = 500,
                                             .message_timeout_ms = 30'000,
                                             .checkpoint_after_ms = 2'000,
                                             .strategy = GroupStrategy::kRoundRobin};

inline Uuid Id(std::uint64_t number) {
  Uuid id;
  id.bytes[0] = 1;
  id.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

/// Who got what: consumer, revision, retry count.
struct Got {
  ConsumerId consumer;
  std::uint64_t revision;
  std::int32_t retry_count;
  bool operator==(const Got&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Got& got) {
    return out << got.consumer << ":" << got.revision << "/" << got.retry_count;
  }
};

class AGroup : public ::testing::Test {
 protected:
  void Make(const WireGroupSettings& settings, std::optional<std::uint64_t> checkpoint = {}) {
    engine_.emplace(settings, checkpoint, now_);
    engine_->SetLive(true);
  }
  void SetUp() override { Make(kSettings); }

  static SourceEvent Event(std::uint64_t place, std::uint64_t pin = 0, std::size_t bytes = 2) {
    RecordedEvent event{.stream = "s", .revision = place, .id = Id(place)};
    event.data = std::string(bytes, 'x');
    return {.event = std::make_shared<ResolvedEvent>(ResolvedEvent{.event = event}),
            .place = place,
            .pin = pin};
  }
  /// `count` events from `first` on.
  void Push(std::uint64_t first, std::uint64_t count = 1) {
    for (std::uint64_t i = first; i < first + count; ++i) engine().Push(Event(i));
  }
  void Connect(ConsumerId id, std::int32_t window = 10) {
    ASSERT_TRUE(engine().Connect(id, {.window = window}, now_).ok());
  }
  std::vector<Got> Dispatched() {
    std::vector<Got> got;
    for (const GroupDelivery& delivery : engine().Dispatch(now_)) {
      got.push_back({delivery.consumer, delivery.event->Original().revision, delivery.retry_count});
    }
    return got;
  }
  void Ack(std::uint64_t place) { engine().Ack({Id(place)}, now_); }
  void Nack(std::uint64_t place, NackAction action, const std::string& reason = "") {
    engine().Nack({Id(place)}, action, reason, now_);
  }
  void Pass(absl::Duration time) { now_ += time; }
  /// Places of what is to be parked; it is written.
  std::vector<std::uint64_t> Parked(bool is_written = true) {
    std::vector<std::uint64_t> places;
    for (const GroupParking& parking : engine().TakeParking(100)) {
      places.push_back(parking.event->Original().revision);
      engine().ParkDone(parking.ticket, is_written);
    }
    return places;
  }
  std::optional<std::uint64_t> Checkpoint(bool on_timer = false) {
    const auto place = engine().TakeCheckpoint(now_, on_timer);
    if (place.has_value()) engine().CheckpointDone(*place, true, now_);
    return place;
  }
  WireGroupSettings CheckpointedAtEach() {
    WireGroupSettings settings = kSettings;
    settings.max_checkpoint_count = 1;
    return settings;
  }

  GroupEngine& engine() { return *engine_; }
  absl::Time now_ = absl::FromUnixSeconds(1'000);

 private:
  std::optional<GroupEngine> engine_;
};

}  // namespace eventstoredb::engine_testing
