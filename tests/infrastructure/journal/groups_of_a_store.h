#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "eventstoredb/client.h"
#include "eventstoredb/client_event_store.h"
#include "eventstoredb/node/embedded_event_store.h"
#include "eventstoredb/node/node_server.h"
#include "infrastructure/journal/store_consumer_groups.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {

/// A node in memory with a stream "s", a client of it, and its groups as the service sees them: by
/// the log itself, or with a wire between.
class GroupsOfAStore : public testing::TestWithParam<bool> {
 protected:
  const application::ConsumerGroupId kBilling{.stream = "s", .group = "billing"};
  const eventstoredb::GroupId kBillingThere{.stream = "s", .group = "billing"};

  GroupsOfAStore()
      : log_(*eventstoredb::EmbeddedEventStore::Open({.in_memory = true})),
        node_(*eventstoredb::NodeServer::Start({.address = "127.0.0.1:0"}, *log_)) {
    eventstoredb::ClientOptions options;
    if (GetParam()) {
      options.endpoints = {{"127.0.0.1", node_->port()}};
    } else {
      options.make_channel = [this] { return node_->InProcessChannel(); };
    }
    options.tls = false;
    client_ = *eventstoredb::Client::Create(std::move(options));
    over_wire_ = std::make_unique<eventstoredb::ClientEventStore>(*client_);
    groups_ = std::make_unique<StoreConsumerGroups>(*client_, store());
  }
  eventstoredb::EventStore& store() {
    if (GetParam()) return *over_wire_;
    return *log_;
  }
  static absl::Time Soon() { return absl::Now() + absl::Seconds(60); }
  static std::string ReasonOf(const absl::Status& status) {
    const auto error = application::GetRequestError(status);
    return error.has_value() ? error->reason : "";
  }

  void GivenEvents(std::uint64_t count) {
    const auto appended = eventstoredb::testing_support::Append(
        *log_, "s", eventstoredb::ExpectedRevision::Any(),
        eventstoredb::testing_support::EventRange(next_id_, count));
    next_id_ += count;
    ASSERT_TRUE(appended.ok()) << appended.status();
  }
  void GivenGroup(application::ConsumerGroupSettings settings = {}) {
    if (!settings.start.has_value()) settings.start = application::FromBeginning{};
    const absl::Status created = groups_->Create(kBilling, settings, std::nullopt, Soon());
    ASSERT_TRUE(created.ok()) << created;
  }
  std::unique_ptr<eventstoredb::PersistentConsumer> Consumer() {
    return *client_->Consume(kBillingThere, {.buffer_size = 100});
  }
  /// Events and a group that has parked all of them.
  void GivenParked(std::uint64_t count) {
    ASSERT_NO_FATAL_FAILURE(GivenEvents(count));
    ASSERT_NO_FATAL_FAILURE(GivenGroup());
    const auto consumer = Consumer();
    const absl::Status ran = consumer->Run(
        [](const eventstoredb::GroupEvent& event) {
          return eventstoredb::EventAnswer::Park(absl::StrCat("no ", event.event.event->revision));
        },
        {.events_max = count, .until = Soon()});
    ASSERT_TRUE(ran.ok()) << ran;
    ASSERT_TRUE(consumer->Close(Soon()).ok());
    WaitForParked(count);
  }
  /// Parking is not waited for by those who park.
  void WaitForParked(std::uint64_t count) {
    const absl::Time until = Soon();
    std::uint64_t parked = 0;
    while (absl::Now() < until) {
      const auto group = groups_->Get(kBilling, until);
      ASSERT_TRUE(group.ok()) << group.status();
      parked = group->parked;
      if (parked == count && !group->is_replaying) return;
      absl::SleepFor(absl::Milliseconds(2));
    }
    FAIL() << "parked are " << parked << ", not " << count;
  }
  /// The revisions of the events that are parked, the oldest entry first.
  std::vector<std::uint64_t> Parked() {
    std::vector<std::uint64_t> revisions;
    for (const application::ParkedMessage& message : ParkedMessagesNow()) {
      revisions.push_back(message.event.place.revision);
    }
    return revisions;
  }
  std::vector<application::ParkedMessage> ParkedMessagesNow() {
    std::vector<application::ParkedMessage> messages;
    std::optional<std::uint64_t> from;
    do {
      auto page = groups_->ListParkedMessages(
          {.id = kBilling, .from = from, .messages_max = 3, .deadline = Soon()});
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return messages;
      for (auto& message : page->messages) messages.push_back(std::move(message));
      from = page->next;
    } while (from.has_value());
    return messages;
  }
  /// Acknowledges the next events of the group; their revisions.
  std::vector<std::uint64_t> Handle(std::uint64_t count) {
    std::vector<std::uint64_t> handled;
    const auto consumer = Consumer();
    const absl::Status ran = consumer->Run(
        [&](const eventstoredb::GroupEvent& event) {
          handled.push_back(event.event.event->revision);
          return eventstoredb::EventAnswer::Ack();
        },
        {.events_max = count, .until = Soon()});
    EXPECT_TRUE(ran.ok()) << ran;
    EXPECT_TRUE(consumer->Close(Soon()).ok());
    return handled;
  }
  absl::StatusOr<application::ParkedOutcome> Replay(application::ParkedSelection selection,
                                                    bool validate_only = false) {
    return groups_->Replay({.id = kBilling,
                            .selection = selection,
                            .validate_only = validate_only,
                            .deadline = Soon()});
  }
  absl::StatusOr<application::ParkedOutcome> Discard(application::ParkedSelection selection,
                                                     bool validate_only = false) {
    return groups_->Discard({.id = kBilling,
                             .selection = selection,
                             .validate_only = validate_only,
                             .reason = "broken for good",
                             .actor = "ann",
                             .correlation_id = "c-1",
                             .deadline = Soon()});
  }

  std::unique_ptr<eventstoredb::EmbeddedEventStore> log_;
  std::unique_ptr<eventstoredb::NodeServer> node_;
  std::unique_ptr<eventstoredb::Client> client_;
  std::unique_ptr<eventstoredb::ClientEventStore> over_wire_;
  std::unique_ptr<StoreConsumerGroups> groups_;
  std::uint64_t next_id_ = 1;
};

}  // namespace orders::infrastructure
