#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/calls/call.h"
#include "api/http/header_values.h"
#include "api/http/http_message.h"
#include "api/http/json_answer.h"
#include "api/http/router.h"

namespace orders::api {

/// What the answer to one request depends on beside the call.
struct AnswerTerms {
  const Route* route = nullptr;
  std::string request_id;
  std::string cors_origin;  ///< Of a caller that may read the answer; empty: none.
  bool accepts_gzip = false;
  bool is_dry_run = false;
  std::optional<EtagCondition> if_match;
  std::optional<EtagCondition> if_none_match;
  std::optional<std::string> preference_applied;  ///< "wait=5"
};

/// What every answer of the API says: the request's id, and who may read it.
void AddCommonFields(const AnswerTerms& terms, HttpResponse& response);

/// The answer of one call over HTTP. `cache` and what `terms` points at outlive it; `permit` is let
/// go of with it.
class HttpResponder final : public Responder {
 public:
  HttpResponder(std::shared_ptr<HttpExchange> exchange, std::shared_ptr<const AnswerTerms> terms,
                bool is_command, OrderJsonCache& cache, std::shared_ptr<void> permit);

  void Answer(google::protobuf::Message& message) override;
  void AnswerOrder(const application::OrderView& view, const v1::Freshness& freshness) override;
  void Fail(const absl::Status& status, std::string_view resource) override;

 private:
  const std::shared_ptr<HttpExchange> exchange_;
  /// Shared with what is left to do on the connection's thread.
  const std::shared_ptr<const AnswerTerms> terms_;
  const bool is_command_;
  OrderJsonCache& cache_;
  const std::shared_ptr<void> permit_;
};

}  // namespace orders::api
