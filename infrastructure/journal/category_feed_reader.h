#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "application/ports/order_feed.h"
#include "eventstoredb/event_store.h"
#include "infrastructure/journal/feed_items.h"
#include "infrastructure/journal/upcasters.h"

namespace orders::infrastructure {

struct CategoryFeedOptions {
  /// How often the log is looked at while the category stream says nothing.
  absl::Duration look_interval = absl::Seconds(5);
  /// How long the category stream may say nothing while the log holds an order's event that it
  /// lacks: then the reader ends with Unavailable, which says so.
  absl::Duration behind_max = absl::Seconds(30);
};

/// The event that a link stands for.
struct LinkTarget {
  std::uint64_t revision = 0;
  std::string stream;
  bool operator==(const LinkTarget&) const = default;

  /// Of a link's data, "REVISION@STREAM" (protocol section 3.10). Absent: it names no event.
  static std::optional<LinkTarget> Parse(std::string_view data);
};

/// Reads the orders' events by the links that a server's projection $by_category writes to the
/// stream $ce-order. Every item has its own event's position, not the link's. Links whose event is
/// gone, and events of other streams, are passed over.
///
/// The links may be late, so the log itself says what is all: at times its newest end is looked at
/// ($all, filtered), and once everything that was found there has come by the links, the reader
/// says FeedCaughtUp, and FeedProgress up to the log's end. A category stream that does not exist
/// is waited for.
///
/// The first Next also finds the place: that takes reads of at most 10 s, whatever `wait` says.
/// Errors besides those of OrderFeedReader: Unavailable, also when the store is too slow or does
/// not let the user read (a category stream is readable to all as soon as it exists).
class CategoryFeedReader final : public application::OrderFeedReader {
 public:
  /// `store`, `upcasters` and `skips` outlive the reader. Opens nothing yet.
  CategoryFeedReader(eventstoredb::EventStore& store, std::optional<application::LogPosition> after,
                     const Upcasters& upcasters, FeedSkips& skips, CategoryFeedOptions options);

  absl::Status Next(std::size_t items_max, absl::Duration wait,
                    std::vector<application::FeedItem>& out) override;
  void Cancel() override;

 private:
  using Items = std::vector<application::FeedItem>;
  /// An order's event that stands in the log.
  struct Seen {
    application::LogPosition position;
    LinkTarget link;
  };

  absl::Status Step(std::size_t items_max, absl::Time until, std::size_t first, Items& out);
  absl::Status Begin();
  /// Goes on with the look at the log, or begins one.
  absl::Status LookAtLog(absl::Time until);
  absl::Status BeginLook();
  void EndLook(bool is_whole);
  void NoteAllHasCome();
  absl::Status StandsStill() const;
  bool SayWhatIsDue(Items& out);

  void Take(eventstoredb::RecordedEvent& event, std::size_t first, Items& out);
  void Take(std::unique_ptr<eventstoredb::ResolvedEvent>& link, std::size_t first, Items& out);
  void Take(const eventstoredb::CaughtUp& caught_up, std::size_t first, Items& out);
  void Take(const eventstoredb::Checkpoint&, std::size_t, Items&) {}
  void TakeTarget(eventstoredb::RecordedEvent& event, const eventstoredb::RecordedEvent& link,
                  std::size_t first, Items& out);
  void NoteMove();
  bool HasCome(const Seen& seen) const;

  absl::Status Subscribe(eventstoredb::SubscribeRequest request,
                         std::unique_ptr<eventstoredb::Subscription>& subscription);

  eventstoredb::EventStore& store_;
  const Upcasters& upcasters_;
  FeedSkips& skips_;
  const CategoryFeedOptions options_;

  absl::Mutex mutex_;  ///< Of what Cancel reaches; the subscriptions are changed by Next alone.
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::unique_ptr<eventstoredb::Subscription> links_;
  std::unique_ptr<eventstoredb::Subscription> look_;  ///< Null: none is under way.

  std::optional<application::LogPosition> passed_;  ///< Of the last event that came.
  std::optional<application::LogPosition> said_;    ///< Of the last progress up to the log's end.
  std::optional<LinkTarget> gone_;                  ///< The last order's event that was gone.
  bool is_live_ = false;                            ///< The links' history has been delivered.
  bool has_caught_up_ = false;                      ///< FeedCaughtUp was said.
  bool caught_up_is_due_ = false;                   ///< To be said by the next Next.
  std::optional<application::LogPosition> progress_due_;

  absl::Time look_at_;           ///< When the next look begins, or what is missing is an error.
  std::optional<Seen> missing_;  ///< The newest that the last look found, until it has come.
  bool look_was_whole_ = false;  ///< The last look came to the log's end.
  std::optional<application::LogPosition> log_end_;  ///< At the beginning of the last look.
  std::optional<Seen> seen_;                         ///< The newest, by the look under way.
  std::size_t seen_count_ = 0;

  std::vector<eventstoredb::SubscriptionMessage> messages_;  ///< Kept for its memory.
};

}  // namespace orders::infrastructure
