#include "api/http/json_answer.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"

#include "api/calls/view_mapping.h"
#include "api/http/json_writer.h"

namespace orders::api {

std::string ToJson(const google::protobuf::Message& message) {
  std::string json;
  AppendMessageJson(message, json);
  return json;
}

void AppendJson(const v1::Freshness& freshness, std::string& json) {
  // A position token is URL-safe: nothing in it is escaped.
  absl::StrAppend(&json, "{\"position_token\":\"", freshness.position_token(), "\"");
  if (freshness.has_lag_events()) {
    absl::StrAppend(&json, ",\"lag_events\":\"", freshness.lag_events(), "\"");
  }
  absl::StrAppend(&json, ",\"lag_ms\":\"", freshness.lag_ms(),
                  "\",\"stale\":", freshness.stale() ? "true" : "false", ",\"state\":\"",
                  v1::Freshness::State_Name(freshness.state()), "\",\"incomplete_orders\":\"",
                  freshness.incomplete_orders(), "\"");
  if (freshness.has_blocked_since()) {
    absl::StrAppend(&json, ",\"blocked_since\":\"",
                    google::protobuf::util::TimeUtil::ToString(freshness.blocked_since()), "\"");
  }
  json += '}';
}

OrderJsonCache::OrderJsonCache(std::size_t bytes_max)
    : EncodedOrderCache(bytes_max, [](const application::OrderView& view) {
        v1::Order order;
        SetOrder(view, order);
        return OrderJson{std::make_shared<const std::string>(ToJson(order))};
      }) {}

std::string OrderAnswerJson(const OrderJson& order, const v1::Freshness& freshness) {
  constexpr std::size_t kFreshnessBytes = 256;
  std::string json;
  json.reserve(order.size() + kFreshnessBytes);
  absl::StrAppend(&json, "{\"order\":", *order.text, ",\"freshness\":");
  AppendJson(freshness, json);
  json += '}';
  return json;
}

}  // namespace orders::api
