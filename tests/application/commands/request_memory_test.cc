#include "application/commands/request_memory.h"

#include <string>

#include <gtest/gtest.h>

#include "infrastructure/runtime/openssl_digest.h"

namespace orders::application {
namespace {

const Digest& TestDigest() {
  static const infrastructure::OpensslDigest digest("");
  return digest;
}
ShortHash HashedId(int number) { return HashOfRequestId(std::to_string(number), TestDigest()); }
ShortHash HashedContent(int number) {
  return HashOfRequestId("c" + std::to_string(number), TestDigest());
}

TEST(RequestMemory, FindsNothingWhenEmpty) {
  EXPECT_EQ(RequestMemory().Find(HashedId(1)), std::nullopt);
  EXPECT_EQ(RequestMemory().size(), 0U);
}

TEST(RequestMemory, KeepsFirstAndLastRevisionOfARequest) {
  RequestMemory memory;
  memory.Remember(HashedId(1), HashedContent(1), 0);
  memory.Remember(HashedId(2), HashedContent(2), 1);
  memory.Remember(HashedId(2), HashedContent(2), 2);
  memory.Remember(HashedId(2), HashedContent(2), 3);
  memory.Remember(HashedId(3), HashedContent(3), 4);

  EXPECT_EQ(memory.Find(HashedId(2)), (RequestMemory::Entry{HashedId(2), HashedContent(2), 1, 3}));
  EXPECT_EQ(memory.Find(HashedId(3)), (RequestMemory::Entry{HashedId(3), HashedContent(3), 4, 4}));
  EXPECT_EQ(memory.size(), 3U);
}

TEST(RequestMemory, FindsEveryOneOfMany) {
  // Each request records two events: none may be split when entries move into sorted runs.
  constexpr int kRequests = 5'000;
  RequestMemory memory;
  for (int i = 0; i < kRequests; ++i) {
    memory.Remember(HashedId(i), HashedContent(i), static_cast<std::uint64_t>(2 * i));
    memory.Remember(HashedId(i), HashedContent(i), static_cast<std::uint64_t>(2 * i + 1));
  }

  EXPECT_EQ(memory.size(), static_cast<std::size_t>(kRequests));
  for (int i = 0; i < kRequests; ++i) {
    const auto revision = static_cast<std::uint64_t>(2 * i);
    ASSERT_EQ(memory.Find(HashedId(i)),
              (RequestMemory::Entry{HashedId(i), HashedContent(i), revision, revision + 1}))
        << i;
  }
  EXPECT_EQ(memory.Find(HashedId(kRequests)), std::nullopt);
  EXPECT_LT(memory.EstimateBytes(), static_cast<std::size_t>(kRequests) * 64);
}

TEST(RequestMemory, ACopyKeepsWhatItKnew) {
  RequestMemory memory;
  for (int i = 0; i < 100; ++i)
    memory.Remember(HashedId(i), HashedContent(i), static_cast<std::uint64_t>(i));
  const RequestMemory before = memory;
  for (int i = 100; i < 300; ++i)
    memory.Remember(HashedId(i), HashedContent(i), static_cast<std::uint64_t>(i));

  EXPECT_EQ(before.size(), 100U);
  EXPECT_EQ(before.Find(HashedId(200)), std::nullopt);
  EXPECT_TRUE(before.Find(HashedId(50)).has_value());
  EXPECT_TRUE(memory.Find(HashedId(50)).has_value());
}

TEST(HashOfContent, ReadsHexOnly) {
  const ShortHash hash = HashOfContent("00ff10" + std::string(58, 'a'));
  EXPECT_EQ(hash[0], 0x00);
  EXPECT_EQ(hash[1], 0xFF);
  EXPECT_EQ(hash[2], 0x10);
  EXPECT_EQ(hash[15], 0xAA);
  EXPECT_EQ(HashOfContent(""), ShortHash{});
  EXPECT_EQ(HashOfContent(std::string(64, 'g')), ShortHash{});
  EXPECT_EQ(HashOfContent(std::string(63, 'a')), ShortHash{});
}

}  // namespace
}  // namespace orders::application
