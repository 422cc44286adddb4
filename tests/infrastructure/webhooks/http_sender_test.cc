#include "infrastructure/webhooks/http_sender.h"

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_directory.h"
#include "tests/support/test_authority.h"
#include "tests/support/webhook_receiver.h"

namespace orders::infrastructure {
namespace {

using ::testing::HasSubstr;
using testing_support::ReceivedMessage;
using testing_support::TestAuthority;
using testing_support::WebhookAnswer;
using testing_support::WebhookReceiver;

WebhookAnswer Ok(const ReceivedMessage&) { return {.status = 204}; }

HttpPost PostTo(const std::string& url) {
  const auto parsed = WebhookUrl::Parse(url);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return {.url = *parsed, .may_be_private = true, .fields = {{"webhook-id", "1"}}, .body = "{}"};
}

class Sender : public ::testing::Test {
 protected:
  void Start(HttpSenderOptions options = {}) {
    auto started = HttpSender::Start(options);
    ASSERT_TRUE(started.ok()) << started.status();
    sender_ = *std::move(started);
  }
  std::future<HttpOutcome> Begin(HttpPost post) {
    auto promise = std::make_shared<std::promise<HttpOutcome>>();
    last_ = sender_->Post(std::move(post), [promise](HttpOutcome outcome) {
      promise->set_value(std::move(outcome));
    });
    return promise->get_future();
  }
  HttpOutcome Post(HttpPost post) { return Begin(std::move(post)).get(); }

  std::unique_ptr<HttpSender> sender_;
  std::uint64_t last_ = 0;
};

TEST_F(Sender, PostsAMessage) {
  WebhookReceiver receiver(Ok);
  Start();
  HttpPost post = PostTo(receiver.url() + "?shop=1");
  post.body = std::string(300'000, 'b');
  const HttpOutcome outcome = Post(std::move(post));
  EXPECT_EQ(outcome.status, 204);
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(receiver.messages().size(), 1U);
  const ReceivedMessage delivery = receiver.messages().front();
  EXPECT_EQ(delivery.target, "/orders?shop=1");
  EXPECT_EQ(delivery.Field("host"), receiver.address());
  EXPECT_EQ(delivery.Field("webhook-id"), "1");
  EXPECT_EQ(delivery.body, std::string(300'000, 'b'));
}

TEST_F(Sender, FollowsNoRedirect) {
  WebhookReceiver target(Ok);
  WebhookReceiver receiver([&](const ReceivedMessage&) {
    return WebhookAnswer{.status = 302, .fields = {{"Location", target.url()}}};
  });
  Start();
  EXPECT_EQ(Post(PostTo(receiver.url())).status, 302);
  EXPECT_EQ(target.messages().size(), 0U);
}

TEST_F(Sender, SaysWhatTheReceiverAsksFor) {
  WebhookReceiver receiver([](const ReceivedMessage&) {
    return WebhookAnswer{.status = 503, .fields = {{"Retry-After", "120"}}};
  });
  Start();
  const HttpOutcome outcome = Post(PostTo(receiver.url()));
  EXPECT_EQ(outcome.status, 503);
  EXPECT_EQ(outcome.retry_after, absl::Seconds(120));
}

TEST_F(Sender, TakesNoMoreOfAnAnswerThanItsBound) {
  WebhookReceiver receiver(
      [](const ReceivedMessage&) { return WebhookAnswer{.body = std::string(64 << 20, 'a')}; });
  Start();
  EXPECT_EQ(Post(PostTo(receiver.url())).status, 200);
}

TEST_F(Sender, RefusesAHeadThatDoesNotEnd) {
  WebhookReceiver receiver([](const ReceivedMessage&) {
    return WebhookAnswer{.fields = {{"X", std::string(1 << 20, 'x')}}};
  });
  Start();
  const HttpOutcome outcome = Post(PostTo(receiver.url()));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr(receiver.address()));
}

TEST_F(Sender, SaysThatNobodyIsThere) {
  std::string url;
  {
    const WebhookReceiver gone(Ok);
    url = gone.url();
  }
  Start();
  const HttpOutcome outcome = Post(PostTo(url));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("connecting to 127.0.0.1"));
  EXPECT_FALSE(outcome.was_cancelled);
}

TEST_F(Sender, SaysThatTheReceiverHasHungUp) {
  WebhookReceiver receiver([](const ReceivedMessage&) { return WebhookAnswer{.cuts = true}; });
  Start();
  const HttpOutcome outcome = Post(PostTo(receiver.url()));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("the answer of"));
}

TEST_F(Sender, WaitsForABoundTime) {
  WebhookReceiver receiver([](const ReceivedMessage&) { return WebhookAnswer{.hangs = true}; });
  Start({.timeout = absl::Milliseconds(300)});
  const HttpOutcome outcome = Post(PostTo(receiver.url()));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("took too long"));
  EXPECT_FALSE(outcome.was_cancelled);
}

TEST_F(Sender, EndsWhatIsCancelled) {
  WebhookReceiver receiver([](const ReceivedMessage&) { return WebhookAnswer{.hangs = true}; });
  Start();
  auto outcome = Begin(PostTo(receiver.url()));
  ASSERT_EQ(receiver.WaitFor(1).size(), 1U);
  sender_->Cancel(last_);
  EXPECT_TRUE(outcome.get().was_cancelled);
}

TEST_F(Sender, EndsWithoutAReceiverThatHangs) {
  WebhookReceiver receiver([](const ReceivedMessage&) { return WebhookAnswer{.hangs = true}; });
  Start();
  auto outcome = Begin(PostTo(receiver.url()));
  ASSERT_EQ(receiver.WaitFor(1).size(), 1U);
  sender_.reset();
  EXPECT_TRUE(outcome.get().was_cancelled);
}

TEST_F(Sender, CallsNoPrivateAddressThatIsNotNamed) {
  WebhookReceiver receiver(Ok);
  Start();
  for (const std::string& host :
       {std::string("127.0.0.1"), std::string("localhost"), std::string("[::1]")}) {
    HttpPost post = PostTo(absl::StrCat("http://", host, ":", receiver.port(), "/orders"));
    post.may_be_private = false;
    const HttpOutcome outcome = Post(std::move(post));
    EXPECT_EQ(outcome.status, 0) << host;
    EXPECT_THAT(outcome.error, HasSubstr("which is private")) << host;
  }
  EXPECT_EQ(receiver.messages().size(), 0U);
}

TEST_F(Sender, CallsANameThatIsNamed) {
  WebhookReceiver receiver(Ok);
  Start();
  EXPECT_EQ(Post(PostTo(absl::StrCat("http://localhost:", receiver.port(), "/orders"))).status,
            204);
}

TEST_F(Sender, SaysThatANameIsNotFound) {
  Start();
  const HttpOutcome outcome = Post(PostTo("http://no-such-host.invalid/"));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("no-such-host.invalid"));
}

class TlsSender : public Sender {
 protected:
  void WriteAuthorities(const TestAuthority& authority) {
    testing_support::WriteFileWithMode(file_, authority.certificate(), 0644);
  }
  const eventstoredb::testing_support::TempDirectory folder_;
  const std::string file_ = folder_.path() + "/ca.pem";
  const TestAuthority authority_;
};

TEST_F(TlsSender, TrustsTheAuthoritiesOfTheFile) {
  const auto own = authority_.Issue();
  WebhookReceiver receiver(Ok, own.certificate, own.key);
  WriteAuthorities(authority_);
  Start({.authorities_file = file_});
  const HttpOutcome outcome =
      Post(PostTo(absl::StrCat("https://localhost:", receiver.port(), "/orders")));
  EXPECT_EQ(outcome.status, 204) << outcome.error;
}

TEST_F(TlsSender, RefusesACertificateOfAnotherAuthority) {
  const auto own = authority_.Issue();
  WebhookReceiver receiver(Ok, own.certificate, own.key);
  Start();
  const HttpOutcome outcome =
      Post(PostTo(absl::StrCat("https://localhost:", receiver.port(), "/orders")));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, HasSubstr("the certificate of localhost was refused"));
  EXPECT_EQ(receiver.messages().size(), 0U);
}

TEST_F(TlsSender, RefusesACertificateOfAnotherName) {
  const auto own = authority_.Issue({.name = "other.example"});
  WebhookReceiver receiver(Ok, own.certificate, own.key);
  WriteAuthorities(authority_);
  Start({.authorities_file = file_});
  const HttpOutcome outcome =
      Post(PostTo(absl::StrCat("https://localhost:", receiver.port(), "/orders")));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(receiver.messages().size(), 0U);
}

TEST_F(TlsSender, RefusesACertificateThatHasEnded) {
  const auto own = authority_.Issue({.ends = -absl::Hours(1)});
  WebhookReceiver receiver(Ok, own.certificate, own.key);
  WriteAuthorities(authority_);
  Start({.authorities_file = file_});
  EXPECT_EQ(Post(PostTo(absl::StrCat("https://localhost:", receiver.port(), "/orders"))).status, 0);
  EXPECT_EQ(receiver.messages().size(), 0U);
}

TEST_F(TlsSender, DoesNotStartWithAuthoritiesThatCannotBeRead) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      HttpSender::Start({.authorities_file = folder_.path() + "/none.pem"}).status()));
}

TEST(RetryAfter, IsSecondsOrADate) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);  // Tue, 14 Nov 2023 22:13:20 GMT
  EXPECT_EQ(ParseRetryAfter("0", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("Tue, 14 Nov 2023 22:14:20 GMT", now), absl::Minutes(1));
  EXPECT_EQ(ParseRetryAfter("Tue, 14 Nov 2023 22:12:20 GMT", now), absl::ZeroDuration());
  EXPECT_EQ(ParseRetryAfter("soon", now), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("-1", now), std::nullopt);
  EXPECT_EQ(ParseRetryAfter("", now), std::nullopt);
}

}  // namespace
}  // namespace orders::infrastructure
