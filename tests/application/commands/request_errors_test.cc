#include "application/commands/request_errors.h"

#include <gtest/gtest.h>

namespace orders::application {
namespace {

TEST(RequestError, ComesBackFromItsStatus) {
  const absl::Status status = MakeRequestError(absl::StatusCode::kAborted, "too late",
                                               {.reason = "STALE_REVISION",
                                                .current_revision = 18'446'744'073'709'551'615U,
                                                .retry_after = absl::Milliseconds(50)});

  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(status.message(), "too late");
  const std::optional<RequestError> error = GetRequestError(status);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->reason, "STALE_REVISION");
  EXPECT_EQ(error->current_revision, 18'446'744'073'709'551'615U);
  EXPECT_EQ(error->retry_after, absl::Milliseconds(50));
}

TEST(RequestError, SaysOnlyWhatWasSaid) {
  const auto error = GetRequestError(
      MakeRequestError(absl::StatusCode::kUnavailable, "", {.reason = "OUTCOME_UNKNOWN"}));

  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->current_revision, std::nullopt);
  EXPECT_EQ(error->retry_after, std::nullopt);
}

TEST(RequestError, IsAbsentFromOtherStatuses) {
  EXPECT_EQ(GetRequestError(absl::AbortedError("no details")).has_value(), false);
  EXPECT_EQ(GetRequestError(absl::OkStatus()).has_value(), false);
}

}  // namespace
}  // namespace orders::application
