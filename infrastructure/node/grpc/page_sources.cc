#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "eventstoredb/filter.h"
#include "infrastructure/node/grpc/read_response_encoder.h"
#include "infrastructure/node/grpc/read_source.h"

namespace eventstoredb {
namespace {

// The original's page: what is said about positions before the first event depends on it.
constexpr std::size_t kOriginalPageEvents = 32;

absl::Status NoUuidForm() { return absl::InvalidArgumentError("the uuid option is missing"); }

ReadBatch EndOf(absl::Status status) {
  ReadBatch batch;
  batch.end = std::move(status);
  return batch;
}

absl::Status EncodeInto(std::vector<ResolvedEvent>& events, const CallAccess& access,
                        ReadResponseEncoder& encoder, ReadBatch& batch) {
  batch.messages.reserve(events.size() + 1);
  for (ResolvedEvent& event : events) {
    if (const absl::Status hidden = access.HideForbiddenTarget(event); !hidden.ok()) return hidden;
    batch.messages.push_back(encoder.Event(event));
  }
  return absl::OkStatus();
}

/// A bounded read of one stream (protocol section 3.6).
class StreamPages final : public ReadSource {
 public:
  StreamPages(NodeState& state, const CallAccess& access, ReadRequest request)
      : state_(state),
        access_(access),
        request_(std::move(request)),
        encoder_(request_.uuid_form.value_or(UuidForm::kStructured)),
        next_(request_.revision),
        left_(request_.count_max) {
    const bool is_from_start = !request_.revision.has_value() && !request_.from_end;
    if (is_from_start) next_ = 0;
  }

  ReadBatch Fetch() override {
    const bool may_say_first = MaySayFirst();
    const std::size_t events_max =
        may_say_first ? kOriginalPageEvents : state_.options.page_events_max;
    absl::StatusOr<StreamPage> page = state_.store.ReadStreamPage(
        {.stream = *request_.stream,
         .direction = request_.direction,
         .from = next_,
         .events_max = static_cast<std::size_t>(std::min<std::uint64_t>(left_, events_max)),
         .bytes_max = state_.options.page_bytes_max,
         .resolve_links = request_.resolve_links});
    if (absl::IsNotFound(page.status())) {
      ReadBatch batch = EndOf(absl::OkStatus());
      batch.messages.push_back(encoder_.StreamNotFound(*request_.stream));
      return batch;
    }
    if (!page.ok()) return EndOf(page.status());
    if (!page->events.empty() && !request_.uuid_form.has_value()) return EndOf(NoUuidForm());
    return ToBatch(*page, may_say_first);
  }

 private:
  bool MaySayFirst() const {
    return request_.wants_stream_positions && request_.direction == Direction::kForwards &&
           !has_sent_event_;
  }

  ReadBatch ToBatch(StreamPage& page, bool may_say_first) {
    ReadBatch batch;
    if (absl::Status encoded = EncodeInto(page.events, access_, encoder_, batch); !encoded.ok()) {
      return EndOf(std::move(encoded));
    }
    has_sent_event_ = has_sent_event_ || !page.events.empty();
    left_ -= page.events.size();
    if (may_say_first && page.events.empty() && page.next != next_) {
      batch.messages.push_back(encoder_.FirstStreamPosition(page.next));
    }
    next_ = page.next;
    if (page.at_end || left_ == 0) {
      if (request_.wants_stream_positions) {
        batch.messages.push_back(encoder_.LastStreamPosition(page.last));
      }
      batch.end = absl::OkStatus();
    }
    return batch;
  }

  NodeState& state_;
  const CallAccess access_;
  const ReadRequest request_;
  ReadResponseEncoder encoder_;
  std::optional<std::uint64_t> next_;
  std::uint64_t left_;
  bool has_sent_event_ = false;
};

/// A bounded read of $all (protocol section 3.7).
class AllPages final : public ReadSource {
 public:
  AllPages(NodeState& state, const CallAccess& access, ReadRequest request,
           std::optional<FilterMatcher> filter)
      : state_(state),
        access_(access),
        request_(std::move(request)),
        filter_(std::move(filter)),
        encoder_(*request_.uuid_form),
        next_(request_.position),
        left_(request_.count_max) {}

  ReadBatch Fetch() override {
    if (IsEmpty()) return EndOf(absl::OkStatus());
    absl::StatusOr<AllPage> page =
        state_.store.ReadAllPage({.direction = request_.direction,
                                  .from = next_,
                                  .filter = filter_.has_value() ? &*filter_ : nullptr,
                                  .events_max = static_cast<std::size_t>(std::min<std::uint64_t>(
                                      left_, state_.options.page_events_max)),
                                  .bytes_max = state_.options.page_bytes_max,
                                  .resolve_links = request_.resolve_links});
    if (!page.ok()) return EndOf(page.status());
    ReadBatch batch;
    if (absl::Status encoded = EncodeInto(page->events, access_, encoder_, batch); !encoded.ok()) {
      return EndOf(std::move(encoded));
    }
    left_ -= page->events.size();
    next_ = page->next;
    if (page->at_end || left_ == 0) batch.end = absl::OkStatus();
    return batch;
  }

 private:
  /// Forwards from the end, or backwards from the start.
  bool IsEmpty() const {
    if (request_.direction == Direction::kForwards) return request_.from_end;
    return !request_.from_end && !request_.position.has_value();
  }

  NodeState& state_;
  const CallAccess access_;
  const ReadRequest request_;
  const std::optional<FilterMatcher> filter_;
  ReadResponseEncoder encoder_;
  std::optional<Position> next_;
  std::uint64_t left_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReadSource>> MakePageSource(NodeState& state,
                                                           const CallAccess& access,
                                                           ReadRequest request) {
  if (request.stream.has_value()) {
    return std::make_unique<StreamPages>(state, access, std::move(request));
  }
  std::optional<FilterMatcher> filter;
  if (request.filter.has_value()) {
    absl::StatusOr<FilterMatcher> matcher = FilterMatcher::Create(*request.filter);
    if (!matcher.ok()) return matcher.status();
    filter = *std::move(matcher);
  }
  return std::make_unique<AllPages>(state, access, std::move(request), std::move(filter));
}

}  // namespace eventstoredb
