#include "api/http/openapi_common.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "api/http/http_message.h"
#include "api/http/openapi_reasons.h"

namespace orders::api {
namespace {

using Json = OpenApiJson;

Json Text(std::string description) {
  return {{"type", "string"}, {"description", std::move(description)}};
}

Json RequestHeader(const char* name, const char* description, const char* example) {
  return {{"name", name},
          {"in", "header"},
          {"description", description},
          {"schema", {{"type", "string"}}},
          {"example", example}};
}

Json AnswerHeader(const char* description) {
  return {{"description", description}, {"schema", {{"type", "string"}}}};
}

/// Seconds; of answers that may be asked for again.
bool HasRetryAfter(int status) { return status == 409 || status == 503; }

Json ProblemContent(Json schema) {
  return {{"application/problem+json", {{"schema", std::move(schema)}}}};
}

}  // namespace

Json OpenApiInfo(std::string_view version) {
  return {{"title", "Orders"},
          {"version", std::string(version)},
          {"summary", "An order service whose truth is a log of events."},
          {"description",
           "Commands change one order each and are answered when what they did is durable; queries "
           "read models that follow the log, and say how new they are. 64-bit integers are texts. "
           "A command may be repeated with the same Idempotency-Key: it is done once, and answered "
           "as before. Errors are application/problem+json; `reason` is stable. The examples are "
           "one story: x-examples of each operation says at which step each is sent."}};
}

Json OpenApiRequestHeaders() {
  Json headers = Json::object();
  const auto add = [&headers](const char* name, const char* description, const char* example) {
    headers[name] = RequestHeader(name, description, example);
  };
  add("Idempotency-Key",
      "The request's id (options.request_id), 1 to 128 printable ASCII characters, in quotes or "
      "without: the same id with the same content gets the first answer again.",
      "\"web-1\"");
  add("If-Match", "The etag that the order must have (options.etag); * for any. Otherwise 412.",
      "*");
  add("If-None-Match",
      "Of a read: 304 if the order still has this etag. Of a create: * answers 412 if the order is "
      "there.",
      "*");
  add("Consistency-Token",
      "A position token of an earlier answer (options.min_position): the answer waits until "
      "everything up to it is in.",
      "AQ");
  add("Prefer", "wait=SECONDS: how long the answer may take.", "wait=5");
  add("Request-Id",
      "The correlation id that is recorded in events, 1 to 128 printable ASCII characters; one is "
      "made if it is absent.",
      "checkout-7");
  add("X-Actor", "Who calls: recorded in events, and believed as it is.", "ada");
  add("traceparent", "W3C trace context.",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  add("Last-Event-ID", "The id of the last event that was received: goes on after it.", "AQ");
  return headers;
}

Json OpenApiAnswerHeaders() {
  return {
      {"ETag", AnswerHeader("The order's revision in quotes.")},
      {"Consistency-Token", AnswerHeader("The position token of what is in the answer.")},
      {"Idempotency-Key", AnswerHeader("The request's id that counted.")},
      {"Idempotent-Replayed", AnswerHeader("true: this is the first answer, again.")},
      {"Location", AnswerHeader("Where the order is.")},
      {"Request-Id", AnswerHeader("The correlation id.")},
      {"Preference-Applied", AnswerHeader("What of Prefer counted.")},
      {"Retry-After", AnswerHeader("Seconds after which asking again may help.")},
  };
}

Json OpenApiHeaderReferences(const std::vector<const char*>& names) {
  Json references = Json::object();
  for (const char* const name : names) {
    references[name] = {{"$ref", absl::StrCat("#/components/headers/", name)}};
  }
  return references;
}

std::string OpenApiProblemName(int status) { return absl::StrCat("Problem", status); }

std::vector<int> OpenApiProblemStatuses(bool is_command) {
  if (is_command) return {400, 404, 409, 412, 422, 503, 504, 507};
  return {400, 403, 404, 409, 412, 429, 503, 504};
}

Json OpenApiProblems() {
  Json responses = Json::object();
  std::set<int> named;
  for (const bool is_command : {true, false}) {
    for (const int status : OpenApiProblemStatuses(is_command)) named.insert(status);
  }
  Json others = Json::array();
  for (const auto& [status, reasons] : ReasonsByStatus()) {
    if (!named.contains(status)) {
      for (const std::string& reason : reasons) others.push_back(reason);
      continue;
    }
    const Json only_these = {{"properties", {{"reason", {{"enum", reasons}}}}}};
    Json response = {
        {"description", std::string(StatusPhrase(status))},
        {"headers",
         OpenApiHeaderReferences(HasRetryAfter(status) ? std::vector{"Request-Id", "Retry-After"}
                                                       : std::vector{"Request-Id"})},
        {"content",
         ProblemContent({{"allOf", {{{"$ref", "#/components/schemas/Problem"}}, only_these}}})}};
    responses[OpenApiProblemName(status)] = std::move(response);
  }
  responses["Problem"] = {
      {"description",
       "Another error: a request that HTTP does not take, or a fault of the service."},
      {"content",
       ProblemContent({{"allOf",
                        {{{"$ref", "#/components/schemas/Problem"}},
                         {{"properties", {{"reason", {{"enum", std::move(others)}}}}}}}}})}};
  return responses;
}

Json OpenApiWithProblem(Json schemas) {
  const Json violation = {
      {"type", "object"},
      {"properties",
       {{"field", Text("As the request names it.")}, {"description", Text("What to change.")}}},
      {"required", {"field", "description"}}};
  schemas["Problem"] = {
      {"type", "object"},
      {"description", "An error, by RFC 9457."},
      {"properties",
       {{"type", Text("urn:orders:problem: and the reason.")},
        {"title", Text("The reason in words.")},
        {"status", {{"type", "integer"}}},
        {"detail", Text("What happened, for a person.")},
        {"reason", Text("Stable, for a program.")},
        {"code", Text("The code of gRPC; absent where the request never was a call.")},
        {"rule", Text("The rule of the domain that was broken.")},
        {"order_status", Text("Of the order, as it was.")},
        {"allowed_commands",
         {{"type", "array"},
          {"items", {{"type", "string"}}},
          {"description", "What the order takes now."}}},
        {"current_etag", Text("Of the order, where the one that was given is stale.")},
        {"current_revision", Text("The same as a number.")},
        {"resource", Text("The id of what was asked for.")},
        {"violations", {{"type", "array"}, {"items", violation}}},
        {"outcome", Text("unknown: it may have been recorded.")},
        {"advice", Text("What to do then.")},
        {"request_id", Text("The correlation id.")}}},
      {"required", {"type", "title", "status", "detail", "reason"}}};
  return schemas;
}

}  // namespace orders::api
