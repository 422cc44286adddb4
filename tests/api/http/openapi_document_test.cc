// What the document is made of; the document itself is read, linted and used in tests/openapi.

#include "api/http/openapi_document.h"

#include <set>
#include <string>

#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "api/http/embedded_files.h"
#include "api/http/openapi_examples.h"
#include "api/http/openapi_reasons.h"
#include "api/http/openapi_schemas.h"
#include "api/http/proto_comments.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/streams.pb.h"

namespace orders::api {
namespace {

TEST(ProtoComments, AreFoundByTheirFullNames) {
  const ProtoComments comments(EmbeddedDescriptors().front().bytes);
  EXPECT_EQ(comments.Of("orders.v1.OrderCommands.ReleaseHold"), "Lifts a hold.");
  EXPECT_EQ(comments.Of("orders.v1.Totals"), "goods - discount + tax + shipping = total.");
  EXPECT_EQ(comments.Of("orders.v1.Address.country_code"), "ISO 3166-1 alpha-2, upper case.");
  // Of an enum's value, which stands beside the enum; and of a message within another.
  EXPECT_EQ(comments.Of("orders.v1.FORWARDS"), "Oldest first.");
  EXPECT_EQ(comments.Of("orders.v1.ReadModelDifference.ONLY_LOG"), "The live file lacks it.");
  EXPECT_EQ(comments.Of("orders.v1.Address.city"), "");
}
TEST(ProtoComments, OfWhatCannotBeReadAreNone) {
  EXPECT_EQ(ProtoComments("no descriptors").Of("orders.v1.Totals"), "");
}

TEST(FirstSentence, EndsAtItsStop) {
  EXPECT_EQ(FirstSentence("Lifts a hold."), "Lifts a hold");
  EXPECT_EQ(FirstSentence("Makes 1.5 of it. Then more."), "Makes 1.5 of it");
  EXPECT_EQ(FirstSentence("Does this; and that."), "Does this");
  EXPECT_EQ(FirstSentence("no stop"), "no stop");
  EXPECT_EQ(FirstSentence(""), "");
}

TEST(OpenApiSchemas, OfARequestTakeNothingElseAndNotTwoOfAChoice) {
  const ProtoComments comments(EmbeddedDescriptors().front().bytes);
  OpenApiSchemas schemas(comments);
  const auto* const service = v1::SetTaxRequest::descriptor()->file()->service(0);
  const Route route{.method = service->FindMethodByName("SetTax"),
                    .path_fields = {v1::SetTaxRequest::descriptor()->FindFieldByName("order_id")}};
  EXPECT_EQ(schemas.OfBody(route)["$ref"], "#/components/schemas/SetTaxRequest");
  const OpenApiJson all = schemas.Take();
  const OpenApiJson& schema = all["SetTaxRequest"];
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_FALSE(schema["properties"].contains("order_id"));
  EXPECT_EQ(schema["allOf"], OpenApiJson::parse(R"([{"not":{"required":["rate_ppm","amount"]}}])"));
  EXPECT_FALSE(schema.contains("required"));
  EXPECT_TRUE(all.contains("Request.Money"));
}
TEST(OpenApiSchemas, OfAnAnswerSayWhatIsAlwaysThere) {
  const ProtoComments comments(EmbeddedDescriptors().front().bytes);
  OpenApiSchemas schemas(comments);
  schemas.OfAnswer(*v1::Event::descriptor());
  const OpenApiJson all = schemas.Take();
  const std::set<std::string> required = all["Event"]["required"];
  EXPECT_TRUE(required.contains("revision"));
  EXPECT_FALSE(required.contains("link")) << "a message may be absent";
  EXPECT_EQ(all["Event"]["properties"]["revision"]["type"], "string");
  EXPECT_EQ(all["EventContent"]["properties"]["raw"]["contentEncoding"], "base64");
  EXPECT_FALSE(all["EventContent"]["required"].dump().find("json") != std::string::npos);
}

TEST(ReasonsByStatus, HoldThoseOfTheDomainByTheStatusThatTheyHave) {
  const auto& reasons = ReasonsByStatus();
  EXPECT_TRUE(reasons.at(404).contains("ORDER_NOT_FOUND"));
  EXPECT_TRUE(reasons.at(409).contains("TIME_IN_FUTURE"));
  EXPECT_TRUE(reasons.at(422).contains("REQUEST_ID_REUSED"));
  EXPECT_TRUE(reasons.at(507).contains("STORE_FULL"));
}

TEST(OpenApiExamples, AreJsonAndHaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const OpenApiExample& example : OpenApiExamples()) {
    EXPECT_TRUE(nlohmann::json::accept(example.request)) << example.rpc;
    EXPECT_TRUE(names.insert(std::string(example.rpc) + " " + std::string(example.name)).second);
  }
}

}  // namespace
}  // namespace orders::api
