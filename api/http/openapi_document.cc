#include "api/http/openapi_document.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "api/access/access_rules.h"
#include "api/http/openapi_common.h"
#include "api/http/openapi_examples.h"
#include "api/http/openapi_schemas.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using Json = OpenApiJson;

/// One of the examples of an operation.
struct Story {
  const OpenApiExample* example;
  std::size_t step;
  Json request;
};

std::vector<Story> StoriesOf(const MethodDescriptor& method) {
  std::vector<Story> stories;
  const std::vector<OpenApiExample>& examples = OpenApiExamples();
  for (std::size_t i = 0; i < examples.size(); ++i) {
    if (examples[i].rpc != method.name()) continue;
    stories.push_back(
        {.example = &examples[i], .step = i + 1, .request = Json::parse(examples[i].request)});
  }
  return stories;
}

/// What stands at "options.etag"; absent: nothing does.
std::optional<Json> ValueAt(const Json& request, const std::string& name) {
  const std::size_t dot = name.find('.');
  const auto member = request.find(name.substr(0, dot));
  if (member == request.end()) return std::nullopt;
  if (dot == std::string::npos) return *member;
  return ValueAt(*member, name.substr(dot + 1));
}

bool IsTime(const FieldDescriptor& field) {
  return field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->well_known_type() == Descriptor::WELLKNOWNTYPE_TIMESTAMP;
}

const Descriptor* OptionsOf(const MethodDescriptor& method) {
  const FieldDescriptor* const field = method.input_type()->FindFieldByName("options");
  return field == nullptr ? nullptr : field->message_type();
}

/// Who may call it.
std::string AccessText(const MethodDescriptor& method) {
  const absl::StatusOr<AccessRule> rule = RuleOf(method);
  if (!rule.ok()) return "";
  return absl::StrCat("\n\nWhere tokens are asked for, it needs the role ",
                      std::string(RoleName(rule->role)),
                      rule->for_customers ? "; customers may, for their own orders." : ".");
}

class Writer {
 public:
  explicit Writer(const ProtoComments& comments) : comments_(comments), schemas_(comments) {}

  Json Operation(const Route& route);
  Json Document(const std::vector<Route>& routes, std::string_view version);

 private:
  Json Parameter(const FieldDescriptor& field, const std::string& name, const char* in,
                 const std::vector<Story>& stories);
  void AddQuery(const Descriptor& message, const std::string& prefix, const Route& route,
                const std::vector<Story>& stories, Json& parameters);
  Json Parameters(const Route& route, const std::vector<Story>& stories);
  Json Body(const Route& route, const std::vector<Story>& stories);
  Json Responses(const Route& route);
  Json Answer(const Route& route);

  const ProtoComments& comments_;
  OpenApiSchemas schemas_;
};

Json Writer::Parameter(const FieldDescriptor& field, const std::string& name, const char* in,
                       const std::vector<Story>& stories) {
  Json parameter = {{"name", name}, {"in", in}};
  if (std::string_view(in) == "path") parameter["required"] = true;
  if (const std::string comment = schemas_.CommentOf(field); !comment.empty()) {
    parameter["description"] = comment;
  }
  parameter["schema"] = schemas_.OfField(field);
  for (const Story& story : stories) {
    if (const std::optional<Json> value = ValueAt(story.request, name)) {
      parameter["examples"][std::string(story.example->name)] = {{"value", *value}};
    }
  }
  return parameter;
}

void Writer::AddQuery(const Descriptor& message, const std::string& prefix, const Route& route,
                      const std::vector<Story>& stories, Json& parameters) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.is_repeated()) continue;  // No request over GET has one.
    const std::string name = absl::StrCat(prefix, field.name());
    bool is_in_path = false;
    for (const FieldDescriptor* const other : route.path_fields) is_in_path |= other == &field;
    if (is_in_path) continue;
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !IsTime(field)) {
      AddQuery(*field.message_type(), absl::StrCat(name, "."), route, stories, parameters);
      continue;
    }
    parameters.push_back(Parameter(field, name, "query", stories));
  }
}

Json Writer::Parameters(const Route& route, const std::vector<Story>& stories) {
  Json parameters = Json::array();
  for (const FieldDescriptor* const field : route.path_fields) {
    parameters.push_back(Parameter(*field, field->name(), "path", stories));
  }
  const MethodDescriptor& method = *route.method;
  if (!route.takes_body) AddQuery(*method.input_type(), "", route, stories, parameters);
  const Descriptor* const options = OptionsOf(method);
  std::vector<const char*> headers;
  if (options == v1::CommandOptions::descriptor()) {
    headers = {"Idempotency-Key", "If-Match"};
    if (method.input_type() == v1::CreateOrderRequest::descriptor()) {
      headers = {"Idempotency-Key", "If-None-Match"};
    }
  } else if (options == v1::ReadOptions::descriptor()) {
    headers = {"Consistency-Token"};
    if (method.input_type() == v1::GetOrderRequest::descriptor()) {
      headers.insert(headers.end(), {"If-Match", "If-None-Match"});
    }
  }
  if (method.server_streaming()) {
    headers.push_back("Last-Event-ID");
  } else {
    headers.push_back("Prefer");
  }
  headers.insert(headers.end(), {"Request-Id", "X-Actor", "traceparent"});
  for (const char* const header : headers) {
    parameters.push_back({{"$ref", absl::StrCat("#/components/parameters/", header)}});
  }
  return parameters;
}

Json Writer::Body(const Route& route, const std::vector<Story>& stories) {
  Json content = {{"schema", schemas_.OfBody(route)}};
  for (const Story& story : stories) {
    Json body = story.request;
    for (const FieldDescriptor* const field : route.path_fields) body.erase(field->name());
    content["examples"][std::string(story.example->name)] = {{"value", std::move(body)}};
  }
  return {{"content", {{"application/json", std::move(content)}}}};
}

Json Writer::Answer(const Route& route) {
  if (route.method->server_streaming()) {
    return {{"description",
             "Server-sent events: change with an OrderHistoryEntry, progress with a WatchProgress, "
             "error with a Problem. Each has its position token as id."},
            {"headers", OpenApiHeaderReferences({"Request-Id"})},
            {"content", {{"text/event-stream", {{"schema", {{"type", "string"}}}}}}}};
  }
  std::vector<const char*> headers = {"Request-Id", "Preference-Applied"};
  const Descriptor& output = *route.method->output_type();
  if (&output == v1::CommandResponse::descriptor()) {
    headers.insert(headers.end(),
                   {"ETag", "Consistency-Token", "Idempotency-Key", "Idempotent-Replayed"});
  } else if (output.FindFieldByName("freshness") != nullptr) {
    headers.push_back("Consistency-Token");
    if (&output == v1::GetOrderResponse::descriptor()) headers.push_back("ETag");
  }
  return {{"description",
           comments_.Of(output.full_name()).empty() ? "Done." : comments_.Of(output.full_name())},
          {"headers", OpenApiHeaderReferences(headers)},
          {"content", {{"application/json", {{"schema", schemas_.OfAnswer(output)}}}}}};
}

Json Writer::Responses(const Route& route) {
  Json responses = Json::object();
  const bool makes = route.method->input_type() == v1::CreateOrderRequest::descriptor();
  responses["200"] = Answer(route);
  if (makes) {
    responses["200"]["description"] = "A dry run (options.validate_only): nothing is stored.";
    responses["201"] = Answer(route);
    responses["201"]["description"] = "The order is made.";
    responses["201"]["headers"]["Location"] = {{"$ref", "#/components/headers/Location"}};
  }
  if (route.method->input_type() == v1::GetOrderRequest::descriptor()) {
    responses["304"] = {{"description", "The order is still as If-None-Match says."},
                        {"headers", OpenApiHeaderReferences({"ETag", "Consistency-Token"})}};
  }
  const bool is_command = OptionsOf(*route.method) == v1::CommandOptions::descriptor();
  for (const int status : OpenApiProblemStatuses(is_command)) {
    responses[absl::StrCat(status)] = {
        {"$ref", absl::StrCat("#/components/responses/", OpenApiProblemName(status))}};
  }
  responses["default"] = {{"$ref", "#/components/responses/Problem"}};
  return responses;
}

Json Writer::Operation(const Route& route) {
  const MethodDescriptor& method = *route.method;
  const std::vector<Story> stories = StoriesOf(method);
  const std::string& comment = comments_.Of(method.full_name());
  Json operation = {{"operationId", method.name()},
                    {"tags", {method.service()->name()}},
                    {"summary", FirstSentence(comment)},
                    {"description", absl::StrCat(comment, AccessText(method))},
                    {"parameters", Parameters(route, stories)}};
  if (route.takes_body) operation["requestBody"] = Body(route, stories);
  operation["responses"] = Responses(route);
  for (const Story& story : stories) {
    operation["x-examples"].push_back({{"name", std::string(story.example->name)},
                                       {"step", story.step},
                                       {"status", story.example->status}});
  }
  return operation;
}

Json Writer::Document(const std::vector<Route>& routes, std::string_view version) {
  Json paths = Json::object();
  Json tags = Json::array();
  std::set<std::string> tagged;
  for (const Route& route : routes) {
    paths[route.path][absl::AsciiStrToLower(route.http_method)] = Operation(route);
    const auto& service = *route.method->service();
    if (!tagged.insert(service.name()).second) continue;
    tags.push_back({{"name", service.name()}, {"description", comments_.Of(service.full_name())}});
  }
  return {{"openapi", "3.1.0"},
          {"info", OpenApiInfo(version)},
          {"servers", {{{"url", "/"}}}},
          // Without a token where the service asks for none.
          {"security", {Json::object(), {{"bearer", Json::array()}}}},
          {"tags", std::move(tags)},
          {"paths", std::move(paths)},
          {"components",
           {{"schemas", OpenApiWithProblem(schemas_.Take())},
            {"parameters", OpenApiRequestHeaders()},
            {"headers", OpenApiAnswerHeaders()},
            {"responses", OpenApiProblems()},
            {"securitySchemes",
             {{"bearer",
               {{"type", "http"},
                {"scheme", "bearer"},
                {"description", "A static token, or a JWT: see docs/access.md."}}}}}}}};
}

}  // namespace

std::string MakeOpenApiDocument(const std::vector<Route>& routes, const ProtoComments& comments,
                                std::string_view version) {
  return Writer(comments).Document(routes, version).dump() + "\n";
}

}  // namespace orders::api
