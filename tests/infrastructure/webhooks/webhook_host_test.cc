#include "infrastructure/webhooks/webhook_host.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<WebhookPermission> Check(const std::vector<std::string>& patterns,
                                        const char* text) {
  std::vector<WebhookHost> hosts;
  for (const std::string& pattern : patterns) {
    const auto host = WebhookHost::Parse(pattern);
    EXPECT_TRUE(host.has_value()) << pattern;
    if (host.has_value()) hosts.push_back(*host);
  }
  const auto url = WebhookUrl::Parse(text);
  EXPECT_TRUE(url.ok()) << url.status();
  return CheckWebhookHost(hosts, *url);
}

TEST(WebhookHost, ThatIsNamedMayBePrivate) {
  const auto permission = Check({"*", "hooks.internal"}, "https://hooks.internal/a");
  ASSERT_TRUE(permission.ok()) << permission.status();
  EXPECT_TRUE(permission->may_be_private);
}

TEST(WebhookHost, OfAWildcardMayNot) {
  const auto permission = Check({"*.example"}, "https://a.b.example/");
  ASSERT_TRUE(permission.ok()) << permission.status();
  EXPECT_FALSE(permission->may_be_private);
}

TEST(WebhookHost, OfAWildcardIsBelowItsName) {
  EXPECT_FALSE(Check({"*.example.com"}, "https://example.com/").ok());
  EXPECT_FALSE(Check({"*.example.com"}, "https://evilexample.com/").ok());
  EXPECT_FALSE(Check({"*.example.com"}, "https://example.com.evil.org/").ok());
  EXPECT_TRUE(Check({"*.example.com"}, "https://a.example.com/").ok());
}

TEST(WebhookHost, IsOneOfItsPortAlone) {
  EXPECT_TRUE(Check({"a.example"}, "https://a.example:443/").ok());
  EXPECT_FALSE(Check({"a.example"}, "https://a.example:8443/").ok());
  EXPECT_TRUE(Check({"a.example:8443"}, "https://a.example:8443/").ok());
  EXPECT_TRUE(Check({"a.example:*"}, "https://a.example:8443/").ok());
  EXPECT_TRUE(Check({"[::1]:*"}, "https://[::1]:8443/").ok());
}

TEST(WebhookHost, IsCalledInTheClearOnlyWhereItSaysSo) {
  EXPECT_FALSE(Check({"a.example:*"}, "http://a.example/").ok());
  EXPECT_TRUE(Check({"http://a.example"}, "http://a.example/").ok());
  EXPECT_FALSE(Check({"http://a.example:*"}, "https://a.example/").ok());
}

TEST(WebhookHost, ThatIsNotAllowedIsRefusedByName) {
  const auto refused = Check({"a.example"}, "https://b.example/");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("https://b.example"));
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("--webhook-hosts"));
}

TEST(WebhookHost, IsNoPatternWithMoreThanAHost) {
  for (const char* text : {"", "a.example/path", "a*.example", "*a", "*.*.example", "a.*",
                           "ftp://a.example", "user@a.example", "a.example:", "a.example:x"}) {
    EXPECT_FALSE(WebhookHost::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace orders::infrastructure
