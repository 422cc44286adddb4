#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"

#include "tests/support/orders_client.h"

namespace orders::testing_support {

/// A watch, read message by message. One thread; Cancel from any.
class ChangeWatch {
 public:
  /// `order_id` empty: all orders. `resume_token` empty: from now on.
  ChangeWatch(OrdersClient& client, const std::string& order_id, const std::string& resume_token,
              absl::Duration within = absl::Seconds(60));
  ChangeWatch(const ChangeWatch&) = delete;
  ChangeWatch& operator=(const ChangeWatch&) = delete;
  ~ChangeWatch();

  /// Waits for the next change, over words of progress. Absent: the watch ended, see `status`.
  std::optional<v1::OrderHistoryEntry> Next();
  /// Waits until the watch says that it is caught up, and returns the changes before that.
  std::vector<v1::OrderHistoryEntry> TakeUntilCaughtUp();
  /// Waits for the next word of progress, over changes. False: the watch ended, see `status`.
  bool AwaitProgress();
  void Cancel() { context_.TryCancel(); }
  /// Where to go on after the last message that was read.
  const std::string& resume_token() const { return resume_token_; }
  /// Known once Next returned nothing.
  const grpc::Status& status() const { return status_; }

 private:
  bool Read(v1::WatchOrdersResponse& message);

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchOrdersResponse>> reader_;
  std::string resume_token_;
  grpc::Status status_;
  bool ended_ = false;
};

}  // namespace orders::testing_support
