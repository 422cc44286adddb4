#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "infrastructure/access/json_web_token.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_certificates.h"
#include "tests/support/test_tokens.h"

namespace {

using orders::fuzz::Demand;
using orders::infrastructure::JsonWebTokenVerifier;
using orders::testing_support::KeyKind;
using orders::testing_support::MakeTokenOfTexts;

/// An issuer, a stranger, and the service that believes the issuer. The keys are made anew for each
/// run: no input can hold a token that is right.
struct World {
  orders::infrastructure::KeyPtr issuer = orders::testing_support::MakeKey(KeyKind::kEd25519);
  orders::infrastructure::KeyPtr stranger = orders::testing_support::MakeKey(KeyKind::kEd25519);
  JsonWebTokenVerifier verifier{
      *orders::infrastructure::JsonWebKeys::Parse(orders::testing_support::KeySet(
          {orders::testing_support::PublicJwk(issuer.get(), "ed-1")})),
      {.issuer = "https://id.example", .audience = "orders"}};
};

void DemandRefused(const JsonWebTokenVerifier& verifier, const std::string& token,
                   const char* property) {
  Demand(absl::IsUnauthenticated(verifier.Verify(token).status()), property);
}

}  // namespace

// The input: a header, a line end, a payload. They are verified as an attacker sends them, and
// signed by the issuer, who may be careless but is believed.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World& world = *new World();
  const std::string all(orders::fuzz::AsText(data, size));
  DemandRefused(world.verifier, all, "a token that the issuer did not sign is refused");

  std::string_view payload = all;
  const std::string_view header = orders::fuzz::TakeUntil(payload, '\n');
  DemandRefused(world.verifier, MakeTokenOfTexts(header, payload, world.stranger.get()),
                "a token that a stranger signed is refused");

  const std::string token = MakeTokenOfTexts(header, payload, world.issuer.get());
  const auto claims = world.verifier.Verify(token);
  if (!claims.ok()) {
    Demand(absl::IsUnauthenticated(claims.status()), "a token that is refused is Unauthenticated");
    return 0;
  }
  Demand(claims->caller != nullptr, "who is let in has a name");
  const std::string& name = claims->caller->name;
  Demand(!name.empty() && name.size() <= 128, "a name is bounded");
  for (const char c : name) Demand(c >= ' ' && c <= '~', "a name is printable");
  Demand(claims->expires < absl::InfiniteFuture(), "every token ends");
  DemandRefused(world.verifier, token + "A", "a token with another end is refused");
  return 0;
}
