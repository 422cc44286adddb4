#include "infrastructure/webhooks/webhook_url.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;

TEST(WebhookUrl, IsTakenApart) {
  const auto url = WebhookUrl::Parse("https://Hooks.Example:8443/orders?shop=1");
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_TRUE(url->is_tls);
  EXPECT_EQ(url->host, "hooks.example");
  EXPECT_EQ(url->port, 8'443);
  EXPECT_EQ(url->target, "/orders?shop=1");
  EXPECT_EQ(url->HostField(), "hooks.example:8443");
}

TEST(WebhookUrl, HasAPathAndAPortAlsoWhereItSaysNone) {
  const auto tls = WebhookUrl::Parse("https://hooks.example");
  const auto plain = WebhookUrl::Parse("http://hooks.example?shop=1");
  ASSERT_TRUE(tls.ok() && plain.ok());
  EXPECT_EQ(tls->port, 443);
  EXPECT_EQ(tls->target, "/");
  EXPECT_EQ(tls->HostField(), "hooks.example");
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->target, "/?shop=1");
}

TEST(WebhookUrl, MayNameAnAddress) {
  const auto v4 = WebhookUrl::Parse("http://127.0.0.1:9000/a");
  const auto v6 = WebhookUrl::Parse("https://[2606:4700::1111]:8443/");
  ASSERT_TRUE(v4.ok()) << v4.status();
  ASSERT_TRUE(v6.ok()) << v6.status();
  EXPECT_EQ(v4->host, "127.0.0.1");
  EXPECT_EQ(v6->host, "2606:4700::1111");
  EXPECT_EQ(v6->HostField(), "[2606:4700::1111]:8443");
}

TEST(WebhookUrl, IsRefusedWhereTwoReadersCouldDiffer) {
  for (const char* text : {"",
                           "hooks.example",
                           "ftp://hooks.example",
                           "https:/hooks.example",
                           "https://",
                           "https:///path",
                           "HTTPS://hooks.example",
                           "https://user@hooks.example",
                           "https://user:pass@hooks.example",
                           "https://hooks.example@evil.example",
                           "https://hooks.example\\@evil.example",
                           "https://hooks.example/#part",
                           "https://hooks.example/a b",
                           "https://hooks.example/\r\nx: y",
                           "https://hooks.ex\tample",
                           "https://hooks.example:",
                           "https://hooks.example:0",
                           "https://hooks.example:65536",
                           "https://hooks.example:080",
                           "https://hooks.example:8443x",
                           "https://-a.example",
                           "https://a-.example",
                           "https://a..example",
                           "https://.example",
                           "https://example.",
                           "https://h\xc3\xb6ks.example",
                           "https://hooks%2eexample",
                           "https://127.1",
                           "https://2130706433",
                           "https://0x7f000001",
                           "https://0177.0.0.1",
                           "https://[::1",
                           "https://::1/",
                           "https://[127.0.0.1]/",
                           "https://[fe80::1%25eth0]/",
                           "https://[::1]x/"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(WebhookUrl::Parse(text).status())) << text;
  }
  EXPECT_FALSE(WebhookUrl::Parse("https://a.example/" + std::string(2'048, 'x')).ok());
}

TEST(WebhookUrl, IsRefusedWithWhatToChange) {
  EXPECT_THAT(std::string(WebhookUrl::Parse("https://me:secret@a.example").status().message()),
              HasSubstr("leave out what stands before the @"));
}

}  // namespace
}  // namespace orders::infrastructure
