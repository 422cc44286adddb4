// Two customers, a shop and its readers: every rpc of the protos, with every kind of token.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

#include "api/access/access_rules.h"
#include "api/http/openapi_examples.h"
#include "orders/v1/admin.pb.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/consumer_groups.pb.h"
#include "orders/v1/nodes.pb.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/read_models.pb.h"
#include "orders/v1/store_users.pb.h"
#include "orders/v1/streams.pb.h"
#include "orders/v1/webhooks.pb.h"
#include "tests/support/http_client.h"
#include "tests/support/orderd_process.h"
#include "tests/support/orders_client.h"
#include "tests/support/test_tokens.h"

namespace orders::testing_support {
namespace {

using api::AccessRule;
using application::Role;
using google::protobuf::MethodDescriptor;

const std::string kAda = NewStaticToken();
const std::string kBob = NewStaticToken();
const std::string kReader = NewStaticToken();
const std::string kWriter = NewStaticToken();
const std::string kAdmin = NewStaticToken();
const std::string kGreedy = NewStaticToken();

std::string Entry(const std::string& name, const std::string& token, const std::string& role,
                  const std::string& more = "") {
  return StaticTokenEntry(name, token, absl::StrCat("role = \"", role, "\"\n", more));
}

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const auto* file :
       {v1::CreateOrderRequest::descriptor()->file(), v1::GetOrderRequest::descriptor()->file(),
        v1::GetHealthRequest::descriptor()->file(), v1::ListReadModelsRequest::descriptor()->file(),
        v1::ListStoreUsersRequest::descriptor()->file(),
        v1::ListStreamsRequest::descriptor()->file(), v1::GetNodeRequest::descriptor()->file(),
        v1::GetConsumerGroupRequest::descriptor()->file(),
        v1::ListWebhooksRequest::descriptor()->file()}) {
    for (int i = 0; i < file->service_count(); ++i) {
      for (int j = 0; j < file->service(i)->method_count(); ++j) {
        methods.push_back(file->service(i)->method(j));
      }
    }
  }
  return methods;
}

std::string FullName(const MethodDescriptor& method) {
  return absl::StrCat("/", method.service()->full_name(), "/", method.name());
}

class Access : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = folder_.Path("tokens.toml");
    WriteWholeFile(path, Entry("ada", kAda, "write", "customer = \"ada\"\n") +
                             Entry("bob", kBob, "write", "customer = \"bob\"\n") +
                             Entry("reader", kReader, "read") + Entry("writer", kWriter, "write") +
                             Entry("admin", kAdmin, "admin") +
                             Entry("greedy", kGreedy, "write", "calls_per_second = 5\n"));
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    auto started =
        OrderdProcess::Start({.arguments = {"--tokens", path, "--http-listen", "127.0.0.1:0"}});
    ASSERT_TRUE(started.ok()) << started.status();
    process_ = *std::move(started);
    client_ = std::make_unique<OrdersClient>(process_->address());
  }

  static OrdersClient::ContextSetter With(const std::string& token) {
    return [token](grpc::ClientContext& context) {
      if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    };
  }
  /// `json` is the request, with all its fields.
  grpc::Status Call(const MethodDescriptor& method, std::string_view json,
                    const std::string& token) {
    google::protobuf::DynamicMessageFactory factory;
    const std::unique_ptr<google::protobuf::Message> request(
        factory.GetPrototype(method.input_type())->New());
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(std::string(json), request.get());
    EXPECT_TRUE(parsed.ok()) << method.name() << ": " << parsed.ToString();
    return client_->SendBytes(FullName(method), request->SerializeAsString(), With(token));
  }
  /// A request of the document's story; empty fields where that has none.
  static std::string_view ExampleOf(const MethodDescriptor& method) {
    for (const api::OpenApiExample& example : api::OpenApiExamples()) {
      if (example.rpc == method.name()) return example.request;
    }
    return "{}";
  }
  /// Ada's order o-1, which the story is about.
  void MakeAdasOrder() {
    const auto* const create = v1::CreateOrderRequest::descriptor()->file()->service(0)->method(0);
    ASSERT_TRUE(Call(*create, ExampleOf(*create), kAda).ok());
    v1::GetOrderRequest get;
    get.set_order_id("o-1");
    for (int i = 0; i < 500 && !client_->Send(get, With(kAda)).ok(); ++i) {
      absl::SleepFor(absl::Milliseconds(10));
    }
  }

  ScratchFolder folder_;
  std::unique_ptr<OrderdProcess> process_;
  std::unique_ptr<OrdersClient> client_;
};

TEST_F(Access, NoRpcAnswersWithoutATokenThatIsKnown) {
  for (const MethodDescriptor* method : AllMethods()) {
    for (const char* const token : {"", "orders_nobody-has-this-token", "x", "a.b.c"}) {
      const grpc::Status status = Call(*method, ExampleOf(*method), token);
      EXPECT_EQ(status.error_code(), grpc::UNAUTHENTICATED)
          << method->name() << " with '" << token << "': " << Describe(status);
    }
  }
}

TEST_F(Access, TheHealthServiceIsEveryones) {
  bool serving = false;
  EXPECT_TRUE(client_->CheckHealth(serving).ok());
  EXPECT_TRUE(serving);
}

TEST_F(Access, EachRpcTakesTheRoleThatItsProtoNamesAndNoLess) {
  MakeAdasOrder();
  const std::map<std::string, Role> tokens = {
      {kReader, Role::kRead}, {kWriter, Role::kWrite}, {kAdmin, Role::kAdmin}};
  for (const MethodDescriptor* method : AllMethods()) {
    // One takes a stream of messages, of which there is none here; the other never ends.
    const bool is_admitted_elsewhere = method->client_streaming() || method->server_streaming();
    const absl::StatusOr<AccessRule> rule = api::RuleOf(*method);
    ASSERT_TRUE(rule.ok()) << rule.status();
    for (const auto& [token, role] : tokens) {
      if (role >= rule->role && is_admitted_elsewhere) continue;
      const grpc::Status status = Call(*method, ExampleOf(*method), token);
      if (role < rule->role) {
        EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED)
            << method->name() << ": " << Describe(status);
        EXPECT_EQ(DecodeErrorDetails(status).reason, "ROLE_MISSING") << method->name();
      } else {
        EXPECT_NE(status.error_code(), grpc::PERMISSION_DENIED) << method->name();
        EXPECT_NE(status.error_code(), grpc::UNAUTHENTICATED) << method->name();
      }
    }
  }
}

TEST_F(Access, AnotherCustomersOrderIsNotThereForAnyRpc) {
  MakeAdasOrder();
  for (const MethodDescriptor* method : AllMethods()) {
    const absl::StatusOr<AccessRule> rule = api::RuleOf(*method);
    const grpc::Status status = Call(*method, ExampleOf(*method), kBob);
    if (!rule->for_customers) {
      EXPECT_EQ(status.error_code(), grpc::PERMISSION_DENIED)
          << method->name() << ": " << Describe(status);
      continue;
    }
    const auto* const request = method->input_type();
    if (method->name() == "WatchOrders" || request->FindFieldByName("order_id") != nullptr ||
        request->FindFieldByName("customer_id") != nullptr) {
      // The watch of the story names no order: it would be one of everybody's.
      const bool is_watch_of_all = method->name() == "WatchOrders" &&
                                   ExampleOf(*method).find("order_id") == std::string_view::npos;
      EXPECT_EQ(status.error_code(), is_watch_of_all ? grpc::PERMISSION_DENIED : grpc::NOT_FOUND)
          << method->name() << ": " << Describe(status);
    } else {
      EXPECT_TRUE(status.ok()) << method->name() << ": " << Describe(status);
    }
  }
  EXPECT_EQ(client_->Send(v1::ListOrdersRequest(), With(kBob)).response.orders_size(), 0);
  EXPECT_EQ(client_->Send(v1::ListOrdersRequest(), With(kAda)).response.orders_size(), 1);
  // Nothing that bob tried is in the order's history.
  v1::GetOrderHistoryRequest history;
  history.set_order_id("o-1");
  const auto entries = client_->Send(history, With(kAda));
  ASSERT_TRUE(entries.ok()) << Describe(entries.status);
  EXPECT_EQ(entries.response.entries_size(), 1);
  EXPECT_EQ(entries.response.entries(0).actor(), "ada");
}

TEST_F(Access, ACustomersWatchIsOfAnOrderOfTheirs) {
  MakeAdasOrder();
  const auto* const watch = v1::WatchOrdersRequest::descriptor()
                                ->file()
                                ->FindServiceByName("OrderQueries")
                                ->FindMethodByName("WatchOrders");
  EXPECT_EQ(Call(*watch, R"({"order_id":"o-1"})", kBob).error_code(), grpc::NOT_FOUND);
  EXPECT_EQ(Call(*watch, "{}", kAda).error_code(), grpc::PERMISSION_DENIED);

  grpc::ClientContext context;
  With(kAda)(context);
  v1::WatchOrdersRequest request;
  request.set_order_id("o-1");
  const auto reader = client_->queries().WatchOrders(&context, request);
  v1::WatchOrdersResponse message;
  EXPECT_TRUE(reader->Read(&message));
  context.TryCancel();
}

TEST_F(Access, TheOwnerAndTheShopLiveTheOrdersWholeLife) {
  std::map<std::string_view, const MethodDescriptor*> methods;
  for (const MethodDescriptor* method : AllMethods()) methods[method->name()] = method;
  for (const api::OpenApiExample& example : api::OpenApiExamples()) {
    const MethodDescriptor& method = *methods.at(example.rpc);
    if (method.service()->name() != "OrderCommands") continue;
    const bool is_ours = api::RuleOf(method)->for_customers;
    const grpc::Status status = Call(method, example.request, is_ours ? kAda : kWriter);
    EXPECT_EQ(status.ok(), example.status < 300)
        << example.rpc << " " << example.name << ": " << Describe(status);
  }
}

TEST_F(Access, WhoStandsBehindATokenIsRecordedBehindItsName) {
  const auto made = client_->Send(CreateRequest("o-9"), [](grpc::ClientContext& context) {
    With(kWriter)(context);
    context.AddMetadata("x-actor", "ann");
  });
  ASSERT_TRUE(made.ok()) << Describe(made.status);
  v1::GetOrderHistoryRequest history;
  history.set_order_id("o-9");
  const auto entries = client_->Send(history, With(kReader));
  ASSERT_TRUE(entries.ok());
  EXPECT_EQ(entries.response.entries(0).actor(), "writer/ann");
}

TEST_F(Access, WhoCallsTooOftenWaitsAndNobodyElseDoes) {
  int refused = 0;
  std::optional<absl::Duration> wait;
  for (int i = 0; i < 50; ++i) {
    const auto answer = client_->Send(CreateRequest(absl::StrCat("g-", i)), With(kGreedy));
    if (answer.ok()) continue;
    ++refused;
    EXPECT_EQ(answer.code(), grpc::RESOURCE_EXHAUSTED) << Describe(answer.status);
    EXPECT_EQ(answer.details().reason, "QUOTA_EXCEEDED");
    wait = answer.details().retry_after;
    EXPECT_TRUE(client_->Send(CreateRequest(absl::StrCat("w-", i)), With(kWriter)).ok());
  }
  EXPECT_GE(refused, 20);
  ASSERT_TRUE(wait.has_value());
  EXPECT_GT(*wait, absl::ZeroDuration());
  EXPECT_LE(*wait, absl::Seconds(1));
}

TEST_F(Access, OverHttpIsTheSame) {
  HttpClient http(process_->ReadyWord("http"));
  const auto with = [](const std::string& token) {
    return HttpFields{{"Authorization", "Bearer " + token}};
  };
  const HttpAnswer missing = http.Get("/v1/orders");
  EXPECT_EQ(missing.status, 401);
  EXPECT_EQ(missing.Get("WWW-Authenticate"), "Bearer realm=\"orders\"");
  EXPECT_NE(missing.body.find("\"reason\":\"TOKEN_MISSING\""), std::string::npos) << missing.body;
  const HttpAnswer refused = http.Get("/v1/orders", with("orders_nobody"));
  EXPECT_EQ(refused.status, 401);
  EXPECT_NE(refused.Get("WWW-Authenticate").find("invalid_token"), std::string::npos);
  EXPECT_EQ(http.Get("/v1/orders", with(kReader)).status, 200);
  EXPECT_EQ(http.Post("/v1/orders/o-1:setNote", R"({"note":"x"})", with(kReader)).status, 403);
  // Never in the address, where logs would keep it.
  EXPECT_EQ(http.Get("/v1/orders?access_token=" + kReader, with(kReader)).status, 400);

  MakeAdasOrder();
  EXPECT_EQ(http.Get("/v1/orders/o-1", with(kAda)).status, 200);
  const HttpAnswer foreign = http.Get("/v1/orders/o-1", with(kBob));
  const HttpAnswer never = http.Get("/v1/orders/o-2", with(kBob));
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(never.status, 404);
  EXPECT_EQ(http.Get("/v1/orders:watch", with(kBob)).status, 403);
}

TEST_F(Access, WhatTheServiceCountsIsForReadersAndItsPagesAreEveryones) {
  HttpClient http(process_->ReadyWord("http"));
  EXPECT_EQ(http.Get("/metrics").status, 401);
  EXPECT_EQ(http.Get("/metrics", {{"Authorization", "Bearer " + kAda}}).status, 403);
  EXPECT_EQ(http.Get("/metrics", {{"Authorization", "Bearer " + kReader}}).status, 200);
  for (const char* const path :
       {"/", "/assets/app.js", "/docs", "/openapi.json", "/version", "/healthz/live"}) {
    EXPECT_EQ(http.Get(path).status, 200) << path;
  }
}

TEST_F(Access, WhoCallsTooOftenOverHttpIsToldWhenToComeAgain) {
  HttpClient http(process_->ReadyWord("http"));
  const HttpFields greedy = {{"Authorization", "Bearer " + kGreedy}};
  const HttpFields modest = {{"Authorization", "Bearer " + kReader}};
  int refused = 0;
  for (int i = 0; i < 50; ++i) {
    const HttpAnswer answer = http.Get("/v1/orders/o-1", greedy);
    if (answer.status == 404) continue;
    ++refused;
    ASSERT_EQ(answer.status, 429) << answer.body;
    EXPECT_EQ(answer.Get("Retry-After"), "1");
    EXPECT_EQ(http.Get("/v1/orders/o-1", modest).status, 404);
  }
  EXPECT_GE(refused, 20);
}

TEST_F(Access, NoTokenStandsInTheLog) {
  (void)client_->Send(v1::ListOrdersRequest(), With("orders_canary-that-nobody-knows"));
  (void)client_->Send(v1::ListOrdersRequest(), With(kReader));
  EXPECT_EQ(process_->Stop().err.find("orders_"), std::string::npos) << process_->err();
}

}  // namespace
}  // namespace orders::testing_support
