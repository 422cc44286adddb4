// The event store on its own (`orderd store`) and that of a running service opened to others
// (`orderd serve --store-listen`): the real binary, spoken to in the store's protocol.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "event_store/client/streams.grpc.pb.h"
#include "tests/integration/raw_http2.h"
#include "tests/integration/service_test.h"

namespace orders::testing_support {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace streams = event_store::client::streams;

constexpr char kReadMethod[] = "/event_store.client.streams.Streams/Read";
constexpr absl::Duration kEndsWithin = absl::Seconds(30);

std::string ReadOfAll() {
  streams::ReadReq request;
  auto& options = *request.mutable_options();
  options.mutable_all()->mutable_start();
  options.set_count(10);
  options.mutable_no_filter();
  options.mutable_uuid_option()->mutable_string();
  return request.SerializeAsString();
}

std::unique_ptr<OrderdProcess> MustStart(const OrderdOptions& options) {
  auto started = OrderdProcess::Start(options);
  if (!started.ok()) {
    ADD_FAILURE() << started.status();
    return nullptr;
  }
  return *std::move(started);
}

/// A caller of the store's protocol.
class StoreClient {
 public:
  explicit StoreClient(const std::string& address)
      : stub_(streams::Streams::NewStub(
            grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {}

  /// One event of `type`; `number` makes its id.
  grpc::Status Append(const std::string& stream, const std::string& type, int number) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    streams::AppendResp response;
    const auto writer = stub_->Append(&context, &response);
    streams::AppendReq options;
    options.mutable_options()->mutable_stream_identifier()->set_stream_name(stream);
    options.mutable_options()->mutable_any();
    writer->Write(options);
    streams::AppendReq event;
    auto& proposed = *event.mutable_proposed_message();
    proposed.mutable_id()->set_string(
        absl::StrCat("00000000-0000-4000-8000-", 100'000'000'000LL + number));
    (*proposed.mutable_metadata())["type"] = type;
    (*proposed.mutable_metadata())["content-type"] = "application/json";
    proposed.set_data("{}");
    writer->Write(event);
    writer->WritesDone();
    return writer->Finish();
  }

  /// The types of a stream's events, in order.
  std::vector<std::string> Types(const std::string& stream) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const auto reader = stub_->Read(&context, ReadRequest(stream));
    std::vector<std::string> types;
    streams::ReadResp response;
    while (reader->Read(&response)) {
      if (response.has_event()) types.push_back(response.event().event().metadata().at("type"));
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return types;
  }

  /// Opens a subscription to a stream and waits until it is there.
  std::unique_ptr<grpc::ClientReader<streams::ReadResp>> Subscribe(grpc::ClientContext& context,
                                                                   const std::string& stream) {
    streams::ReadReq request = ReadRequest(stream);
    request.mutable_options()->mutable_subscription();
    auto reader = stub_->Read(&context, request);
    streams::ReadResp confirmation;
    EXPECT_TRUE(reader->Read(&confirmation));
    EXPECT_TRUE(confirmation.has_confirmation());
    return reader;
  }

 private:
  static streams::ReadReq ReadRequest(const std::string& stream) {
    streams::ReadReq request;
    auto& options = *request.mutable_options();
    options.mutable_stream()->mutable_stream_identifier()->set_stream_name(stream);
    options.mutable_stream()->mutable_start();
    options.set_count(1'000);
    options.mutable_no_filter();
    options.mutable_uuid_option()->mutable_string();
    return request;
  }

  std::unique_ptr<streams::Streams::Stub> stub_;
};

TEST(TheStoreAlone, SaysWhereItServesAndOnWhat) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  const auto on_disk = MustStart({.store_alone = true, .data = data});
  ASSERT_NE(on_disk, nullptr);
  EXPECT_EQ(on_disk->out(),
            absl::StrCat("orderd ready store=", on_disk->address(), " data=", data, "\n"));
  const auto in_memory = MustStart({.store_alone = true});
  ASSERT_NE(in_memory, nullptr);
  EXPECT_EQ(in_memory->out(),
            absl::StrCat("orderd ready store=", in_memory->address(), " in-memory\n"));
  EXPECT_THAT(in_memory->address(), Not(HasSubstr(":0")));
}

TEST(TheStoreAlone, KeepsWhatItHasAnsweredThroughAStopAndAKill) {
  const ScratchFolder scratch;
  const OrderdOptions options{.store_alone = true, .data = scratch.Path("data")};
  {
    const auto process = MustStart(options);
    ASSERT_NE(process, nullptr);
    ASSERT_TRUE(StoreClient(process->address()).Append("s", "One", 1).ok());
    const ProcessEnd end = process->Stop();
    EXPECT_EQ(end.exit_code, 0) << end.err;
  }
  {
    const auto process = MustStart(options);
    ASSERT_NE(process, nullptr);
    ASSERT_TRUE(StoreClient(process->address()).Append("s", "Two", 2).ok());
    process->KillNow();
  }
  const auto process = MustStart(options);
  ASSERT_NE(process, nullptr);
  EXPECT_THAT(StoreClient(process->address()).Types("s"), ElementsAre("One", "Two"));
}

TEST(TheStoreAlone, TellsItsSubscribersWhenItStops) {
  const auto process = MustStart({.store_alone = true});
  ASSERT_NE(process, nullptr);
  StoreClient client(process->address());
  ASSERT_TRUE(client.Append("s", "One", 1).ok());
  grpc::ClientContext context;
  const auto subscription = client.Subscribe(context, "s");
  const ProcessEnd end = process->Stop();
  EXPECT_EQ(end.exit_code, 0) << end.err;
  streams::ReadResp response;
  while (subscription->Read(&response)) {
  }
  EXPECT_EQ(subscription->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST(TheStoreAlone, B36_ATimeoutHeaderThatIsNoneNeverMeansForEver) {
  // The header is refused, or the call ends by the node's own bounds.
  const auto store = MustStart({.store_alone = true});
  ASSERT_NE(store, nullptr);
  for (const std::string timeout : {"-1S", "1x", "", "S", "1 S", "99999999H"}) {
    SCOPED_TRACE(timeout);
    RawHeaders headers = GoodHeaders(kReadMethod);
    headers.emplace_back("grpc-timeout", timeout);
    EXPECT_NE(CallRaw(store->address(), headers, ReadOfAll(), kEndsWithin), RawEnd::kTimedOut);
  }
  EXPECT_TRUE(StoreClient(store->address()).Append("after", "Tested", 1).ok());
}

TEST(TheStoreAlone, B38_HeadersThatLieAboutTheTransportHarmNobody) {
  const auto store = MustStart({.store_alone = true});
  ASSERT_NE(store, nullptr);
  RawHeaders many = GoodHeaders(kReadMethod);
  for (int i = 0; i < 20; ++i) many.emplace_back(absl::StrCat("x-", i), std::string(1'000, 'h'));
  RawHeaders balancer = GoodHeaders(kReadMethod);
  balancer.emplace_back("grpclb_client_stats", "x");
  RawHeaders trailers = GoodHeaders(kReadMethod);
  for (auto& [name, value] : trailers) {
    if (name == "te" || name == ":scheme") value = "x";
  }
  for (const RawHeaders& headers : {many, balancer, trailers}) {
    const RawEnd end = CallRaw(store->address(), headers, "", kEndsWithin);
    EXPECT_NE(end, RawEnd::kTimedOut);
    EXPECT_NE(end, RawEnd::kNoConnection);
    EXPECT_TRUE(StoreClient(store->address()).Append("after", "Tested", 1).ok());
  }
}

TEST(TheStoreAlone, KnowsNothingOfOrders) {
  const auto process = MustStart({.store_alone = true});
  ASSERT_NE(process, nullptr);
  OrdersClient client(process->address());
  EXPECT_EQ(client.Send(CreateRequest("o-1")).status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST(TheStoreAlone, DoesNotStartOnWhatItCannotHave) {
  const ScratchFolder scratch;
  const std::string data = scratch.Path("data");
  const auto first = MustStart({.store_alone = true, .data = data});
  ASSERT_NE(first, nullptr);

  const ProcessEnd same_folder = RunOrderd(StoreArguments(data));
  EXPECT_EQ(same_folder.exit_code, 75) << same_folder.err;
  EXPECT_THAT(same_folder.err, HasSubstr(absl::StrCat("pid ", first->pid())));

  const ProcessEnd same_port = RunOrderd(StoreArguments("", first->address()));
  EXPECT_EQ(same_port.exit_code, 69) << same_port.err;
  EXPECT_THAT(same_port.err, HasSubstr("--listen"));

  const ProcessEnd everywhere = RunOrderd(StoreArguments("", "0.0.0.0:0"));
  EXPECT_EQ(everywhere.exit_code, 78) << everywhere.err;
  EXPECT_THAT(everywhere.err, HasSubstr("--insecure"));

  const ProcessEnd no_folder = RunOrderd(StoreArguments(scratch.Path("no/such/folder")));
  EXPECT_EQ(no_folder.exit_code, 73) << no_folder.err;

  const ProcessEnd not_its_flag = RunOrderd({"store", "--workers", "3"});
  EXPECT_EQ(not_its_flag.exit_code, 64) << not_its_flag.err;
  EXPECT_THAT(not_its_flag.err, HasSubstr("--workers"));

  EXPECT_TRUE(StoreClient(first->address()).Append("s", "One", 1).ok());
}

TEST(TheStoreAlone, ServesBeyondLoopbackWithTheWordInsecureAndSaysSo) {
  const auto process =
      MustStart({.store_alone = true, .listen = "0.0.0.0:0", .arguments = {"--insecure"}});
  ASSERT_NE(process, nullptr);
  EXPECT_THAT(process->err(), HasSubstr("INSECURE"));
}

TEST(TheStoreOfTheService, IsOpenToOthersWhereToldSo) {
  const ScratchFolder scratch;
  const auto process =
      MustStart({.data = scratch.Path("data"), .arguments = {"--store-listen", "127.0.0.1:0"}});
  ASSERT_NE(process, nullptr);
  OrdersClient orders(process->address());
  ASSERT_TRUE(orders.Send(CreateRequest("o-1")).ok());
  StoreClient store(process->ReadyWord("store-listen"));
  EXPECT_THAT(store.Types("order-o-1"), ElementsAre("OrderCreated"));

  ASSERT_TRUE(store.Append("not-an-order", "Noted", 1).ok());
  EXPECT_THAT(store.Types("not-an-order"), ElementsAre("Noted"));
  // The service goes on beside what others write.
  ASSERT_TRUE(orders.Send(CreateRequest("o-2")).ok());
  EXPECT_EQ(process->Stop().exit_code, 0);
}

TEST(TheStoreOfTheService, IsItsOwnUnlessTold) {
  const auto process = MustStart({});
  ASSERT_NE(process, nullptr);
  EXPECT_THAT(process->ReadyWord("store-listen"), IsEmpty());
  EXPECT_EQ(StoreClient(process->address()).Append("s", "One", 1).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(TheStoreOfTheService, IsNotOpenedBeyondLoopbackWithoutTheWordInsecure) {
  const ProcessEnd end = RunOrderd(
      {"serve", "--in-memory", "--grpc-listen", "127.0.0.1:0", "--store-listen", "0.0.0.0:0"});
  EXPECT_EQ(end.exit_code, 78) << end.err;
  EXPECT_THAT(end.err, HasSubstr("store-listen 0.0.0.0:0"));
}

TEST(TheStoreOfTheService, AtAnAddressInUseStopsTheStart) {
  const auto other = MustStart({.store_alone = true});
  ASSERT_NE(other, nullptr);
  const ProcessEnd end = RunOrderd(
      {"serve", "--in-memory", "--grpc-listen", "127.0.0.1:0", "--store-listen", other->address()});
  EXPECT_EQ(end.exit_code, 69) << end.err;
  EXPECT_THAT(end.err, HasSubstr("--store-listen"));
  EXPECT_THAT(end.out, IsEmpty());
}

}  // namespace
}  // namespace orders::testing_support
