#include "api/http/http_responder.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "api/calls/status_mapping.h"
#include "api/calls/value_mapping.h"
#include "api/http/gzip.h"
#include "api/http/problem.h"
#include "api/http/request_target.h"
#include "application/commands/request_errors.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"

namespace orders::api {
namespace {

using google::protobuf::DynamicCastToGenerated;
using google::protobuf::Message;

// Below this the bytes saved are not worth the time.
constexpr std::size_t kGzipBytesMin = 2'048;
// Of an answer with an order, mostly.
constexpr std::size_t kOrderFields = 8;

void AddToken(const std::string& token, HttpResponse& response) {
  if (!token.empty()) response.fields.emplace_back("Consistency-Token", token);
}

void AddCommandFields(const v1::CommandResponse& answer, const AnswerTerms& terms,
                      HttpResponse& response) {
  response.fields.emplace_back("ETag", answer.order().etag());
  AddToken(answer.position_token(), response);
  response.fields.emplace_back("Idempotency-Key", QuotedString(answer.request_id()));
  if (answer.replayed()) response.fields.emplace_back("Idempotent-Replayed", "true");
  const bool makes = terms.route->method->input_type() == v1::CreateOrderRequest::descriptor();
  if (!makes || terms.is_dry_run) return;
  response.status = 201;
  response.fields.emplace_back(
      "Location", absl::StrCat(terms.route->path, "/", EncodePercent(answer.order().order_id())));
}

void AddQueryFields(const Message& answer, HttpResponse& response) {
  const auto* const field = answer.GetDescriptor()->FindFieldByName("freshness");
  if (field == nullptr) return;
  const auto* const freshness =
      DynamicCastToGenerated<v1::Freshness>(&answer.GetReflection()->GetMessage(answer, field));
  if (freshness != nullptr) AddToken(freshness->position_token(), response);
}

/// Puts the body in, and what it is.
void SetJson(std::string json, const AnswerTerms& terms, HttpResponse& response) {
  response.fields.emplace_back("Content-Type", "application/json");
  response.fields.emplace_back("Cache-Control", "no-cache");
  response.fields.emplace_back("Vary", "Accept-Encoding");
  if (terms.accepts_gzip && json.size() >= kGzipBytesMin) {
    if (std::optional<std::string> compressed = Gzip(json)) {
      response.fields.emplace_back("Content-Encoding", "gzip");
      response.body = *std::move(compressed);
      return;
    }
  }
  response.body = std::move(json);
}

absl::Status StaleFor(std::uint64_t revision) {
  return application::MakeRequestError(absl::StatusCode::kAborted,
                                       "the order is not as If-Match says",
                                       {.reason = "STALE_REVISION", .current_revision = revision});
}

/// What GetOrder answers instead of the order, since the caller has it or wants another one.
std::optional<HttpResponse> Conditional(std::uint64_t revision, const AnswerTerms& terms) {
  const std::string etag = EtagOf(revision);
  if (terms.if_match.has_value() && !terms.if_match->MatchesStrongly(etag)) {
    return MakeProblem(StaleFor(revision), "", false, terms.request_id);
  }
  if (terms.if_none_match.has_value() && terms.if_none_match->MatchesWeakly(etag)) {
    return HttpResponse{.status = 304};
  }
  return std::nullopt;
}

HttpResponse OrderResponse(std::uint64_t revision, const v1::Freshness& freshness,
                           const AnswerTerms& terms, const auto& make_json) {
  std::optional<HttpResponse> other = Conditional(revision, terms);
  HttpResponse response = other.has_value() ? *std::move(other) : HttpResponse{};
  response.fields.reserve(kOrderFields);
  response.fields.emplace_back("ETag", EtagOf(revision));
  AddToken(freshness.position_token(), response);
  if (response.status == 200) SetJson(make_json(), terms, response);
  AddCommonFields(terms, response);
  return response;
}

HttpResponse ToResponse(const Message& answer, const AnswerTerms& terms) {
  if (const auto* const got = DynamicCastToGenerated<v1::GetOrderResponse>(&answer)) {
    return OrderResponse(got->order().revision(), got->freshness(), terms,
                         [&answer] { return ToJson(answer); });
  }
  HttpResponse response;
  if (const auto* const command = DynamicCastToGenerated<v1::CommandResponse>(&answer)) {
    AddCommandFields(*command, terms, response);
  } else {
    AddQueryFields(answer, response);
  }
  SetJson(ToJson(answer), terms, response);
  AddCommonFields(terms, response);
  return response;
}

/// Of an error: what the request's conditions make of it.
int StatusUnderConditions(const absl::Status& status, const AnswerTerms& terms, int http_status) {
  const bool wants_one = terms.if_match.has_value() && terms.if_match->any;
  const bool wants_none = terms.if_none_match.has_value() && terms.if_none_match->any;
  if (absl::IsNotFound(status) && wants_one) return 412;
  if (ErrorReason(status) == "ORDER_EXISTS" && wants_none) return 412;
  return http_status;
}

}  // namespace

void AddCommonFields(const AnswerTerms& terms, HttpResponse& response) {
  response.fields.emplace_back("Request-Id", terms.request_id);
  if (terms.preference_applied.has_value()) {
    response.fields.emplace_back("Preference-Applied", *terms.preference_applied);
  }
  if (terms.cors_origin.empty()) return;
  response.fields.emplace_back("Access-Control-Allow-Origin", terms.cors_origin);
  response.fields.emplace_back("Access-Control-Expose-Headers",
                               "Consistency-Token, ETag, Idempotency-Key, Idempotent-Replayed, "
                               "Location, Request-Id, Retry-After");
  response.fields.emplace_back("Vary", "Origin");
}

HttpResponder::HttpResponder(std::shared_ptr<HttpExchange> exchange,
                             std::shared_ptr<const AnswerTerms> terms, bool is_command,
                             OrderJsonCache& cache, std::shared_ptr<void> permit)
    : exchange_(std::move(exchange)),
      terms_(std::move(terms)),
      is_command_(is_command),
      cache_(cache),
      permit_(std::move(permit)) {}

void HttpResponder::Answer(Message& message) {
  if (!is_command_) return exchange_->Respond(ToResponse(message, *terms_));
  // The log's thread is not held for the JSON of it.
  std::unique_ptr<Message> taken(message.New());
  message.GetReflection()->Swap(taken.get(), &message);
  exchange_->Post([exchange = exchange_, terms = terms_, taken = std::move(taken)] {
    exchange->Respond(ToResponse(*taken, *terms));
  });
}

void HttpResponder::AnswerOrder(const application::OrderView& view,
                                const v1::Freshness& freshness) {
  exchange_->Respond(OrderResponse(view.revision, freshness, *terms_,
                                   [&] { return OrderAnswerJson(cache_.Get(view), freshness); }));
}

void HttpResponder::Fail(const absl::Status& status, std::string_view resource) {
  HttpResponse response = MakeProblem(status, resource, is_command_, terms_->request_id);
  const int adjusted = StatusUnderConditions(status, *terms_, response.status);
  if (adjusted != response.status) {
    response = MakeHttpProblem(
        adjusted, ErrorReason(status),
        "the order is not as If-Match or If-None-Match says: " + std::string(status.message()),
        terms_->request_id);
  }
  AddCommonFields(*terms_, response);
  exchange_->Respond(std::move(response));
}

}  // namespace orders::api
