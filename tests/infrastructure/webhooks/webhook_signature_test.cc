#include "infrastructure/webhooks/webhook_signature.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

// The example of Standard Webhooks' libraries.
constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr char kId[] = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr char kBody[] = "{\"test\": 2432232314}";
constexpr char kSignature[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const absl::Time kAt = absl::FromUnixSeconds(1'614'265'330);

TEST(WebhookSignature, IsThatOfTheStandardsExample) {
  EXPECT_EQ(SignWebhook({kSecret}, kId, kAt, kBody), kSignature);
}

TEST(WebhookSignature, IsGivenForEachSecret) {
  const auto other = MakeWebhookSecret();
  ASSERT_TRUE(other.ok()) << other.status();
  const std::string both = SignWebhook({*other, kSecret}, kId, kAt, kBody);
  EXPECT_EQ(both, absl::StrCat(SignWebhook({*other}, kId, kAt, kBody), " ", kSignature));
}

TEST(WebhookSignature, IsOfAnotherTimeAndBodyAnother) {
  EXPECT_NE(SignWebhook({kSecret}, kId, kAt + absl::Seconds(1), kBody), kSignature);
  EXPECT_NE(SignWebhook({kSecret}, kId, kAt, "{}"), kSignature);
  EXPECT_EQ(SignWebhook({kSecret}, kId, kAt + absl::Milliseconds(999), kBody), kSignature);
}

TEST(WebhookSecret, ThatIsMadeIsRightAndItsOwn) {
  const auto one = MakeWebhookSecret();
  const auto two = MakeWebhookSecret();
  ASSERT_TRUE(one.ok() && two.ok());
  EXPECT_TRUE(CheckWebhookSecret(*one).ok());
  EXPECT_NE(*one, *two);
}

TEST(WebhookSecret, HasABoundForm) {
  const auto of_bytes = [](std::size_t size) {
    return absl::StrCat("whsec_", absl::Base64Escape(std::string(size, 'k')));
  };
  EXPECT_TRUE(CheckWebhookSecret(of_bytes(24)).ok());
  EXPECT_TRUE(CheckWebhookSecret(of_bytes(64)).ok());
  for (const std::string& wrong :
       {of_bytes(23), of_bytes(65), std::string(), std::string("whsec_"),
        std::string("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), absl::StrCat(kSecret, "="),
        std::string("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_w")}) {
    EXPECT_TRUE(absl::IsInvalidArgument(CheckWebhookSecret(wrong))) << wrong;
  }
}

}  // namespace
}  // namespace orders::infrastructure
