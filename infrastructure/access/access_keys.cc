#include "infrastructure/access/access_keys.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "infrastructure/access/json_web_token.h"
#include "infrastructure/access/token_file.h"
#include "infrastructure/access/verified_tokens.h"
#include "infrastructure/runtime/openssl_digest.h"

namespace orders::infrastructure {
namespace {

constexpr std::size_t kVerifiedTokensMax = 4'096;

}  // namespace

/// All that the files said at one moment.
struct AccessKeys::State {
  std::optional<TokenTable> tokens;
  std::optional<JsonWebTokenVerifier> jwt;
  std::shared_ptr<const TlsMaterial> tls;
  OpensslDigest digest{""};
  // Goes with the keys: who signed with one that is taken away is a stranger at once.
  mutable VerifiedTokens verified{kVerifiedTokensMax};
};

AccessKeys::AccessKeys(AccessFiles files, application::Clock& clock)
    : files_(std::move(files)), clock_(clock) {}
AccessKeys::~AccessKeys() = default;

absl::StatusOr<std::unique_ptr<AccessKeys>> AccessKeys::Open(AccessFiles files,
                                                             application::Clock& clock) {
  std::unique_ptr<AccessKeys> keys(new AccessKeys(std::move(files), clock));
  if (absl::Status read = keys->Reload(); !read.ok()) return read;
  return keys;
}

absl::Status AccessKeys::Reload() {
  absl::StatusOr<std::shared_ptr<const State>> read = Read();
  if (!read.ok()) return read.status();
  const absl::MutexLock lock(&mutex_);
  state_.swap(*read);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const AccessKeys::State>> AccessKeys::Read() const {
  auto state = std::make_shared<State>();
  if (!files_.tls.certificate.empty()) {
    auto tls = LoadTlsFiles(files_.tls, clock_.Now());
    if (!tls.ok()) return tls.status();
    state->tls = *std::move(tls);
  }
  if (!files_.tokens.empty()) {
    absl::StatusOr<TokenTable> tokens = ReadTokenFile(files_.tokens, files_.calls_per_second_max);
    if (!tokens.ok()) return tokens.status();
    state->tokens = *std::move(tokens);
  }
  if (!files_.jwt_keys.empty()) {
    absl::StatusOr<JsonWebKeys> keys = ReadJsonWebKeys(files_.jwt_keys);
    if (!keys.ok()) return keys.status();
    state->jwt.emplace(*std::move(keys),
                       TokenRules{.issuer = files_.jwt_issuer,
                                  .audience = files_.jwt_audience,
                                  .life_max = files_.jwt_life_max,
                                  .calls_per_second_max = files_.calls_per_second_max});
  }
  return state;
}

std::shared_ptr<const AccessKeys::State> AccessKeys::current() const {
  const absl::ReaderMutexLock lock(&mutex_);
  return state_;
}

absl::StatusOr<std::shared_ptr<const application::Caller>> AccessKeys::Authenticate(
    std::string_view token) const {
  const std::shared_ptr<const State> state = current();
  if (token.starts_with(kStaticTokenPrefix)) {
    if (!state->tokens.has_value()) {
      return absl::UnauthenticatedError("no static tokens are taken (setting tokens)");
    }
    std::shared_ptr<const application::Caller> caller = state->tokens->Find(token);
    if (caller == nullptr) return absl::UnauthenticatedError("no such static token");
    return caller;
  }
  if (!state->jwt.has_value()) {
    return absl::UnauthenticatedError("no JWTs are taken (setting jwt-keys)");
  }
  // Before it is hashed.
  if (token.size() > kJsonWebTokenBytesMax) {
    return absl::UnauthenticatedError(
        absl::StrCat("it has more than ", kJsonWebTokenBytesMax, " bytes"));
  }
  const application::Sha256 hash = state->digest.Hash(token);
  std::optional<TokenClaims> claims = state->verified.Find(hash);
  const bool is_new = !claims.has_value();
  if (is_new) {
    absl::StatusOr<TokenClaims> verified = state->jwt->Verify(token);
    if (!verified.ok()) return verified.status();
    claims = *std::move(verified);
  }
  if (absl::Status times = CheckTokenTimes(*claims, state->jwt->rules(), clock_.Now());
      !times.ok()) {
    return times;
  }
  if (is_new) state->verified.Add(hash, *claims);
  return claims->caller;
}

std::shared_ptr<const TlsMaterial> AccessKeys::tls() const { return current()->tls; }

AccessKeys::Counts AccessKeys::counts() const {
  const std::shared_ptr<const State> state = current();
  return {.static_tokens = state->tokens.has_value() ? state->tokens->size() : 0,
          .jwt_keys = state->jwt.has_value() ? state->jwt->keys().size() : 0};
}

}  // namespace orders::infrastructure
