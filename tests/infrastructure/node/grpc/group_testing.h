#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

#include "event_store/client/persistent_subscriptions.grpc.pb.h"
#include "tests/infrastructure/node/grpc/node_testing.h"

namespace eventstoredb::testing_support {

namespace groups = event_store::client::persistent_subscriptions;

/// A node and the calls on its groups. A stream's name that is empty means $all.
class GroupTest : public NodeTest {
 public:
  std::unique_ptr<groups::PersistentSubscriptions::Stub> Stub() {
    return groups::PersistentSubscriptions::NewStub(channel());
  }

 protected:
  Ended Create(const groups::CreateReq& request);
  /// With the settings of `request`, but for its strategy.
  Ended Update(const groups::CreateReq& request);
  Ended Delete(const std::string& stream, const std::string& group = "g");
  struct InfoAnswer {
    Ended end;
    groups::SubscriptionInfo info;
  };
  InfoAnswer Info(const std::string& stream, const std::string& group = "g");
  Ended Replay(const std::string& stream, std::optional<std::int64_t> stop_at = {});
  struct ListAnswer {
    Ended end;
    groups::ListResp response;
  };
  ListAnswer ListAll();
  ListAnswer ListOf(const std::string& stream);
  Ended Restart();
  /// How a Read call ends that sends `messages` and no more.
  Ended ConsumeWith(const std::vector<groups::ReadReq>& messages);
};

/// With the defaults of the official clients, from the start.
groups::CreateReq GroupOn(const std::string& stream, const std::string& group = "g");
groups::CreateReq GroupOnAll();
groups::ReadReq ConsumerOptions(const std::string& stream, std::int32_t window = 10);
std::vector<std::uint64_t> Revisions(const std::vector<groups::ReadResp>& messages);

/// One Read call; cancelled with it.
class Consumer {
 public:
  Consumer(GroupTest& test, const std::string& stream, std::int32_t window = 10);
  ~Consumer();

  /// The next `count` messages, the confirmation among them; fewer if the call ends before.
  std::vector<groups::ReadResp> Take(std::size_t count);
  /// What has come when `time` is over.
  std::vector<groups::ReadResp> TakeWithin(absl::Duration time);
  /// How many have come in all.
  std::size_t taken();
  void Ack(const groups::ReadResp& message);
  void AckId(const std::string& id);
  void Nack(const groups::ReadResp& message, groups::ReadReq::Nack::Action action,
            const std::string& reason = "");
  void HalfClose() { call_->WritesDone(); }
  Ended WaitForEnd();

 private:
  std::unique_ptr<groups::PersistentSubscriptions::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<groups::ReadReq, groups::ReadResp>> call_;
  absl::Mutex mutex_;
  std::vector<groups::ReadResp> messages_ ABSL_GUARDED_BY(mutex_);
  std::size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  bool has_ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread reader_;
};

}  // namespace eventstoredb::testing_support
