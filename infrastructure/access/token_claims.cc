#include "infrastructure/access/token_claims.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "domain/order/validation.h"
#include "infrastructure/access/caller_name.h"
#include "infrastructure/access/strict_json.h"

namespace orders::infrastructure {
namespace {

using application::Role;
using nlohmann::json;

constexpr int kClaimDepthMax = 16;

absl::Status RefuseClaims(const std::string& reason) { return absl::UnauthenticatedError(reason); }

/// Seconds since 1970, whole or not (RFC 7519 section 2). `time` stays as it is without the claim.
absl::Status ReadTime(const json& claims, const char* name, std::optional<absl::Time>& time) {
  const auto found = claims.find(name);
  if (found == claims.end()) return absl::OkStatus();
  if (!found->is_number()) return RefuseClaims(absl::StrCat(name, " is no number"));
  time = absl::UnixEpoch() + absl::Seconds(found->get<double>());
  return absl::OkStatus();
}

absl::Status CheckIssuer(const json& claims, const TokenRules& rules) {
  const auto found = claims.find("iss");
  if (found == claims.end()) return RefuseClaims("iss is missing");
  return *found == rules.issuer ? absl::OkStatus() : RefuseClaims("iss is another issuer");
}

absl::Status CheckAudience(const json& claims, const TokenRules& rules) {
  const auto found = claims.find("aud");
  if (found == claims.end()) return RefuseClaims("aud is missing");
  const bool is_ours = found->is_array()
                           ? std::find(found->begin(), found->end(), rules.audience) != found->end()
                           : *found == rules.audience;
  return is_ours ? absl::OkStatus() : RefuseClaims("aud is for others");
}

absl::StatusOr<Role> ReadRole(const json& claims) {
  const auto found = claims.find("scope");
  if (found == claims.end()) return RefuseClaims("scope is missing");
  if (!found->is_string()) return RefuseClaims("scope is no text");
  std::optional<Role> highest;
  for (const absl::string_view word : absl::StrSplit(found->get_ref<const std::string&>(), ' ')) {
    for (const auto& [name, role] : {std::pair("orders:read", Role::kRead),
                                     {"orders:write", Role::kWrite},
                                     {"orders:admin", Role::kAdmin}}) {
      if (word == name) highest = std::max(highest.value_or(role), role);
    }
  }
  if (!highest.has_value()) {
    return RefuseClaims("scope holds none of orders:read, orders:write and orders:admin");
  }
  return *highest;
}

absl::StatusOr<application::Caller> ReadCaller(const json& claims, const TokenRules& rules) {
  application::Caller caller{.calls_per_second_max = rules.calls_per_second_max};
  const auto subject = claims.find("sub");
  if (subject == claims.end()) return RefuseClaims("sub is missing");
  if (!subject->is_string() || !IsCallerName(subject->get_ref<const std::string&>())) {
    return RefuseClaims(absl::StrCat("sub is not ", kCallerNameForm));
  }
  caller.name = subject->get<std::string>();
  const absl::StatusOr<Role> role = ReadRole(claims);
  if (!role.ok()) return role.status();
  caller.role = *role;
  // An empty one binds to nobody, as everywhere: taken, it would show everyone's orders.
  if (const auto customer = claims.find("customer_id"); customer != claims.end()) {
    if (!customer->is_string() ||
        !domain::ValidateCustomerId({customer->get<std::string>()}).empty()) {
      return RefuseClaims("customer_id is no id of a customer");
    }
    caller.customer = customer->get<std::string>();
  }
  return caller;
}

}  // namespace

absl::StatusOr<TokenClaims> ReadTokenClaims(std::string_view payload, const TokenRules& rules) {
  const absl::StatusOr<json> claims = ParseStrictJson(payload, kClaimDepthMax);
  if (!claims.ok()) {
    return RefuseClaims(absl::StrCat("the payload ", claims.status().message()));
  }
  if (absl::Status issuer = CheckIssuer(*claims, rules); !issuer.ok()) return issuer;
  if (absl::Status audience = CheckAudience(*claims, rules); !audience.ok()) return audience;
  std::optional<absl::Time> expires;
  std::optional<absl::Time> issued;
  std::optional<absl::Time> not_before;
  for (const auto& [name, time] :
       {std::pair("exp", &expires), {"iat", &issued}, {"nbf", &not_before}}) {
    if (absl::Status read = ReadTime(*claims, name, *time); !read.ok()) return read;
  }
  if (!expires.has_value()) return RefuseClaims("exp is missing");
  absl::StatusOr<application::Caller> caller = ReadCaller(*claims, rules);
  if (!caller.ok()) return caller.status();
  return TokenClaims{.caller = std::make_shared<const application::Caller>(*std::move(caller)),
                     .expires = *expires,
                     .begins = std::max(issued.value_or(absl::InfinitePast()),
                                        not_before.value_or(absl::InfinitePast()))};
}

absl::Status CheckTokenTimes(const TokenClaims& claims, const TokenRules& rules, absl::Time now) {
  if (now >= claims.expires) return RefuseClaims("it has expired");
  if (claims.expires > now + rules.life_max + kTokenLeeway) {
    return RefuseClaims(absl::StrCat("exp is further ahead than ",
                                     absl::FormatDuration(rules.life_max), " (jwt-life-max)"));
  }
  if (claims.begins > now + kTokenLeeway) return RefuseClaims("iat or nbf is in the future");
  return absl::OkStatus();
}

}  // namespace orders::infrastructure
