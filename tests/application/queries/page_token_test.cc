#include "application/queries/page_token.h"

#include "gtest/gtest.h"

#include "application/commands/request_errors.h"
#include "infrastructure/runtime/openssl_digest.h"

namespace orders::application {
namespace {

class PageToken : public testing::Test {
 protected:
  void ExpectRefused(const absl::StatusOr<PageCursor>& decoded) {
    ASSERT_TRUE(absl::IsInvalidArgument(decoded.status()));
    ASSERT_EQ(GetRequestError(decoded.status())->reason, "BAD_PAGE_TOKEN");
  }
  infrastructure::OpensslDigest digest_{"key"};
  const PageCursor cursor_{.number = -5, .text = "order-1"};
  const std::string token_ = EncodePageToken(digest_, PageKind::kOrders, "q", cursor_);
};

TEST_F(PageToken, GivesItsCursorBack) {
  const auto decoded = DecodePageToken(digest_, PageKind::kOrders, "q", token_);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, cursor_);
}

TEST_F(PageToken, OfAnotherQueryListOrServiceIsRefused) {
  ExpectRefused(DecodePageToken(digest_, PageKind::kOrders, "p", token_));
  ExpectRefused(DecodePageToken(digest_, PageKind::kHistory, "q", token_));
  ExpectRefused(
      DecodePageToken(infrastructure::OpensslDigest("other key"), PageKind::kOrders, "q", token_));
}

TEST_F(PageToken, ChangedInAnyCharacterIsRefused) {
  for (std::size_t i = 0; i < token_.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = token_;
      changed[i] = static_cast<char>(byte);
      if (changed != token_)
        ExpectRefused(DecodePageToken(digest_, PageKind::kOrders, "q", changed));
    }
  }
}

TEST_F(PageToken, CutLongerOrHugeIsRefused) {
  for (std::size_t size = 0; size < token_.size(); ++size) {
    ExpectRefused(DecodePageToken(digest_, PageKind::kOrders, "q", token_.substr(0, size)));
  }
  ExpectRefused(DecodePageToken(digest_, PageKind::kOrders, "q", token_ + "="));
  ExpectRefused(DecodePageToken(digest_, PageKind::kOrders, "q", std::string(1 << 20, 'A')));
}

}  // namespace
}  // namespace orders::application
