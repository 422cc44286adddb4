#include "infrastructure/journal/journal_transfer.h"

#include <optional>
#include <utility>
#include <vector>

#include "infrastructure/journal/journal_import.h"
#include "infrastructure/journal/standing_events.h"

namespace orders::infrastructure {
namespace {

using application::TransferredEvent;
using eventstoredb::RecordedEvent;

constexpr std::size_t kBatchBytesMax = 512 << 10;
constexpr std::size_t kBatchEventsMax = 1'000;

class Export final : public application::OrderExport {
 public:
  explicit Export(StandingEvents events) : events_(std::move(events)) {}

  absl::Status Next(std::vector<TransferredEvent>& out, bool& at_end) override {
    std::size_t bytes = 0;
    at_end = false;
    while (bytes < kBatchBytesMax && out.size() < kBatchEventsMax) {
      absl::StatusOr<std::optional<RecordedEvent>> next = events_.Next(absl::Seconds(1));
      if (!next.ok()) return next.status();
      if (!next->has_value()) {
        at_end = events_.caught_up();
        return absl::OkStatus();
      }
      out.push_back(ToTransferred(**std::move(next)));
      bytes += out.back().data.size() + out.back().metadata.size();
    }
    return absl::OkStatus();
  }

 private:
  StandingEvents events_;
};

}  // namespace

JournalTransfer::JournalTransfer(eventstoredb::EventStore& store, JournalTransferOptions options)
    : store_(store), options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<application::OrderExport>> JournalTransfer::StartExport() {
  absl::StatusOr<StandingEvents> events = StandingEvents::Open(store_, std::nullopt);
  if (!events.ok()) return events.status();
  return std::make_unique<Export>(*std::move(events));
}

std::unique_ptr<application::OrderImport> JournalTransfer::StartImport(bool dry_run) {
  return std::make_unique<JournalImport>(store_, options_, dry_run);
}

}  // namespace orders::infrastructure
