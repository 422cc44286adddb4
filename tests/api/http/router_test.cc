#include "api/http/router.h"

#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

#include "orders/v1/admin.pb.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/read_models.pb.h"
#include "orders/v1/webhooks.pb.h"

namespace orders::api {
namespace {

using google::protobuf::MethodDescriptor;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// They move much, or write files of the machine: gRPC alone has them.
const std::set<std::string>& OnGrpcAlone() {
  static const auto& names = *new std::set<std::string>{"ExportEvents", "ImportEvents", "Backup"};
  return names;
}

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> methods;
  for (const google::protobuf::Descriptor* message :
       {v1::CreateOrderRequest::descriptor(), v1::GetOrderRequest::descriptor(),
        v1::ListReadModelsRequest::descriptor(), v1::GetHealthRequest::descriptor(),
        v1::ListWebhooksRequest::descriptor()}) {
    for (int i = 0; i < message->file()->service_count(); ++i) {
      for (int j = 0; j < message->file()->service(i)->method_count(); ++j) {
        methods.push_back(message->file()->service(i)->method(j));
      }
    }
  }
  return methods;
}

Router RouterOfAll() {
  Router router;
  for (const MethodDescriptor* method : AllMethods()) {
    if (OnGrpcAlone().count(method->name()) != 0) continue;
    const absl::Status added = router.Add(*method);
    EXPECT_TRUE(added.ok()) << added;
  }
  return router;
}

/// "GetOrder", "405" if the path takes other methods, or the error's text.
std::string Found(const Router& router, const std::string& http_method, const std::string& path,
                  std::vector<std::string>* values = nullptr) {
  const auto target = ParseTarget(path);
  if (!target.ok()) return target.status().ToString();
  const auto match = router.Find(*target);
  if (!match.ok()) return absl::StatusCodeToString(match.status().code());
  if (values != nullptr) *values = match->values;
  for (const Route& route : *match->routes) {
    if (route.http_method == http_method) return route.method->name();
  }
  return "405";
}

TEST(Router, HasARouteOfEachRpcAndNoTwoAtOnePlace) {
  const Router router = RouterOfAll();
  EXPECT_EQ(router.routes().size(), AllMethods().size() - OnGrpcAlone().size());
  std::set<std::string> places;
  for (const Route& route : router.routes()) {
    EXPECT_TRUE(places.insert(route.http_method + " " + route.path).second) << route.path;
  }
}

TEST(Router, FindsEachRouteByItsOwnPath) {
  const Router router = RouterOfAll();
  for (const Route& route : router.routes()) {
    std::string path = route.path;
    std::vector<std::string> wanted;
    for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      wanted.push_back("value" + std::to_string(wanted.size()));
      path.replace(open, path.find('}') - open + 1, wanted.back());
    }
    std::vector<std::string> values;
    EXPECT_EQ(Found(router, route.http_method, path, &values), route.method->name());
    EXPECT_EQ(values, wanted) << path;
    EXPECT_EQ(values.size(), route.path_fields.size()) << path;
  }
}

TEST(Router, TakesAVerbOnlyAfterAColonThatStandsThereAsSuch) {
  const Router router = RouterOfAll();
  std::vector<std::string> values;
  EXPECT_EQ(Found(router, "POST", "/v1/orders/a:confirm", &values), "ConfirmOrder");
  EXPECT_THAT(values, ElementsAre("a"));
  EXPECT_EQ(Found(router, "GET", "/v1/orders/a%3Aconfirm", &values), "GetOrder");
  EXPECT_THAT(values, ElementsAre("a:confirm"));
  EXPECT_EQ(Found(router, "POST", "/v1/orders/a%3Ab:confirm", &values), "ConfirmOrder");
  EXPECT_THAT(values, ElementsAre("a:b"));
  EXPECT_EQ(Found(router, "POST", "/v1/orders/a:nonsense"), "NOT_FOUND");
  EXPECT_EQ(Found(router, "GET", "/v1/orders:search?query=tea"), "SearchOrders");
}

TEST(Router, TellsAnotherMethodFromAnotherPath) {
  const Router router = RouterOfAll();
  EXPECT_EQ(Found(router, "GET", "/v1/orders/a:confirm"), "405");
  EXPECT_EQ(Found(router, "DELETE", "/v1/orders/a"), "405");
  for (const char* path : {"/", "/v1", "/v1/orders/", "/v1//orders", "/v2/orders", "/v1/orders/a/b",
                           "/v1/orders/../admin", "/v1/orders/%2e%2e%2f", "/v1/orders/%2E",
                           "/V1/orders", "/v1/orders/a/"}) {
    EXPECT_EQ(Found(router, "GET", path), "NOT_FOUND") << path;
  }
  for (const char* path :
       {"/v1/orders/%00", "/v1/orders/a%0d%0aSet-Cookie%3ax", "/v1/orders/%zz", "/v1/orders/%4"}) {
    EXPECT_EQ(Found(router, "GET", path), "INVALID_ARGUMENT") << path;
  }
}

/// A service of one file, made of its text.
class MadeUpService {
 public:
  explicit MadeUpService(const std::string& methods) {
    google::protobuf::FileDescriptorProto file;
    const std::string text = R"(
        name: "made/up.proto" package: "made" syntax: "proto3"
        message_type { name: "Asked"
          field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
          field { name: "size" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL } }
        service { name: "S" )" +
                             methods + "}";
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &file)) << text;
    built_ = pool_.BuildFile(file);
    EXPECT_NE(built_, nullptr);
  }
  const MethodDescriptor& method(int i) const { return *built_->service(0)->method(i); }

 private:
  google::protobuf::DescriptorPool pool_{google::protobuf::DescriptorPool::generated_pool()};
  const google::protobuf::FileDescriptor* built_ = nullptr;
};

std::string MethodText(const std::string& name, const std::string& rule) {
  const std::string options = rule.empty() ? "" : "options { [google.api.http] { " + rule + " } }";
  return "method { name: \"" + name + "\" input_type: \"made.Asked\" output_type: \"made.Asked\" " +
         options + " } ";
}

TEST(Router, RefusesARuleThatItDoesNotUnderstandOrThatIsTaken) {
  for (const char* rule :
       {"", R"(put: "/v1/a")", R"(get: "/v1/a" body: "*")", R"(post: "/v1/a")",
        R"(post: "/v1/a" body: "id")", R"(get: "/v1/{id=a/*}")", R"(get: "/v1/{missing}")",
        R"(get: "/v1/{size}")", R"(get: "/v1/*")", R"(get: "/v1/x{id}")", R"(get: "v1/a")",
        R"(get: "/v1/a" response_body: "id")",
        R"(get: "/v1/a" additional_bindings { get: "/v1/b" })"}) {
    const MadeUpService service(MethodText("M", rule));
    Router router;
    EXPECT_TRUE(absl::IsInvalidArgument(router.Add(service.method(0)))) << rule;
  }
  const MadeUpService service(MethodText("M", R"(get: "/v1/a/{id}")") +
                              MethodText("N", R"(get: "/v1/a/{id}")"));
  Router router;
  EXPECT_TRUE(router.Add(service.method(0)).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(router.Add(service.method(1))));
}

}  // namespace
}  // namespace orders::api
