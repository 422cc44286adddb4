// The calls of webhooks, from a message to a message, over webhooks in memory.

#include "api/calls/webhook_calls.h"

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "api/calls/status_mapping.h"
#include "api/runtime/call_gate.h"
#include "api/runtime/worker_pool.h"
#include "application/webhooks_off.h"
#include "domain/order/validation.h"
#include "infrastructure/runtime/openssl_digest.h"
#include "tests/support/memory_webhooks.h"

namespace orders::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::MemoryWebhooks;

class QuietTelemetry final : public application::Telemetry {
 public:
  void CommandEnded(std::string_view, const absl::Status&, int, bool) override {}
  void BatchApplied(std::string_view, int, absl::Duration) override {}
  void Log(application::Severity, std::string_view) override {}
};

class NoMeters final : public application::CallMeters {
 public:
  class Meter final : public application::CallMeter {
   public:
    void Started() override {}
    void Ended(const absl::Status&, std::string_view, absl::Duration) override {}
  };
  application::CallMeter& OfCommand(std::string_view) override { return meter_; }
  application::CallMeter& OfQuery(std::string_view) override { return meter_; }

 private:
  Meter meter_;
};

class CountedIds final : public application::IdSource {
 public:
  std::string NewId() override { return absl::StrCat("made-", ++made_); }

 private:
  int made_ = 0;
};

/// Keeps what a call is answered, and says when it is.
template <typename Response>
class KeptAnswer final : public Responder {
 public:
  KeptAnswer(absl::StatusOr<Response>& answer, absl::Notification& answered)
      : answer_(answer), answered_(answered) {}
  void Answer(google::protobuf::Message& message) override {
    answer_ = dynamic_cast<Response&>(message);
    answered_.Notify();
  }
  void AnswerOrder(const application::OrderView&, const v1::Freshness&) override {}
  void Fail(const absl::Status& status, std::string_view) override {
    answer_ = status;
    answered_.Notify();
  }

 private:
  absl::StatusOr<Response>& answer_;
  absl::Notification& answered_;
};

class WebhookCallsTest : public testing::Test {
 protected:
  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(const Request& request) {
    return AskOf<Response>(webhooks_, request);
  }
  template <typename Response, typename Request>
  absl::StatusOr<Response> AskOf(application::Webhooks& webhooks, const Request& request) {
    WebhookCalls calls({webhooks, digest_, {ids_, telemetry_, meters_, workers_, gate_}}, {});
    for (const UnaryMethod& method : calls.methods()) {
      if (method.descriptor->input_type() != Request::descriptor()) continue;
      absl::StatusOr<Response> answer = absl::UnknownError("not answered");
      absl::Notification answered;
      method.start(std::make_unique<KeptAnswer<Response>>(answer, answered),
                   {.decode =
                        [&](google::protobuf::Message& message) {
                          message.CopyFrom(request);
                          return absl::OkStatus();
                        },
                    .metadata =
                        [](std::string_view name) {
                          return name == "x-actor" ? std::optional<std::string_view>("ann")
                                                   : std::nullopt;
                        }});
      answered.WaitForNotification();
      return answer;
    }
    return absl::UnimplementedError("no such rpc");
  }

  v1::Webhook Made(const std::string& id) {
    v1::CreateWebhookRequest request;
    request.set_webhook_id(id);
    request.set_url("https://shop.example/orders");
    const auto made = Ask<v1::CreateWebhookResponse>(request);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.ok() ? made->webhook() : v1::Webhook();
  }
  void AddLetters(int count) {
    for (int i = 1; i <= count; ++i) {
      webhooks_.letters.push_back({.number = 10 * i,
                                   .event_id = absl::StrCat("e-", i),
                                   .order_id = {"o-1"},
                                   .type = "OrderConfirmed",
                                   .attempts = 20});
    }
  }
  /// Which fields are wrong.
  static std::vector<std::string> FieldsOf(const absl::Status& status) {
    std::vector<std::string> fields;
    for (const domain::FieldViolation& violation : domain::GetFieldViolations(status)) {
      fields.push_back(violation.field);
    }
    return fields;
  }

  MemoryWebhooks webhooks_;
  infrastructure::OpensslDigest digest_{"a key"};
  CountedIds ids_;
  QuietTelemetry telemetry_;
  NoMeters meters_;
  CallGate gate_;
  WorkerPool workers_{WorkerPoolOptions{.threads = 1, .queue_size_max = 4}};
};

TEST_F(WebhookCallsTest, ASecretIsShownOnceAndNeverAgain) {
  v1::CreateWebhookRequest request;
  request.set_webhook_id("shop");
  request.set_url("https://shop.example/orders");
  request.set_description("the shop");
  request.add_event_types("OrderConfirmed");
  const auto made = Ask<v1::CreateWebhookResponse>(request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->secret(), MemoryWebhooks::kSecret);
  EXPECT_EQ(made->webhook().state(), v1::WEBHOOK_STATE_ACTIVE);
  EXPECT_EQ(webhooks_.start, application::WebhookStart::kFromNow);
  EXPECT_EQ(webhooks_.actor, "ann");

  v1::GetWebhookRequest get;
  get.set_webhook_id("shop");
  const auto got = Ask<v1::Webhook>(get);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->description(), "the shop");
  EXPECT_THAT(got->event_types(), ElementsAre("OrderConfirmed"));
  const auto listed = Ask<v1::ListWebhooksResponse>(v1::ListWebhooksRequest());
  ASSERT_EQ(listed->webhooks_size(), 1);
  for (const std::string& text : {got->ShortDebugString(), listed->ShortDebugString()}) {
    EXPECT_THAT(text, Not(HasSubstr("whsec_")));
  }
}

TEST_F(WebhookCallsTest, AnIdIsMadeIfNoneIsGivenAndARepeatMakesNoSecondWebhook) {
  EXPECT_THAT(Made("").webhook_id(), HasSubstr("made-"));
  Made("shop");
  v1::CreateWebhookRequest again;
  again.set_webhook_id("shop");
  EXPECT_EQ(ErrorReason(Ask<v1::CreateWebhookResponse>(again).status()), "WEBHOOK_EXISTS");
}

TEST_F(WebhookCallsTest, WhatNoWebhookCouldHaveIsNamed) {
  v1::CreateWebhookRequest request;
  request.set_webhook_id("a/b");
  request.set_description("two\nlines");
  request.add_event_types("OrderConfirmed");
  request.add_event_types("order.confirmed");
  request.set_start(static_cast<v1::WebhookStart>(9));
  const auto refused = Ask<v1::CreateWebhookResponse>(request);
  EXPECT_THAT(FieldsOf(refused.status()),
              ElementsAre("webhook_id", "description", "event_types[1]", "start"));
  request.Clear();
  request.add_event_types("OrderConfirmed");
  request.add_event_types("OrderConfirmed");
  EXPECT_THAT(FieldsOf(Ask<v1::CreateWebhookResponse>(request).status()),
              ElementsAre("event_types[1]"));
  const auto listed = Ask<v1::ListWebhooksResponse>(v1::ListWebhooksRequest());
  EXPECT_EQ(listed->webhooks_size(), 0);
}

TEST_F(WebhookCallsTest, AnUpdateChangesWhatItNamesAndNothingElse) {
  Made("shop");
  v1::UpdateWebhookRequest request;
  request.set_webhook_id("shop");
  EXPECT_EQ(Ask<v1::Webhook>(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_description("moved");
  request.mutable_event_types()->add_names("OrderCancelled");
  auto updated = Ask<v1::Webhook>(request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->url(), "https://shop.example/orders");
  EXPECT_THAT(updated->event_types(), ElementsAre("OrderCancelled"));

  request.Clear();
  request.set_webhook_id("shop");
  request.mutable_event_types();  // There, and empty: all.
  updated = Ask<v1::Webhook>(request);
  EXPECT_EQ(updated->description(), "moved");
  EXPECT_EQ(updated->event_types_size(), 0);

  request.mutable_event_types()->add_names("Nothing");
  EXPECT_THAT(FieldsOf(Ask<v1::Webhook>(request).status()), ElementsAre("event_types.names[0]"));
}

TEST_F(WebhookCallsTest, APauseSaysWhyAndAResumeEndsIt) {
  Made("shop");
  v1::PauseWebhookRequest pause;
  pause.set_webhook_id("shop");
  pause.set_reason("the receiver moves");
  const auto paused = Ask<v1::Webhook>(pause);
  EXPECT_EQ(paused->state(), v1::WEBHOOK_STATE_PAUSED);
  EXPECT_EQ(paused->state_reason(), "the receiver moves");
  pause.set_reason(std::string(501, 'x'));
  EXPECT_THAT(FieldsOf(Ask<v1::Webhook>(pause).status()), ElementsAre("reason"));
  v1::ResumeWebhookRequest resume;
  resume.set_webhook_id("shop");
  EXPECT_EQ(Ask<v1::Webhook>(resume)->state(), v1::WEBHOOK_STATE_ACTIVE);
}

TEST_F(WebhookCallsTest, AnOldSecretEndsInADayOrWhenItIsTold) {
  Made("shop");
  v1::RotateWebhookSecretRequest request;
  request.set_webhook_id("shop");
  const auto rotated = Ask<v1::RotateWebhookSecretResponse>(request);
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_EQ(rotated->secret(), MemoryWebhooks::kSecret);
  EXPECT_TRUE(rotated->webhook().has_old_secret_end_time());
  EXPECT_EQ(webhooks_.old_lifetime, absl::Hours(24));
  for (const std::int64_t seconds : {0, 90, 30 * 86'400}) {
    request.mutable_old_secret_lifetime()->set_seconds(seconds);
    EXPECT_TRUE(Ask<v1::RotateWebhookSecretResponse>(request).ok()) << seconds;
    EXPECT_EQ(webhooks_.old_lifetime, absl::Seconds(seconds));
  }
  for (const std::int64_t seconds : {-1, 30 * 86'400 + 1}) {
    request.mutable_old_secret_lifetime()->set_seconds(seconds);
    EXPECT_THAT(FieldsOf(Ask<v1::RotateWebhookSecretResponse>(request).status()),
                ElementsAre("old_secret_lifetime"));
  }
}

TEST_F(WebhookCallsTest, APingThatIsNotTakenIsAnAnswer) {
  Made("shop");
  webhooks_.ping = {.message_id = "m-1",
                    .http_status = 500,
                    .error = "status 500",
                    .duration = absl::Milliseconds(1'250)};
  v1::PingWebhookRequest request;
  request.set_webhook_id("shop");
  const auto pinged = Ask<v1::PingWebhookResponse>(request);
  ASSERT_TRUE(pinged.ok()) << pinged.status();
  EXPECT_FALSE(pinged->delivered());
  EXPECT_EQ(pinged->http_status(), 500);
  EXPECT_EQ(pinged->duration().seconds(), 1);
  EXPECT_EQ(pinged->duration().nanos(), 250'000'000);
}

TEST_F(WebhookCallsTest, DeadLettersComePageByPageEachOnce) {
  Made("shop");
  Made("other");
  AddLetters(5);
  v1::ListWebhookDeadLettersRequest request;
  request.set_webhook_id("shop");
  request.set_page_size(2);
  std::vector<std::string> seen;
  for (int page = 0; page < 3; ++page) {
    const auto listed = Ask<v1::ListWebhookDeadLettersResponse>(request);
    ASSERT_TRUE(listed.ok()) << listed.status();
    for (const auto& letter : listed->dead_letters()) seen.push_back(letter.event_id());
    EXPECT_EQ(listed->next_page_token().empty(), page == 2);
    request.set_page_token(listed->next_page_token());
    if (page != 0) continue;
    // A token goes with the webhook that it is of.
    v1::ListWebhookDeadLettersRequest foreign = request;
    foreign.set_webhook_id("other");
    EXPECT_EQ(ErrorReason(Ask<v1::ListWebhookDeadLettersResponse>(foreign).status()),
              "BAD_PAGE_TOKEN");
  }
  EXPECT_THAT(seen, ElementsAre("e-1", "e-2", "e-3", "e-4", "e-5"));
  request.set_page_size(-1);
  EXPECT_THAT(FieldsOf(Ask<v1::ListWebhookDeadLettersResponse>(request).status()),
              ElementsAre("page_size"));
}

TEST_F(WebhookCallsTest, AReplayIsOfOneOfNOrOfAllAfterAPreview) {
  Made("shop");
  AddLetters(5);
  v1::ReplayWebhookDeadLettersRequest request;
  request.set_webhook_id("shop");
  using Response = v1::ReplayWebhookDeadLettersResponse;
  EXPECT_THAT(FieldsOf(Ask<Response>(request).status()), ElementsAre("selection"));
  request.set_event_id("");
  EXPECT_THAT(FieldsOf(Ask<Response>(request).status()), ElementsAre("event_id"));
  request.set_oldest(0);
  EXPECT_THAT(FieldsOf(Ask<Response>(request).status()), ElementsAre("oldest"));
  request.set_all(false);
  EXPECT_THAT(FieldsOf(Ask<Response>(request).status()), ElementsAre("all"));

  request.set_event_id("e-2");
  EXPECT_EQ(Ask<Response>(request)->count(), 1U);
  request.set_oldest(2);
  const auto oldest = Ask<Response>(request);
  ASSERT_EQ(oldest->dead_letters_size(), 2);
  EXPECT_EQ(oldest->dead_letters(0).event_id(), "e-1");
  EXPECT_EQ(oldest->dead_letters(1).event_id(), "e-3");

  request.set_all(true);
  request.set_validate_only(true);
  EXPECT_EQ(Ask<Response>(request)->count(), 2U);
  EXPECT_EQ(webhooks_.letters.size(), 2U) << "a preview changes nothing";
  request.set_validate_only(false);
  request.set_expected_count(3);
  EXPECT_EQ(ErrorReason(Ask<Response>(request).status()), "DEAD_LETTERS_CHANGED");
  request.set_expected_count(2);
  EXPECT_EQ(Ask<Response>(request)->count(), 2U);
  EXPECT_TRUE(webhooks_.letters.empty());
}

TEST_F(WebhookCallsTest, DeadLettersAreDiscardedForAReason) {
  Made("shop");
  AddLetters(2);
  v1::DiscardWebhookDeadLettersRequest request;
  request.set_webhook_id("shop");
  request.set_all(true);
  using Response = v1::DiscardWebhookDeadLettersResponse;
  EXPECT_THAT(FieldsOf(Ask<Response>(request).status()), ElementsAre("reason"));
  request.set_reason("told them by hand");
  EXPECT_EQ(Ask<Response>(request)->count(), 2U);
  EXPECT_EQ(webhooks_.reason, "told them by hand");
  EXPECT_EQ(webhooks_.actor, "ann");
}

TEST_F(WebhookCallsTest, OfOneThatIsNotThereNothingIsDone) {
  v1::GetWebhookRequest get;
  get.set_webhook_id("none");
  EXPECT_EQ(ErrorReason(Ask<v1::Webhook>(get).status()), "WEBHOOK_NOT_FOUND");
  v1::DeleteWebhookRequest remove;
  remove.set_webhook_id("none");
  EXPECT_EQ(ErrorReason(Ask<v1::DeleteWebhookResponse>(remove).status()), "WEBHOOK_NOT_FOUND");
  Made("none");
  EXPECT_TRUE(Ask<v1::DeleteWebhookResponse>(remove).ok());
  EXPECT_EQ(ErrorReason(Ask<v1::Webhook>(get).status()), "WEBHOOK_NOT_FOUND");
}

TEST_F(WebhookCallsTest, WhereTheyAreOffEveryCallSaysWhichSettingSwitchesThemOn) {
  application::WebhooksOff off;
  const auto listed = AskOf<v1::ListWebhooksResponse>(off, v1::ListWebhooksRequest());
  EXPECT_EQ(ErrorReason(listed.status()), "WEBHOOKS_OFF");
  EXPECT_TRUE(absl::IsFailedPrecondition(listed.status()));
  EXPECT_THAT(std::string(listed.status().message()), HasSubstr("webhook-hosts"));
  v1::CreateWebhookRequest create;
  create.set_url("https://shop.example/orders");
  EXPECT_EQ(ErrorReason(AskOf<v1::CreateWebhookResponse>(off, create).status()), "WEBHOOKS_OFF");
  v1::ReplayWebhookDeadLettersRequest replay;
  replay.set_all(true);
  EXPECT_EQ(ErrorReason(AskOf<v1::ReplayWebhookDeadLettersResponse>(off, replay).status()),
            "WEBHOOKS_OFF");
}

}  // namespace
}  // namespace orders::api
