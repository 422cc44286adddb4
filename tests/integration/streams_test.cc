// The store's streams and the node, as an operator looks at them: over gRPC and HTTP, on the
// embedded store and on a server.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "eventstoredb/client_event_store.h"
#include "eventstoredb/connection_string.h"
#include "orders/v1/nodes.grpc.pb.h"
#include "orders/v1/streams.grpc.pb.h"
#include "tests/integration/service_test.h"
#include "tests/support/http_client.h"

namespace orders::testing_support {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Code = grpc::StatusCode;

constexpr std::size_t kAnswerBytesMax = 3 << 20;

/// A service on a store that others can write to as well.
class StreamsTest : public testing::TestWithParam<std::string> {
 protected:
  bool on_a_server() const { return GetParam() == "Server"; }
  void SetUp() override {
    std::vector<std::string> arguments = {"--http-listen", "127.0.0.1:0"};
    if (on_a_server()) {
      auto node = OrderdProcess::Start({.store_alone = true, .data = scratch_.Path("node")});
      ASSERT_TRUE(node.ok()) << node.status();
      node_ = *std::move(node);
      arguments.insert(arguments.end(), {"--store", Connection(node_->address(), "ada:s3cret@")});
    } else {
      arguments.insert(arguments.end(), {"--store-listen", "127.0.0.1:0"});
    }
    auto started = OrderdProcess::Start({.data = scratch_.Path("data"), .arguments = arguments});
    ASSERT_TRUE(started.ok()) << started.status();
    service_ = *std::move(started);
    client_ = std::make_unique<OrdersClient>(service_->address());
    streams_ = v1::Streams::NewStub(client_->channel());
    const std::string store_address =
        on_a_server() ? node_->address() : service_->ReadyWord("store-listen");
    const auto parsed = eventstoredb::ParseConnectionString(Connection(store_address, ""));
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    auto connected = eventstoredb::Client::Create(parsed->options);
    ASSERT_TRUE(connected.ok()) << connected.status();
    store_client_ = *std::move(connected);
    store_ = std::make_unique<eventstoredb::ClientEventStore>(*store_client_);
  }
  static std::string Connection(const std::string& address, const std::string& user) {
    return absl::StrCat("esdb://", user, address, "?tls=false");
  }

  /// As another program would write.
  void Write(const std::string& stream, const std::string& type, bool is_json,
             const std::string& data, const std::string& metadata = "") {
    eventstoredb::AppendRequest request;
    request.stream = stream;
    request.events.push_back(
        {.type = type, .is_json = is_json, .data = data, .metadata = metadata});
    const auto appended = store_client_->Append(std::move(request));
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  template <typename Response, typename Request>
  Answer<Response> Ask(grpc::Status (v1::Streams::Stub::*rpc)(grpc::ClientContext*, const Request&,
                                                              Response*),
                       const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    Answer<Response> answer;
    answer.status = (*streams_.*rpc)(&context, request, &answer.response);
    return answer;
  }
  Answer<v1::ListStreamEventsResponse> Read(const v1::ListStreamEventsRequest& request) {
    return Ask(&v1::Streams::Stub::ListStreamEvents, request);
  }
  Answer<v1::ListStreamEventsResponse> Read(const std::string& stream) {
    v1::ListStreamEventsRequest request;
    request.set_stream(stream);
    return Read(request);
  }
  json Get(const std::string& target, int status = 200) {
    HttpClient http(service_->ReadyWord("http"));
    const HttpAnswer answer = http.Get(target);
    EXPECT_EQ(answer.status, status) << target << ": " << answer.body;
    EXPECT_LT(answer.body.size(), kAnswerBytesMax);
    return json::parse(answer.body, nullptr, false);
  }

  ScratchFolder scratch_;
  std::unique_ptr<OrderdProcess> node_;
  std::unique_ptr<OrderdProcess> service_;
  std::unique_ptr<OrdersClient> client_;
  std::unique_ptr<v1::Streams::Stub> streams_;
  std::unique_ptr<eventstoredb::Client> store_client_;
  std::unique_ptr<eventstoredb::ClientEventStore> store_;
};
INSTANTIATE_TEST_SUITE_P(Stores, StreamsTest, testing::Values("Embedded", "Server"),
                         [](const auto& param_info) { return param_info.param; });

TEST_P(StreamsTest, AnOrdersEventsAreReadAsTheyAreStored) {
  ASSERT_TRUE(client_->Send(CreateRequest("o-1")).ok());
  ASSERT_TRUE(client_->Send(NoteRequest("o-1", "ring \"twice\" <b>")).ok());
  const auto read = Read("order-o-1");
  ASSERT_TRUE(read.ok()) << Describe(read.status);
  ASSERT_EQ(read.response.events_size(), 2);
  const v1::Event& noted = read.response.events(1);
  EXPECT_EQ(noted.type(), "NoteSet");
  EXPECT_EQ(noted.stream(), "order-o-1");
  EXPECT_EQ(noted.revision(), 1U);
  EXPECT_EQ(json::parse(noted.data().json())["note"], "ring \"twice\" <b>");
  EXPECT_EQ(noted.data().size_bytes(), noted.data().json().size());
  EXPECT_FALSE(json::parse(noted.metadata().json())["requestId"].get<std::string>().empty());
  EXPECT_FALSE(noted.correlation_id().empty());
  EXPECT_TRUE(read.response.next_page_token().empty());
  // The token is one of the API's.
  EXPECT_TRUE(client_->GetOrder("o-1", noted.position_token()).ok());

  const json over_http = Get("/v1/streams/order-o-1/events?direction=BACKWARDS&page_size=1");
  ASSERT_EQ(over_http["events"].size(), 1U);
  EXPECT_EQ(over_http["events"][0]["event_id"], noted.event_id());
  EXPECT_EQ(over_http["events"][0]["revision"], "1");
  EXPECT_EQ(over_http["events"][0]["data"]["json"], noted.data().json());
  EXPECT_EQ(over_http["events"][0]["position_token"], noted.position_token());
  const std::string next = over_http["next_page_token"];
  const json last =
      Get(absl::StrCat("/v1/streams/order-o-1/events?direction=BACKWARDS&page_token=", next));
  ASSERT_EQ(last["events"].size(), 1U);
  EXPECT_EQ(last["events"][0]["type"], "OrderCreated");
  EXPECT_EQ(last["next_page_token"], "");
  EXPECT_EQ(Get("/v1/streams/order-o-1/events?from_revision=1")["events"][0]["event_id"],
            noted.event_id());
}

TEST_P(StreamsTest, BytesThatAreNoJsonComeInBase64) {
  ASSERT_NO_FATAL_FAILURE(Write("pictures", "Taken", false, std::string("\x00\xff<", 3), "{}"));
  ASSERT_NO_FATAL_FAILURE(Write("pictures", "Broken", true, "{\"note\":", "{]"));
  const json read = Get("/v1/streams/pictures/events");
  ASSERT_EQ(read["events"].size(), 2U);
  EXPECT_EQ(read["events"][0]["data"]["raw"], "AP88");
  EXPECT_FALSE(read["events"][0]["data"].contains("json"));
  EXPECT_EQ(read["events"][0]["metadata"]["json"], "{}");
  EXPECT_EQ(read["events"][1]["data"]["raw"], "eyJub3RlIjo=");
  EXPECT_EQ(read["events"][1]["metadata"]["raw"], "e10=");
}

TEST_P(StreamsTest, AllStreamsAreReadByPrefixFromAPosition) {
  const CommandAnswer first = client_->Send(CreateRequest("a"));
  ASSERT_TRUE(first.ok());
  ASSERT_NO_FATAL_FAILURE(Write("other", "Happened", true, "{}"));
  const CommandAnswer second = client_->Send(CreateRequest("b"));
  ASSERT_TRUE(second.ok());
  v1::ListStreamEventsRequest request;
  request.set_stream("$all");
  request.set_from_position(first.response.position_token());
  request.set_stream_prefix("order-");
  const auto read = Read(request);
  ASSERT_TRUE(read.ok()) << Describe(read.status);
  ASSERT_EQ(read.response.events_size(), 2);
  EXPECT_EQ(read.response.events(0).position_token(), first.response.position_token());
  EXPECT_EQ(read.response.events(1).stream(), "order-b");
  const json backwards = Get(
      absl::StrCat("/v1/streams/$all/events?direction=BACKWARDS&type_prefix=Happ&from_position=",
                   second.response.position_token()));
  ASSERT_EQ(backwards["events"].size(), 1U);
  EXPECT_EQ(backwards["events"][0]["stream"], "other");
  // The same name, encoded.
  EXPECT_EQ(Get("/v1/streams/%24all/events?stream_prefix=other")["events"].size(), 1U);
}

TEST_P(StreamsTest, ACategoryIsReadByItsLinksWhereThereAreAny) {
  const json refused = Get("/v1/streams/$ce-order/events", 409);
  EXPECT_EQ(refused["reason"], "NOT_PROJECTED");
  EXPECT_THAT(refused["detail"], HasSubstr("read $all with a stream_prefix"));
  ExpectError(Read("$et-OrderCreated").status, Code::FAILED_PRECONDITION, "NOT_PROJECTED");

  ASSERT_TRUE(client_->Send(CreateRequest("c")).ok());
  const auto read = Read("$ce-order");
  ASSERT_TRUE(read.ok()) << Describe(read.status);
  ASSERT_EQ(read.response.events_size(), 1);
  EXPECT_EQ(read.response.events(0).stream(), "order-c");
  EXPECT_EQ(read.response.events(0).type(), "OrderCreated");
  EXPECT_EQ(read.response.events(0).link().stream(), "$ce-order");
  EXPECT_EQ(read.response.events(0).link().revision(), 0U);
}

TEST_P(StreamsTest, StreamsAreListedByTheirNewestEvent) {
  for (const std::string id : {"a", "b", "c"}) {
    ASSERT_TRUE(client_->Send(CreateRequest(id)).ok());
  }
  const CommandAnswer noted = client_->Send(NoteRequest("a", "again"));
  ASSERT_TRUE(noted.ok());
  std::vector<std::string> names;
  v1::ListStreamsRequest request;
  request.set_stream_prefix("order-");
  request.set_page_size(1);
  do {
    const auto page = Ask(&v1::Streams::Stub::ListStreams, request);
    ASSERT_TRUE(page.ok()) << Describe(page.status);
    for (const v1::Stream& stream : page.response.streams()) {
      if (names.empty()) {
        EXPECT_EQ(stream.last_revision(), 1U);
        EXPECT_EQ(stream.last_type(), "NoteSet");
        EXPECT_EQ(stream.position_token(), noted.response.position_token());
      }
      names.push_back(stream.stream());
    }
    request.set_page_token(page.response.next_page_token());
  } while (!request.page_token().empty() && names.size() < 10);
  EXPECT_THAT(names, ElementsAre("order-a", "order-c", "order-b"));
  const json over_http = Get("/v1/streams?stream_prefix=order-&page_size=500");
  EXPECT_EQ(over_http["streams"].size(), 3U);
  EXPECT_EQ(over_http["streams"][0]["last_revision"], "1");
}

TEST_P(StreamsTest, WhatOneRequestHasCausedIsFoundByItsCorrelationId) {
  const auto correlated = [](grpc::ClientContext& context) {
    context.AddMetadata("x-correlation-id", "checkout-7/\"x\"");
  };
  ASSERT_TRUE(client_->Send(CreateRequest("k", "r-1"), correlated).ok());
  ASSERT_TRUE(client_->Send(CreateRequest("unrelated")).ok());
  ASSERT_TRUE(client_->Send(NoteRequest("k", "n", "r-2"), correlated).ok());
  const auto created = Read("order-k");
  ASSERT_TRUE(created.ok()) << Describe(created.status);
  const std::string cause = created.response.events(0).event_id();
  ASSERT_NO_FATAL_FAILURE(
      Write("mails", "MailSent", true, "{}",
            json{{"$correlationId", "checkout-7/\"x\""}, {"$causationId", cause}}.dump()));
  v1::ListCorrelatedEventsRequest request;
  request.set_correlation_id("checkout-7/\"x\"");
  const auto found = Ask(&v1::Streams::Stub::ListCorrelatedEvents, request);
  ASSERT_TRUE(found.ok()) << Describe(found.status);
  ASSERT_EQ(found.response.events_size(), 3);
  EXPECT_EQ(found.response.events(0).type(), "MailSent");
  EXPECT_EQ(found.response.events(0).causation_id(), cause);
  EXPECT_EQ(found.response.events(1).causation_id(), "r-2");
  EXPECT_EQ(found.response.events(2).causation_id(), "r-1");
  EXPECT_GE(found.response.events_examined(), 4U);
  EXPECT_TRUE(found.response.next_page_token().empty());
  const json over_http =
      Get("/v1/streams:listCorrelated?correlation_id=checkout-7%2F%22x%22&direction=FORWARDS&"
          "page_size=1");
  ASSERT_EQ(over_http["events"].size(), 1U);
  EXPECT_EQ(over_http["events"][0]["causation_id"], "r-1");
  EXPECT_NE(over_http["next_page_token"], "");
  EXPECT_THAT(Get("/v1/streams:listCorrelated?correlation_id=checkout")["events"], IsEmpty());
}

TEST_P(StreamsTest, AnAnswerStaysSmallWhateverIsInTheStore) {
  for (int i = 0; i < 6; ++i) {
    ASSERT_NO_FATAL_FAILURE(
        Write("large", "Large", true, absl::StrCat("\"", std::string(1'000'000, 'x'), "\"")));
  }
  ASSERT_NO_FATAL_FAILURE(
      Write("large", "Escaped", true, absl::StrCat("\"", std::string(900'000, '<'), "\"")));
  std::string token;
  int events = 0;
  int pages = 0;
  do {
    const json page =
        Get(absl::StrCat("/v1/streams/large/events?page_size=500&page_token=", token));
    events += static_cast<int>(page["events"].size());
    for (const json& event : page["events"]) {
      EXPECT_EQ(event["data"]["cut"], event["type"] == "Escaped");
    }
    token = page["next_page_token"];
  } while (!token.empty() && ++pages < 20);
  EXPECT_EQ(events, 7);
}

TEST_P(StreamsTest, WhatCannotBeAnsweredIsRefusedWithWhatToChange) {
  ASSERT_TRUE(client_->Send(CreateRequest("r")).ok());
  ASSERT_TRUE(client_->Send(CreateRequest("another")).ok());
  ExpectError(Read("no-such").status, Code::NOT_FOUND, "STREAM_NOT_FOUND");
  EXPECT_EQ(Get("/v1/streams/no-such/events", 404)["reason"], "STREAM_NOT_FOUND");
  const auto refused = [&](const std::string& target, const std::string& field) {
    const json problem = Get(target, 400);
    EXPECT_EQ(problem["violations"][0]["field"], field) << target << problem.dump();
  };
  refused("/v1/streams/order-r/events?from_position=x", "from_position");
  refused("/v1/streams/order-r/events?stream_prefix=x", "stream_prefix");
  refused("/v1/streams/order-r/events?type_prefix=x", "type_prefix");
  refused("/v1/streams/$all/events?from_revision=1", "from_revision");
  refused("/v1/streams/order-r/events?from_revision=9223372036854775808", "from_revision");
  refused("/v1/streams/order-r/events?page_size=-1", "page_size");
  refused("/v1/streams/order-r/events?direction=SIDEWAYS", "direction");
  refused("/v1/streams:listCorrelated", "correlation_id");
  refused(absl::StrCat("/v1/streams?stream_prefix=", std::string(1'025, 's')), "stream_prefix");
  ExpectInvalid(Read("").status, "stream");
  ExpectInvalid(Read(std::string(1'025, 's')).status, "stream");
  EXPECT_EQ(Get("/v1/streams/$all/events?from_position=x", 400)["reason"], "BAD_POSITION_TOKEN");
  // A token of one list is none of another.
  const std::string token = Get("/v1/streams/$all/events?page_size=1")["next_page_token"];
  ASSERT_NE(token, "");
  EXPECT_EQ(Get("/v1/streams?page_token=" + token, 400)["reason"], "BAD_PAGE_TOKEN");
  EXPECT_EQ(Get("/v1/streams/$all/events?direction=BACKWARDS&page_token=" + token, 400)["reason"],
            "BAD_PAGE_TOKEN");
  // Beyond the end there is nothing.
  EXPECT_THAT(Get("/v1/streams/order-r/events?from_revision=7")["events"], IsEmpty());
}

TEST_P(StreamsTest, TheNodeTellsWhatItDoesAndWithWhichSettings) {
  ASSERT_TRUE(client_->Send(CreateRequest("n")).ok());
  ASSERT_FALSE(client_->Send(ConfirmRequest("none")).ok());
  grpc::ClientContext context;
  v1::Node node;
  const grpc::Status status = v1::Nodes::NewStub(client_->channel())->GetNode(&context, {}, &node);
  ASSERT_TRUE(status.ok()) << Describe(status);
  EXPECT_EQ(node.version(), "0.1.0");
  EXPECT_GT(node.start_time().seconds(), 0);
  EXPECT_EQ(node.store().kind(), on_a_server() ? "server" : "embedded");
  EXPECT_FALSE(node.store().store_id().empty());
  EXPECT_GT(node.process().resident_bytes(), 1U << 20);
  EXPECT_GT(node.process().open_files(), 3U);
  std::set<std::string> calls;
  for (const v1::CallStatistics& call : node.calls()) {
    calls.insert(call.name());
    if (call.name() == "CreateOrder") {
      EXPECT_EQ(call.kind(), v1::CallStatistics::COMMAND);
      EXPECT_EQ(call.started(), 1U);
      EXPECT_EQ(call.failed(), 0U);
      EXPECT_EQ(call.latency().count(), 1U);
      EXPECT_GT(call.latency().mean_ms(), 0);
    }
    if (call.name() == "ConfirmOrder") {
      EXPECT_EQ(call.failed(), 1U);
    }
  }
  EXPECT_TRUE(calls.contains("CreateOrder") && calls.contains("GetNode"));
  EXPECT_EQ(node.has_log(), !on_a_server());
  EXPECT_EQ(node.has_store_client(), on_a_server());
  if (node.has_log()) {
    EXPECT_EQ(node.log().events(), 1U);
    EXPECT_EQ(node.log().groups(), node.log().commit().count());
    EXPECT_GT(node.log().commit().mean_ms(), 0);
    EXPECT_EQ(node.store_server().connections(), 0U);
  } else {
    EXPECT_GE(node.store_client().connections_made(), 1U);
  }
  const json over_http = Get("/v1/node");
  EXPECT_EQ(over_http["connections"]["http_connections"], "1");
  EXPECT_THAT(over_http.dump(), Not(HasSubstr("s3cret")));
  std::set<std::string> from_flags;
  for (const json& setting : over_http["settings"]) {
    if (setting["source"] == "FLAG") from_flags.insert(setting["name"]);
    if (setting["name"] == "store" && on_a_server()) {
      EXPECT_EQ(setting["value"], Connection(node_->address(), "***@"));
    }
    if (setting["name"] == "workers") {
      EXPECT_EQ(setting["value"], "64");
    }
  }
  EXPECT_EQ(from_flags, (std::set<std::string>{"data", "grpc-listen", "http-listen",
                                               on_a_server() ? "store" : "store-listen"}));
}

}  // namespace
}  // namespace orders::testing_support
