#include "api/calls/call_context.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "domain/order/validation.h"

namespace orders::api {
namespace {

constexpr std::size_t kValueBytesMax = 128;
// "00-" 32 hex "-" 16 hex "-" 2 hex.
constexpr std::size_t kTraceparentBytes = 55;

bool IsPrintable(std::string_view text) {
  return !text.empty() && text.size() <= kValueBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

bool IsTraceparent(std::string_view text) {
  if (text.size() != kTraceparentBytes || text.substr(0, 3) != "00-") return false;
  for (std::size_t i = 3; i < text.size(); ++i) {
    const bool is_dash = i == 35 || i == 52;
    const bool is_hex = absl::ascii_isdigit(static_cast<unsigned char>(text[i])) ||
                        (text[i] >= 'a' && text[i] <= 'f');
    if (is_dash ? text[i] != '-' : !is_hex) return false;
  }
  return true;
}

}  // namespace

absl::Time DeadlineOf(absl::Time client, absl::Time now, const CallLimits& limits) {
  if (client == absl::InfiniteFuture()) return now + limits.deadline_default;
  return std::min(client, now + limits.deadline_max);
}

absl::StatusOr<application::CallContext> MakeCallContext(CallMetadata metadata,
                                                         const application::Caller* caller,
                                                         absl::Time deadline,
                                                         application::IdSource& ids) {
  application::CallContext call;
  call.deadline = deadline;
  const auto take = [&metadata](const char* key, std::string& into) {
    const std::optional<std::string_view> value = metadata(key);
    if (!value.has_value()) return true;
    if (!IsPrintable(*value)) return false;
    into = std::string(*value);
    return true;
  };
  for (auto [key, into] : {std::pair<const char*, std::string*>{"x-actor", &call.actor},
                           {"x-correlation-id", &call.correlation_id}}) {
    if (!take(key, *into)) {
      return domain::ToStatus({{key, "must be 1 to 128 printable ASCII characters"}});
    }
  }
  if (caller != nullptr) {
    call.actor = metadata("x-actor").has_value() ? absl::StrCat(caller->name, "/", call.actor)
                                                 : caller->name;
    call.customer = caller->customer;
  }
  if (call.correlation_id.empty()) call.correlation_id = ids.NewId();
  const std::optional<std::string_view> traceparent = metadata("traceparent");
  if (traceparent.has_value() && IsTraceparent(*traceparent)) {
    call.traceparent = std::string(*traceparent);
  }
  return call;
}

}  // namespace orders::api
