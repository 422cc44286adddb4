#include "application/projections/shared_feed.h"

#include <algorithm>
#include <cassert>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <variant>

namespace orders::application {
namespace {

std::shared_ptr<const FeedChunk> MakeChunk(std::vector<FeedItem> items) {
  auto chunk = std::make_shared<FeedChunk>();
  chunk->items = std::move(items);
  for (const FeedItem& item : chunk->items) {
    if (std::holds_alternative<RecordedOrderEvent>(item)) ++chunk->events;
    if (std::holds_alternative<FeedCaughtUp>(item)) chunk->caught_up = true;
    if (const std::optional<LogPosition> position = PositionOf(item)) chunk->last = position;
  }
  return chunk;
}

}  // namespace

/// One reader of the feed, its thread, and the chunks that not everybody has taken.
class SharedFeed::Source {
 public:
  Source(std::unique_ptr<OrderFeedReader> reader, std::optional<LogPosition> after,
         const SharedFeedOptions& options)
      : options_(options),
        reader_(std::move(reader)),
        start_(after.value_or(LogPosition{})),
        newest_(start_) {}

  ~Source() {
    {
      const absl::MutexLock lock(&mutex_);
      ending_ = true;
    }
    reader_->Cancel();
    if (thread_.joinable()) thread_.join();
  }

  // After the first has joined: it gets all, also from a feed that ends at once.
  void Start() {
    thread_ = std::thread([this] { Pump(); });
  }

  // A newcomer may join when all that it lacks is still held here, or still to come.
  std::optional<std::uint64_t> TryJoin(const LogPosition& after) {
    const absl::MutexLock lock(&mutex_);
    if (ending_ || !end_.ok() || after < start_ || after > newest_) return std::nullopt;
    const std::uint64_t number = ++last_number_;
    takers_[number] = {.next = first_, .missed_caught_up = caught_up_trimmed_};
    return number;
  }

  void Leave(std::uint64_t number) {
    const absl::MutexLock lock(&mutex_);
    takers_.erase(number);
    Trim();
  }

  void Cancel(std::uint64_t number) {
    const absl::MutexLock lock(&mutex_);
    takers_[number].cancelled = true;
  }

  void Wake(std::uint64_t number) {
    const absl::MutexLock lock(&mutex_);
    takers_[number].woken = true;
  }

  absl::Status Next(std::uint64_t number, std::size_t items_max,
                    std::vector<std::shared_ptr<const FeedChunk>>& out) {
    const absl::MutexLock lock(&mutex_);
    Taker& taker = takers_[number];
    const auto news = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return taker.cancelled || taker.woken || taker.missed_caught_up || !end_.ok() ||
             taker.next < first_ + chunks_.size();
    };
    mutex_.Await(absl::Condition(&news));
    if (taker.cancelled) return absl::CancelledError("the reader of the feed was cancelled");
    const bool woken = std::exchange(taker.woken, false);
    std::size_t items = 0;
    if (std::exchange(taker.missed_caught_up, false)) {
      out.push_back(MakeChunk({FeedCaughtUp{}}));
      items = 1;
    }
    while (items < items_max && taker.next < first_ + chunks_.size()) {
      out.push_back(chunks_[taker.next - first_]);
      items += out.back()->items.size();
      ++taker.next;
    }
    Trim();
    // What was delivered before the end counts.
    return items > 0 || woken ? absl::OkStatus() : end_;
  }

 private:
  struct Taker {
    std::uint64_t next = 0;  ///< Number of the chunk to take.
    bool missed_caught_up = false;
    bool cancelled = false;
    bool woken = false;
  };

  void Trim() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    std::uint64_t least = first_ + chunks_.size();
    for (const auto& [number, taker] : takers_) least = std::min(least, taker.next);
    while (first_ < least) {
      items_held_ -= chunks_.front()->items.size();
      if (chunks_.front()->last.has_value()) start_ = *chunks_.front()->last;
      caught_up_trimmed_ = caught_up_trimmed_ || chunks_.front()->caught_up;
      chunks_.pop_front();
      ++first_;
    }
  }

  bool HasRoom() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ending_ || items_held_ < options_.items_held_max;
  }

  void Pump() {
    if (options_.on_thread) options_.on_thread();
    while (true) {
      std::vector<FeedItem> items;
      if (options_.between_chunks) options_.between_chunks();
      const absl::Status read = reader_->Next(options_.chunk_items_max, options_.poll, items);
      const absl::MutexLock lock(&mutex_);
      if (!items.empty()) {
        std::shared_ptr<const FeedChunk> chunk = MakeChunk(std::move(items));
        items_held_ += chunk->items.size();
        if (chunk->last.has_value()) newest_ = std::max(newest_, *chunk->last);
        chunks_.push_back(std::move(chunk));
      }
      if (!read.ok()) end_ = read;
      if (ending_ || !end_.ok()) return;
      mutex_.Await(absl::Condition(this, &Source::HasRoom));
      if (ending_) return;
    }
  }

  const SharedFeedOptions options_;
  const std::unique_ptr<OrderFeedReader> reader_;
  absl::Mutex mutex_;
  LogPosition start_ ABSL_GUARDED_BY(mutex_);   ///< All after it is held, or still to come.
  LogPosition newest_ ABSL_GUARDED_BY(mutex_);  ///< Of the last item held or taken.
  std::deque<std::shared_ptr<const FeedChunk>> chunks_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t first_ ABSL_GUARDED_BY(mutex_) = 0;  ///< Number of chunks_.front().
  bool caught_up_trimmed_ ABSL_GUARDED_BY(mutex_) = false;
  std::size_t items_held_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t last_number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::uint64_t, Taker> takers_ ABSL_GUARDED_BY(mutex_);
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

SharedFeed::SharedFeed(OrderFeed& feed, SharedFeedOptions options)
    : feed_(feed), options_(options) {}
SharedFeed::~SharedFeed() = default;

absl::StatusOr<std::unique_ptr<SharedFeed::Reader>> SharedFeed::Open(
    std::optional<LogPosition> after) {
  const LogPosition place = after.value_or(LogPosition{});
  const absl::MutexLock lock(&mutex_);
  for (const std::weak_ptr<Source>& known : sources_) {
    std::shared_ptr<Source> source = known.lock();
    if (source == nullptr) continue;
    if (const std::optional<std::uint64_t> number = source->TryJoin(place)) {
      return std::unique_ptr<Reader>(new Reader(std::move(source), *number));
    }
  }
  absl::StatusOr<std::unique_ptr<OrderFeedReader>> opened = feed_.Open(after);
  if (!opened.ok()) return opened.status();
  auto source = std::make_shared<Source>(*std::move(opened), after, options_);
  const std::optional<std::uint64_t> number = source->TryJoin(place);
  std::erase_if(sources_, [](const std::weak_ptr<Source>& known) { return known.expired(); });
  sources_.push_back(source);
  assert(number.has_value());
  source->Start();
  return std::unique_ptr<Reader>(new Reader(std::move(source), *number));
}

SharedFeed::Reader::~Reader() { source_->Leave(number_); }

absl::Status SharedFeed::Reader::Next(std::size_t items_max,
                                      std::vector<std::shared_ptr<const FeedChunk>>& out) {
  return source_->Next(number_, items_max, out);
}

void SharedFeed::Reader::Cancel() { source_->Cancel(number_); }
void SharedFeed::Reader::Wake() { source_->Wake(number_); }

}  // namespace orders::application
