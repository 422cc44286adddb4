#include "tests/integration/change_watch.h"

#include <chrono>
#include <utility>

namespace orders::testing_support {

ChangeWatch::ChangeWatch(OrdersClient& client, const std::string& order_id,
                         const std::string& resume_token, absl::Duration within)
    : resume_token_(resume_token) {
  context_.set_deadline(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(within));
  v1::WatchOrdersRequest request;
  request.set_order_id(order_id);
  request.set_resume_token(resume_token);
  reader_ = client.queries().WatchOrders(&context_, request);
}

ChangeWatch::~ChangeWatch() {
  Cancel();
  v1::WatchOrdersResponse ignored;
  while (Read(ignored)) {
  }
}

bool ChangeWatch::Read(v1::WatchOrdersResponse& message) {
  if (ended_) return false;
  if (reader_->Read(&message)) {
    resume_token_ = message.has_change() ? message.change().position_token()
                                         : message.progress().position_token();
    return true;
  }
  ended_ = true;
  status_ = reader_->Finish();
  return false;
}

std::optional<v1::OrderHistoryEntry> ChangeWatch::Next() {
  v1::WatchOrdersResponse message;
  while (Read(message)) {
    if (message.has_change()) return std::move(*message.mutable_change());
  }
  return std::nullopt;
}

std::vector<v1::OrderHistoryEntry> ChangeWatch::TakeUntilCaughtUp() {
  std::vector<v1::OrderHistoryEntry> changes;
  v1::WatchOrdersResponse message;
  while (Read(message)) {
    if (message.has_change()) {
      changes.push_back(std::move(*message.mutable_change()));
    } else if (message.progress().caught_up()) {
      break;
    }
  }
  return changes;
}

bool ChangeWatch::AwaitProgress() {
  v1::WatchOrdersResponse message;
  while (Read(message)) {
    if (message.has_progress()) return true;
  }
  return false;
}

}  // namespace orders::testing_support
