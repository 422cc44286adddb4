#include "api/runtime/refused_handshakes.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace orders::api {
namespace {

class Lines final : public application::Telemetry {
 public:
  void CommandEnded(std::string_view, const absl::Status&, int, bool) override {}
  void BatchApplied(std::string_view, int, absl::Duration) override {}
  void Log(application::Severity, std::string_view text) override { lines.emplace_back(text); }
  std::vector<std::string> lines;
};

TEST(RefusedHandshakes, AFloodIsALineASecond) {
  Lines telemetry;
  RefusedHandshakes refused("http", &telemetry);
  for (int i = 0; i < 1'000; ++i) refused.Count("unsupported protocol");
  EXPECT_EQ(refused.count(), 1'000U);
  ASSERT_FALSE(telemetry.lines.empty());
  EXPECT_LT(telemetry.lines.size(), 100U);
  EXPECT_EQ(telemetry.lines[0],
            "TLS handshake refused port=http count=1 reason=\"unsupported protocol\"");
}

TEST(RefusedHandshakes, AreCountedWhereNobodyListens) {
  RefusedHandshakes refused("http", nullptr);
  refused.Count("the caller left");
  EXPECT_EQ(refused.count(), 1U);
}

}  // namespace
}  // namespace orders::api
