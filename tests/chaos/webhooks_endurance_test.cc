// Webhooks to a receiver that fails one message in five, while orderd is killed twice: each change
// comes at least once, those of an order in their order, all signed, and what comes twice is
// bounded by what was under way. ORDERS_ENDURANCE=full: 100,000 changes instead of a tenth.

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orders/v1/webhooks.grpc.pb.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"
#include "tests/support/webhook_receiver.h"

namespace orders::testing_support {
namespace {

constexpr int kWriters = 8;
constexpr int kKills = 2;
constexpr int kChangesOfAnOrder = 20;
constexpr double kFails = 0.2;
// What orderd has under way to one webhook.
constexpr std::uint64_t kInFlightMax = 8;

bool InFull() {
  const char* const set = std::getenv("ORDERS_ENDURANCE");
  return set != nullptr && std::string(set) == "full";
}

/// What a receiver has taken, of each order.
class Taken {
 public:
  explicit Taken(std::uint32_t seed) : random_(seed) {}

  int Judge(const ReceivedMessage& message) {
    const nlohmann::json data = nlohmann::json::parse(message.body)["data"];
    const std::string order = data["order_id"];
    const auto revision = data["revision"].get<std::uint64_t>();
    const absl::MutexLock lock(&mutex_);
    if (secret_.empty() || !IsSignedBy(message, secret_)) ++unsigned_;
    std::uint64_t& next = next_[order];
    if (revision > next) ++out_of_order_;
    if (std::uniform_real_distribution<double>()(random_) < kFails) {
      ++failed_;
      return 500;
    }
    if (revision < next) ++repeats_;
    if (revision == next) {
      ++next;
      ++distinct_;
    }
    return 200;
  }
  void SetSecret(const std::string& secret) {
    const absl::MutexLock lock(&mutex_);
    secret_ = secret;
  }
  std::uint64_t distinct() const {
    const absl::MutexLock lock(&mutex_);
    return distinct_;
  }
  std::uint64_t repeats() const {
    const absl::MutexLock lock(&mutex_);
    return repeats_;
  }
  void ExpectSound() const {
    const absl::MutexLock lock(&mutex_);
    EXPECT_EQ(unsigned_, 0U);
    EXPECT_EQ(out_of_order_, 0U);
    std::printf("%llu changes taken, %llu of them again, %llu failed\n",
                static_cast<unsigned long long>(distinct_),
                static_cast<unsigned long long>(repeats_),
                static_cast<unsigned long long>(failed_));
  }

 private:
  mutable absl::Mutex mutex_;
  std::mt19937 random_ ABSL_GUARDED_BY(mutex_);
  std::string secret_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::uint64_t> next_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t distinct_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t repeats_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t failed_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t unsigned_ ABSL_GUARDED_BY(mutex_) = 0;
  std::uint64_t out_of_order_ ABSL_GUARDED_BY(mutex_) = 0;
};

class WebhooksEndurance : public ::testing::Test {
 protected:
  /// At the same port each time.
  void Start() {
    auto started = OrderdProcess::Start(
        {.data = scratch_.Path("data"),
         .listen = address_.empty() ? "127.0.0.1:0" : address_,
         .arguments = {"--webhook-hosts", "http://127.0.0.1:*", "--webhook-first-pause", "5ms"}});
    ASSERT_TRUE(started.ok()) << started.status();
    orderd_ = *std::move(started);
    address_ = orderd_->address();
  }
  /// The secret of the webhook that is made.
  std::string MakeWebhook(const std::string& url) const {
    const auto stub =
        v1::Webhooks::NewStub(grpc::CreateChannel(address_, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    v1::CreateWebhookRequest request;
    request.set_webhook_id("shop");
    request.set_url(url);
    v1::CreateWebhookResponse response;
    const grpc::Status made = stub->CreateWebhook(&context, request, &response);
    EXPECT_TRUE(made.ok()) << Describe(made);
    return response.secret();
  }
  /// Asks until it is answered, however often orderd goes meanwhile.
  template <typename Request>
  static void SendUntilTaken(OrdersClient& client, const Request& request) {
    grpc::Status status;
    for (int attempt = 0; attempt < 1'200; ++attempt) {
      status = client.Send(request).status;
      if (status.ok()) return;
      absl::SleepFor(absl::Milliseconds(50));
    }
    ADD_FAILURE() << "never taken: " << Describe(status);
  }
  void Write(int writer, int orders) const {
    OrdersClient client(address_);
    for (int i = 0; i < orders; ++i) {
      const std::string order = absl::StrCat("o-", writer, "-", i);
      SendUntilTaken(client, CreateRequest(order, order));
      for (int change = 1; change < kChangesOfAnOrder; ++change) {
        SendUntilTaken(client, NoteRequest(order, absl::StrCat("note ", change),
                                           absl::StrCat(order, "-", change)));
      }
    }
  }

  const ScratchFolder scratch_;
  std::string address_;
  std::unique_ptr<OrderdProcess> orderd_;
};

TEST_F(WebhooksEndurance, EachChangeComesAtLeastOnceAndInOrder) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(absl::StrCat("seed ", seed));
  const int orders = (InFull() ? 100'000 : 10'000) / kChangesOfAnOrder / kWriters;
  const auto changes = static_cast<std::uint64_t>(orders) * kWriters * kChangesOfAnOrder;
  Taken taken(seed);
  const WebhookReceiver receiver(
      [&](const ReceivedMessage& message) { return taken.Judge(message); });
  ASSERT_NO_FATAL_FAILURE(Start());
  taken.SetSecret(MakeWebhook(receiver.url()));

  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([this, writer, orders] { Write(writer, orders); });
  }
  const absl::Time patience = absl::Now() + absl::Minutes(InFull() ? 25 : 5);
  for (int kill = 1; kill <= kKills; ++kill) {
    while (taken.distinct() < changes * static_cast<std::uint64_t>(kill) / (kKills + 1) &&
           absl::Now() < patience) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    orderd_->KillNow();
    ASSERT_NO_FATAL_FAILURE(Start());
  }
  writers.clear();
  while (taken.distinct() < changes && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(taken.distinct(), changes);
  EXPECT_LE(taken.repeats(), kKills * kInFlightMax);
  taken.ExpectSound();
  EXPECT_EQ(orderd_->Stop().exit_code, 0);
}

}  // namespace
}  // namespace orders::testing_support
