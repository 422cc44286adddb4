#include "api/access/guard.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

#include "api/calls/method.h"
#include "api/calls/status_mapping.h"
#include "orders/v1/commands.pb.h"
#include "orders/v1/queries.pb.h"
#include "orders/v1/read_models.pb.h"

namespace orders::api {
namespace {

using application::Caller;
using application::Role;

/// Knows these tokens.
class KnownTokens final : public application::Authenticator {
 public:
  absl::StatusOr<std::shared_ptr<const Caller>> Authenticate(
      std::string_view token) const override {
    const auto found = callers.find(std::string(token));
    if (found == callers.end()) return absl::UnauthenticatedError("unknown token");
    return std::make_shared<const Caller>(found->second);
  }
  std::map<std::string, Caller> callers;
};

class QuietTelemetry final : public application::Telemetry {
 public:
  void CommandEnded(std::string_view, const absl::Status&, int, bool) override {}
  void BatchApplied(std::string_view, int, absl::Duration) override {}
  void Log(application::Severity, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

class CountingMeters final : public application::CallMeters {
 public:
  class Meter final : public application::CallMeter {
   public:
    void Started() override { ++started; }
    void Ended(const absl::Status&, std::string_view reason, absl::Duration) override {
      reasons.emplace_back(reason);
    }
    int started = 0;
    std::vector<std::string> reasons;
  };
  application::CallMeter& OfCommand(std::string_view name) override { return OfQuery(name); }
  application::CallMeter& OfQuery(std::string_view name) override {
    return meters[std::string(name)];
  }
  std::map<std::string, Meter> meters;
};

/// Keeps how the call ended.
class KeptAnswer final : public Responder {
 public:
  explicit KeptAnswer(std::optional<absl::Status>& status) : status_(status) {}
  void Answer(google::protobuf::Message&) override { status_ = absl::OkStatus(); }
  void AnswerOrder(const application::OrderView&, const v1::Freshness&) override {
    status_ = absl::OkStatus();
  }
  void Fail(const absl::Status& status, std::string_view) override { status_ = status; }

 private:
  std::optional<absl::Status>& status_;
};

class GuardTest : public testing::Test {
 protected:
  GuardTest() {
    tokens_.callers = {{"reader", {.name = "reader", .role = Role::kRead}},
                       {"writer", {.name = "writer", .role = Role::kWrite}},
                       {"admin", {.name = "admin", .role = Role::kAdmin}},
                       {"ada", {.name = "ada", .role = Role::kWrite, .customer = "ada"}},
                       {"slow", {.name = "slow", .role = Role::kAdmin, .calls_per_second_max = 1}}};
  }

  /// Calls the rpc that takes a `Request` with that Authorization.
  template <typename Request>
  absl::Status Call(Guard& guard, const char* service,
                    const std::optional<std::string>& authorization) {
    std::optional<absl::Status> answered;
    UnaryMethods methods = guard.Protect(
        {{.descriptor = &MethodOf<Request>(service),
          .is_command = std::string_view(service) == "OrderCommands",
          .start = [this](std::unique_ptr<Responder> responder, const Inbound& inbound) {
            reached_ = true;
            caller_ =
                inbound.caller == nullptr ? std::nullopt : std::optional<Caller>(*inbound.caller);
            if (keep_) return kept_.push_back(std::move(responder));
            Request message;
            responder->Answer(message);
          }}});
    reached_ = false;
    methods[0].start(std::make_unique<KeptAnswer>(answered),
                     {.decode = [](google::protobuf::Message&) { return absl::OkStatus(); },
                      .metadata =
                          [&](std::string_view name) {
                            return name == "authorization" && authorization.has_value()
                                       ? std::optional<std::string_view>(*authorization)
                                       : std::nullopt;
                          }});
    return answered.value_or(absl::OkStatus());
  }
  template <typename Request>
  std::string ReasonOf(Guard& guard, const char* service,
                       const std::optional<std::string>& authorization) {
    return ErrorReason(Call<Request>(guard, service, authorization));
  }

  KnownTokens tokens_;
  QuietTelemetry telemetry_;
  CountingMeters meters_;
  bool reached_ = false;
  bool keep_ = false;
  std::optional<Caller> caller_;
  std::vector<std::unique_ptr<Responder>> kept_;
};

TEST_F(GuardTest, LetsEveryoneInWhereNobodyHasToProveAnything) {
  Guard guard({nullptr, telemetry_, meters_}, {});
  EXPECT_TRUE(Call<v1::SetNoteRequest>(guard, "OrderCommands", std::nullopt).ok());
  EXPECT_TRUE(reached_);
  EXPECT_FALSE(caller_.has_value());
}

TEST_F(GuardTest, LetsNobodyInWithoutATokenThatItKnows) {
  Guard guard({&tokens_, telemetry_, meters_}, {});
  EXPECT_EQ(ReasonOf<v1::GetOrderRequest>(guard, "OrderQueries", std::nullopt), "TOKEN_MISSING");
  for (const char* const authorization :
       {"", "Bearer", "Bearer ", "Bearer nobody", "Basic cmVhZGVy", "reader", "Bearer  reader",
        "Bearer reader "}) {
    EXPECT_EQ(ReasonOf<v1::GetOrderRequest>(guard, "OrderQueries", authorization), "TOKEN_REFUSED")
        << authorization;
    EXPECT_FALSE(reached_);
  }
  EXPECT_TRUE(Call<v1::GetOrderRequest>(guard, "OrderQueries", "bearer reader").ok());
  EXPECT_TRUE(reached_);
  EXPECT_EQ(caller_->name, "reader");
}

TEST_F(GuardTest, LetsEachRoleDoWhatThoseBelowMay) {
  Guard guard({&tokens_, telemetry_, meters_}, {});
  const auto get = [&](const char* token) {
    return ReasonOf<v1::GetOrderRequest>(guard, "OrderQueries", token);
  };
  const auto write = [&](const char* token) {
    return ReasonOf<v1::SetNoteRequest>(guard, "OrderCommands", token);
  };
  const auto administer = [&](const char* token) {
    return ReasonOf<v1::RebuildReadModelRequest>(guard, "ReadModels", token);
  };
  EXPECT_EQ(get("Bearer reader"), "");
  EXPECT_EQ(write("Bearer reader"), "ROLE_MISSING");
  EXPECT_EQ(administer("Bearer reader"), "ROLE_MISSING");
  EXPECT_EQ(get("Bearer writer"), "");
  EXPECT_EQ(write("Bearer writer"), "");
  EXPECT_EQ(administer("Bearer writer"), "ROLE_MISSING");
  EXPECT_FALSE(reached_);
  EXPECT_EQ(get("Bearer admin"), "");
  EXPECT_EQ(write("Bearer admin"), "");
  EXPECT_EQ(administer("Bearer admin"), "");
}

TEST_F(GuardTest, KeepsCustomersFromWhatIsTheShops) {
  Guard guard({&tokens_, telemetry_, meters_}, {});
  EXPECT_EQ(ReasonOf<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer ada"), "");
  EXPECT_EQ(caller_->customer, "ada");
  EXPECT_EQ(ReasonOf<v1::ApplyDiscountRequest>(guard, "OrderCommands", "Bearer ada"),
            "NOT_FOR_CUSTOMERS");
  EXPECT_EQ(ReasonOf<v1::GetSalesReportRequest>(guard, "OrderQueries", "Bearer ada"),
            "NOT_FOR_CUSTOMERS");
  EXPECT_FALSE(reached_);
}

TEST_F(GuardTest, SaysHowLongToWaitToWhoCallsTooOftenAndMindsNobodyElse) {
  Guard guard({&tokens_, telemetry_, meters_}, {});
  int admitted = 0;
  absl::Status last;
  for (int i = 0; i < 10; ++i) {
    last = Call<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer slow");
    if (last.ok()) ++admitted;
  }
  EXPECT_LT(admitted, 10);
  EXPECT_TRUE(absl::IsResourceExhausted(last)) << last;
  EXPECT_EQ(ErrorReason(last), "QUOTA_EXCEEDED");
  EXPECT_TRUE(ToRpcStatus(last, "").details_size() >= 2) << "RetryInfo";
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(Call<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer writer").ok());
  }
}

TEST_F(GuardTest, HoldsThePlaceOfACallUntilItIsAnswered) {
  Guard guard({&tokens_, telemetry_, meters_}, {.limit_min = 1, .limit_max = 2});
  keep_ = true;
  EXPECT_EQ(ReasonOf<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer writer"), "");
  EXPECT_EQ(ReasonOf<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer writer"), "");
  EXPECT_EQ(ReasonOf<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer writer"), "OVERLOADED");
  kept_.pop_back();
  EXPECT_EQ(ReasonOf<v1::SetNoteRequest>(guard, "OrderCommands", "Bearer writer"), "");
  kept_.clear();
  EXPECT_EQ(guard.concurrency().in_flight(), 0);
}

TEST_F(GuardTest, CountsWhatItRefusesAndLogsNoTokenAndNoFlood) {
  Guard guard({&tokens_, telemetry_, meters_}, {});
  for (int i = 0; i < 100; ++i) {
    (void)Call<v1::GetOrderRequest>(guard, "OrderQueries", "Bearer s3cret-canary");
  }
  EXPECT_EQ(meters_.meters["GetOrder"].started, 100);
  EXPECT_EQ(meters_.meters["GetOrder"].reasons.size(), 100U);
  EXPECT_EQ(meters_.meters["GetOrder"].reasons[0], "TOKEN_REFUSED");
  EXPECT_GE(telemetry_.lines.size(), 1U);
  EXPECT_LE(telemetry_.lines.size(), 3U);
  for (const std::string& line : telemetry_.lines) {
    EXPECT_EQ(line.find("canary"), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace orders::api
