#include "api/host/host.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/client_callback.h"
#include "gtest/gtest.h"

#include "api/host/access.h"
#include "infrastructure/config/settings.h"
#include "infrastructure/telemetry/prometheus_telemetry.h"
#include "orders/v1/commands.grpc.pb.h"
#include "orders/v1/queries.grpc.pb.h"

namespace orders::api {
namespace {

using ::testing::HasSubstr;

std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  std::string reason;
  int infos = 0;
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (!any.UnpackTo(&info)) continue;
    ++infos;
    reason = info.reason();
  }
  EXPECT_EQ(infos, 1) << status.error_message();
  return reason;
}

/// The whole service in memory, in this process, behind a real connection.
class HostTest : public ::testing::Test {
 protected:
  void SetUp() override {
    StartFailure failure;
    access_ = Access::Open(Settings(), telemetry_, failure);
    ASSERT_NE(access_, nullptr) << failure.text;
    StartHost(Settings());
  }
  void TearDown() override { StopHost(); }

  static infrastructure::Settings Settings() {
    infrastructure::Settings settings;
    settings.in_memory = true;
    settings.grpc_listen.port = 0;
    settings.workers = 8;
    return settings;
  }

  void StartHost(const infrastructure::Settings& settings) {
    StopHost();
    StartFailure failure;
    host_ = Host::Start(
        settings, telemetry_, *access_, [] {}, failure);
    ASSERT_NE(host_, nullptr) << failure.text;
    const std::string ready = host_->ReadyLine();
    const std::string mark = "grpc=";
    const std::size_t begin = ready.find(mark) + mark.size();
    channel_ = grpc::CreateChannel(ready.substr(begin, ready.find(' ', begin) - begin),
                                   grpc::InsecureChannelCredentials());
    commands_ = v1::OrderCommands::NewStub(channel_);
    queries_ = v1::OrderQueries::NewStub(channel_);
  }
  void StopHost() {
    if (host_ != nullptr) {
      EXPECT_TRUE(host_->Stop());
    }
    host_.reset();
  }

  static std::unique_ptr<grpc::ClientContext> Context() {
    auto context = std::make_unique<grpc::ClientContext>();
    context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return context;
  }
  v1::CommandResponse Create(const std::string& id) {
    v1::CreateOrderRequest request;
    request.set_order_id(id);
    request.set_customer_id("c1");
    request.set_currency_code("EUR");
    v1::CommandResponse response;
    const grpc::Status status = commands_->CreateOrder(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::CommandResponse SetNote(const std::string& id, const std::string& note) {
    v1::SetNoteRequest request;
    request.set_order_id(id);
    request.set_note(note);
    v1::CommandResponse response;
    const grpc::Status status = commands_->SetNote(Context().get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  infrastructure::Logging logging_{{.severity_min = application::Severity::kError}};
  infrastructure::PrometheusTelemetry telemetry_{logging_};
  std::unique_ptr<Access> access_;
  std::unique_ptr<Host> host_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::OrderCommands::Stub> commands_;
  std::unique_ptr<v1::OrderQueries::Stub> queries_;
};

/// A watch, and the changes it was told.
class Watch {
 public:
  Watch(v1::OrderQueries::Stub& queries, const std::string& order_id, const std::string& token) {
    v1::WatchOrdersRequest request;
    request.set_order_id(order_id);
    request.set_resume_token(token);
    reader_ = queries.WatchOrders(&context_, request);
  }
  ~Watch() { context_.TryCancel(); }
  /// Reads up to the first message that says caught up; counts the changes before it.
  int ReadToCaughtUp() {
    int changes = 0;
    v1::WatchOrdersResponse message;
    while (reader_->Read(&message)) {
      if (message.has_progress()) return changes;
      ++changes;
      last_ = message.change();
    }
    ADD_FAILURE() << "ended: " << reader_->Finish().error_message();
    return changes;
  }
  std::vector<std::string> ReadTypes(int count) {
    std::vector<std::string> types;
    v1::WatchOrdersResponse message;
    while (static_cast<int>(types.size()) < count && reader_->Read(&message)) {
      if (!message.has_change()) continue;
      last_ = message.change();
      types.push_back(absl::StrCat(last_.order_id(), "@", last_.revision()));
    }
    return types;
  }
  grpc::Status ReadToEnd() {
    v1::WatchOrdersResponse message;
    while (reader_->Read(&message)) {
    }
    return reader_->Finish();
  }
  const v1::OrderHistoryEntry& last() const { return last_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchOrdersResponse>> reader_;
  v1::OrderHistoryEntry last_;
};

TEST_F(HostTest, AWriteIsReadWithItsToken) {
  const v1::CommandResponse created = Create("o1");
  v1::GetOrderRequest request;
  request.set_order_id("o1");
  request.mutable_options()->set_min_position(created.position_token());
  v1::GetOrderResponse response;
  const grpc::Status status = queries_->GetOrder(Context().get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response.order().SerializeAsString(), created.order().SerializeAsString());
  EXPECT_FALSE(response.freshness().position_token().empty());
  EXPECT_FALSE(response.freshness().stale());
}

TEST_F(HostTest, EveryReadAfterAWriteSeesItHoweverOftenItIsCached) {
  Create("o1");
  for (int i = 0; i < 200; ++i) {
    const v1::CommandResponse changed = SetNote("o1", absl::StrCat("note ", i));
    v1::GetOrderRequest request;
    request.set_order_id("o1");
    request.mutable_options()->set_min_position(changed.position_token());
    v1::GetOrderResponse response;
    ASSERT_TRUE(queries_->GetOrder(Context().get(), request, &response).ok());
    ASSERT_EQ(response.order().note(), absl::StrCat("note ", i));
  }
}

TEST_F(HostTest, ThePastIsFoldedFromTheLog) {
  Create("o1");
  SetNote("o1", "first");
  SetNote("o1", "second");
  v1::GetOrderRequest request;
  request.set_order_id("o1");
  request.set_as_of_revision(1);
  v1::GetOrderResponse response;
  ASSERT_TRUE(queries_->GetOrder(Context().get(), request, &response).ok());
  EXPECT_EQ(response.order().note(), "first");
  request.set_as_of_revision(99);
  const grpc::Status missing = queries_->GetOrder(Context().get(), request, &response);
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(missing), "REVISION_NOT_FOUND");
}

TEST_F(HostTest, BytesThatAreNoRequestAreInvalidForEveryMethod) {
  const grpc::Slice garbage(std::string("\x0a\xff\xff\xff\xff\x0f garbage"));
  grpc::ByteBuffer bytes(&garbage, 1);
  grpc::GenericStub stub(channel_);
  int methods = 0;
  for (const auto* file :
       {v1::CreateOrderRequest::descriptor()->file(), v1::GetOrderRequest::descriptor()->file()}) {
    const auto* service = file->service(0);
    for (int i = 0; i < service->method_count(); ++i) {
      if (service->method(i)->server_streaming()) continue;
      auto context = Context();
      grpc::ByteBuffer response;
      absl::Notification done;
      grpc::Status status;
      stub.UnaryCall(context.get(),
                     absl::StrCat("/", service->full_name(), "/", service->method(i)->name()),
                     grpc::StubOptions(), &bytes, &response, [&](grpc::Status ended) {
                       status = std::move(ended);
                       done.Notify();
                     });
      done.WaitForNotification();
      EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
          << service->method(i)->name() << ": " << status.error_message();
      EXPECT_EQ(ReasonOf(status), "INVALID_REQUEST");
      ++methods;
    }
  }
  EXPECT_EQ(methods, 24 + 7);
}

TEST_F(HostTest, EveryCommandButCreateOfAnUnknownOrderIsNotFound) {
  grpc::ClientContext context;
  v1::ConfirmOrderRequest request;
  request.set_order_id("nope");
  v1::CommandResponse response;
  const grpc::Status status = commands_->ConfirmOrder(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "ORDER_NOT_FOUND");
}

TEST_F(HostTest, ACreateWithoutAnIdGetsTheSameOneForTheSameRequest) {
  const auto create = [this](const std::string& actor) {
    v1::CreateOrderRequest request;
    request.set_customer_id("c1");
    request.set_currency_code("EUR");
    request.mutable_options()->set_request_id("r1");
    auto context = Context();
    context->AddMetadata("x-actor", actor);
    v1::CommandResponse response;
    EXPECT_TRUE(commands_->CreateOrder(context.get(), request, &response).ok());
    return response;
  };
  const v1::CommandResponse first = create("ann");
  const v1::CommandResponse again = create("ann");
  EXPECT_EQ(again.order().order_id(), first.order().order_id());
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.position_token(), first.position_token());
  EXPECT_NE(create("bob").order().order_id(), first.order().order_id());
}

TEST_F(HostTest, AnActorThatIsNoNameIsRefused) {
  auto context = Context();
  context->AddMetadata("x-actor", std::string(129, 'x'));
  v1::CreateOrderRequest request;
  request.set_customer_id("c1");
  request.set_currency_code("EUR");
  v1::CommandResponse response;
  const grpc::Status status = commands_->CreateOrder(context.get(), request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_details(), HasSubstr("x-actor"));
}

TEST_F(HostTest, HistorySaysWhoDidWhat) {
  auto context = Context();
  context->AddMetadata("x-actor", "ann");
  v1::CreateOrderRequest create;
  create.set_order_id("o1");
  create.set_customer_id("c1");
  create.set_currency_code("EUR");
  v1::CommandResponse created;
  ASSERT_TRUE(commands_->CreateOrder(context.get(), create, &created).ok());
  v1::GetOrderHistoryRequest request;
  request.set_order_id("o1");
  v1::GetOrderHistoryResponse response;
  ASSERT_TRUE(queries_->GetOrderHistory(Context().get(), request, &response).ok());
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.entries(0).actor(), "ann");
  EXPECT_EQ(response.entries(0).command(), "CreateOrder");
  EXPECT_THAT(response.entries(0).data_json(), HasSubstr("c1"));
  EXPECT_EQ(response.entries(0).position_token(), created.position_token());
}

TEST_F(HostTest, SixtyFourCallsOfOneConnectionAreServedAtOnce) {
  constexpr int kCalls = 64;
  std::vector<std::thread> threads;
  std::atomic<int> served = 0;
  for (int i = 0; i < kCalls; ++i) {
    threads.emplace_back([&, i] {
      v1::CreateOrderRequest request;
      request.set_order_id(absl::StrCat("o", i));
      request.set_customer_id("c1");
      request.set_currency_code("EUR");
      v1::CommandResponse response;
      served.fetch_add(commands_->CreateOrder(Context().get(), request, &response).ok() ? 1 : 0);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served.load(), kCalls);
}

TEST_F(HostTest, AWatchTellsWhatHappensFromNowOn) {
  Create("before");
  Watch watch(*queries_, "", "");
  EXPECT_EQ(watch.ReadToCaughtUp(), 0);
  Create("o1");
  SetNote("o1", "hi");
  Create("o2");
  EXPECT_THAT(watch.ReadTypes(3), ::testing::ElementsAre("o1@0", "o1@1", "o2@0"));
  EXPECT_FALSE(watch.last().data_json().empty());
}

TEST_F(HostTest, AWatchOfOneOrderTellsNothingOfOthers) {
  Watch watch(*queries_, "o2", "");
  EXPECT_EQ(watch.ReadToCaughtUp(), 0);
  Create("o1");
  Create("o2");
  SetNote("o1", "hi");
  SetNote("o2", "hi");
  EXPECT_THAT(watch.ReadTypes(2), ::testing::ElementsAre("o2@0", "o2@1"));
}

TEST_F(HostTest, AWatchThatResumesIsToldWhatItMissedThenWhatFollows) {
  const std::string token = Create("o0").position_token();
  std::vector<std::string> expected;
  for (int i = 1; i <= 300; ++i) {
    Create(absl::StrCat("o", i));
    expected.push_back(absl::StrCat("o", i, "@0"));
  }
  Watch watch(*queries_, "", token);
  EXPECT_EQ(watch.ReadTypes(300), expected);
  Create("live");
  EXPECT_THAT(watch.ReadTypes(1), ::testing::ElementsAre("live@0"));
}

TEST_F(HostTest, WatchesThatJoinUnderLoadMissAndRepeatNothing) {
  constexpr int kOrders = 400;
  const std::string token = Create("first").position_token();
  std::thread writer([this] {
    for (int i = 0; i < kOrders; ++i) Create(absl::StrCat("o", i));
  });
  std::vector<std::string> expected;
  for (int i = 0; i < kOrders; ++i) expected.push_back(absl::StrCat("o", i, "@0"));
  for (int round = 0; round < 5; ++round) {
    Watch watch(*queries_, "", token);
    EXPECT_EQ(watch.ReadTypes(kOrders), expected);
  }
  writer.join();
}

TEST_F(HostTest, AWatchFromAnotherStoresTokenIsRefused) {
  const std::string token = Create("o1").position_token();
  StartHost(Settings());
  const grpc::Status status = Watch(*queries_, "", token).ReadToEnd();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "STORE_CHANGED");
  const grpc::Status forged = Watch(*queries_, "", "no token").ReadToEnd();
  EXPECT_EQ(forged.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(forged), "BAD_POSITION_TOKEN");
}

TEST_F(HostTest, MoreWatchesThanMayBeOpenAreRefusedUntilOneEnds) {
  infrastructure::Settings settings = Settings();
  settings.watches_max = 2;
  StartHost(settings);
  auto first = std::make_unique<Watch>(*queries_, "", "");
  Watch second(*queries_, "", "");
  first->ReadToCaughtUp();
  second.ReadToCaughtUp();
  const grpc::Status status = Watch(*queries_, "", "").ReadToEnd();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "OVERLOADED");
  first.reset();
  // The server learns of it soon, not at once.
  bool has_room = false;
  for (int i = 0; i < 500 && !has_room; ++i) {
    grpc::ClientContext context;
    auto reader = queries_->WatchOrders(&context, v1::WatchOrdersRequest());
    v1::WatchOrdersResponse message;
    has_room = reader->Read(&message);
    context.TryCancel();
    if (!has_room) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(has_room);
}

TEST_F(HostTest, AStopEndsWatchesWithUnavailable) {
  Watch watch(*queries_, "", "");
  watch.ReadToCaughtUp();
  std::thread stopping([this] { StopHost(); });
  const grpc::Status status = watch.ReadToEnd();
  stopping.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
}

TEST_F(HostTest, AnAddressBeyondLoopbackNeedsToBeAskedForTwice) {
  infrastructure::Settings settings = Settings();
  settings.grpc_listen.host = "0.0.0.0";
  StartFailure failure;
  EXPECT_EQ(Host::Start(
                settings, telemetry_, *access_, [] {}, failure),
            nullptr);
  EXPECT_EQ(failure.code, ExitCode::kConfig);
  EXPECT_THAT(failure.text, HasSubstr("--insecure"));
  settings.insecure = true;
  StartHost(settings);
}

TEST_F(HostTest, CommandsThatEndAreThoseThatStartedLessThoseInFlight) {
  constexpr int kThreads = 8;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      Create(absl::StrCat("o", i));
      for (int j = 0; j < 20; ++j) SetNote("o0", absl::StrCat("note ", i, " ", j));
      v1::ShipItemsRequest ship;  // Refused: it is a draft.
      ship.set_order_id(absl::StrCat("o", i));
      v1::CommandResponse response;
      EXPECT_FALSE(commands_->ShipItems(Context().get(), ship, &response).ok());
      auto late = Context();
      late->set_deadline(std::chrono::system_clock::now());
      EXPECT_FALSE(commands_->ShipItems(late.get(), ship, &response).ok());
    });
  }
  for (std::thread& thread : threads) thread.join();
  StopHost();  // Of a call that its client gave up, the end is counted by then.
  double started = 0;
  double in_flight = 0;
  double ok = 0;
  double refused = 0;
  double unknown = 0;
  for (const prometheus::MetricFamily& family : telemetry_.Collect()) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      if (family.name == "orders_commands_started_total") started += metric.counter.value;
      if (family.name == "orders_commands_in_flight") in_flight += metric.gauge.value;
      if (family.name != "orders_commands_total") continue;
      for (const auto& label : metric.label) {
        if (label.value == "ok") ok += metric.counter.value;
        if (label.value == "refused") refused += metric.counter.value;
        if (label.value == "unknown") unknown += metric.counter.value;
      }
    }
  }
  EXPECT_EQ(ok, kThreads * 21);
  EXPECT_GE(refused, kThreads);
  EXPECT_EQ(in_flight, 0);
  EXPECT_EQ(ok + refused + unknown, started - in_flight);
}

TEST_F(HostTest, ThePortOfMetricsIsInTheReadyLineAndFollowsTheRuleOfLoopback) {
  EXPECT_THAT(host_->ReadyLine(), ::testing::Not(HasSubstr("metrics=")));
  infrastructure::Settings settings = Settings();
  settings.metrics_listen = {.host = "127.0.0.1", .port = 0};
  StartHost(settings);
  const std::string ready = host_->ReadyLine();
  const std::size_t begin = ready.find(" metrics=") + 9;
  const std::string address = ready.substr(begin, ready.find(' ', begin) - begin);
  EXPECT_THAT(address, testing::StartsWith("127.0.0.1:"));
  settings.metrics_listen = *infrastructure::ListenAddress::Parse(address);
  StartFailure failure;
  EXPECT_EQ(Host::Start(
                settings, telemetry_, *access_, [] {}, failure),
            nullptr);
  EXPECT_EQ(failure.code, ExitCode::kUnavailable);
  EXPECT_THAT(failure.text, HasSubstr(absl::StrCat("metrics-listen ", address)));
  settings.metrics_listen = {.host = "0.0.0.0", .port = 0};
  EXPECT_EQ(Host::Start(
                settings, telemetry_, *access_, [] {}, failure),
            nullptr);
  EXPECT_EQ(failure.code, ExitCode::kConfig);
  EXPECT_THAT(failure.text, HasSubstr("metrics-listen 0.0.0.0:0"));
}

TEST_F(HostTest, APortThatIsTakenIsNamed) {
  infrastructure::Settings settings = Settings();
  const std::string ready = host_->ReadyLine();
  const std::size_t begin = ready.find("grpc=") + 5;
  const std::string address = ready.substr(begin, ready.find(' ', begin) - begin);
  settings.grpc_listen = *infrastructure::ListenAddress::Parse(address);
  StartFailure failure;
  EXPECT_EQ(Host::Start(
                settings, telemetry_, *access_, [] {}, failure),
            nullptr);
  EXPECT_EQ(failure.code, ExitCode::kUnavailable);
  EXPECT_THAT(failure.text, HasSubstr(address));
}

}  // namespace
}  // namespace orders::api
