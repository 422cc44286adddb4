#include "api/calls/call_context.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

#include "domain/order/validation.h"

namespace orders::api {
namespace {

class CountingIds final : public application::IdSource {
 public:
  std::string NewId() override { return "id-" + std::to_string(++count_); }

 private:
  int count_ = 0;
};

absl::StatusOr<application::CallContext> Made(const std::map<std::string, std::string>& metadata) {
  CountingIds ids;
  const auto find = [&metadata](std::string_view name) -> std::optional<std::string_view> {
    const auto found = metadata.find(std::string(name));
    if (found == metadata.end()) return std::nullopt;
    return found->second;
  };
  return MakeCallContext(find, nullptr, absl::InfiniteFuture(), ids);
}

TEST(CallContext, OfACallThatSaysNothing) {
  const auto call = Made({});
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->actor, "anonymous");
  EXPECT_EQ(call->correlation_id, "id-1");
  EXPECT_TRUE(call->traceparent.empty());
}

TEST(CallContext, TakesWhatTheMetadataSays) {
  const std::string trace = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01";
  const auto call = Made({{"x-actor", "ann"}, {"x-correlation-id", "c-1"}, {"traceparent", trace}});
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->actor, "ann");
  EXPECT_EQ(call->correlation_id, "c-1");
  EXPECT_EQ(call->traceparent, trace);
}

TEST(CallContext, RefusesAnActorThatIsNoName) {
  const std::string long_name(129, 'x');
  for (const std::string& actor :
       {std::string(), long_name, std::string("a\tb"), std::string("\xc3\xa4")}) {
    for (const char* key : {"x-actor", "x-correlation-id"}) {
      const auto call = Made({{key, actor}});
      ASSERT_TRUE(absl::IsInvalidArgument(call.status())) << actor;
      EXPECT_EQ(domain::GetFieldViolations(call.status())[0].field, key);
    }
  }
}

TEST(CallContext, LeavesOutATraceThatIsMalformed) {
  for (const char* trace : {"", "00-xyz", "01-0123456789abcdef0123456789abcdef-0123456789abcdef-01",
                            "00-0123456789ABCDEF0123456789abcdef-0123456789abcdef-01",
                            "00-0123456789abcdef0123456789abcdef_0123456789abcdef-01"}) {
    const auto call = Made({{"traceparent", trace}});
    ASSERT_TRUE(call.ok());
    EXPECT_TRUE(call->traceparent.empty()) << trace;
  }
}

TEST(Deadline, IsGivenAndCapped) {
  const CallLimits limits{.deadline_default = absl::Seconds(10), .deadline_max = absl::Seconds(60)};
  const absl::Time now = absl::FromUnixSeconds(1'000);
  EXPECT_EQ(DeadlineOf(absl::InfiniteFuture(), now, limits), now + absl::Seconds(10));
  EXPECT_EQ(DeadlineOf(now + absl::Seconds(3), now, limits), now + absl::Seconds(3));
  EXPECT_EQ(DeadlineOf(now + absl::Hours(99'999'999), now, limits), now + absl::Seconds(60));
  EXPECT_EQ(DeadlineOf(now - absl::Seconds(1), now, limits), now - absl::Seconds(1));
}

}  // namespace
}  // namespace orders::api
