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
ShortHash Id(int number) { return HashOfRequestId(std::to_string(number), TestDigest()); }
ShortHash Content(int number) {
  return HashOfRequestId("c" + std::to_string(number), TestDigest());
}

TEST(RequestMemory, FindsNothingWhenEmpty) {
  EXPECT_EQ(RequestMemory().Find(Id(1)), std::nullopt);
  EXPECT_EQ(RequestMemory().size(), 0U);
}

TEST(RequestMemory, KeepsFirstAndLastRevisionOfARequest) {
  RequestMemory memory;
  memory.Remember(Id(1), Content(1), 0);
  memory.Remember(Id(2), Content(2), 1);
  memory.Remember(Id(2), Content(2), 2);
  memory.Remember(Id(2), Content(2), 3);
  memory.Remember(Id(3), Content(3), 4);

  EXPECT_EQ(memory.Find(Id(2)), (RequestMemory::Entry{Id(2), Content(2), 1, 3}));
  EXPECT_EQ(memory.Find(Id(3)), (RequestMemory::Entry{Id(3), Content(3), 4, 4}));
  EXPECT_EQ(memory.size(), 3U);
}

TEST(RequestMemory, FindsEveryOneOfMany) {
  // Each request records two events: none may be split when entries move into sorted runs.
  constexpr int kRequests = 5'000;
  RequestMemory memory;
  for (int i = 0; i < kRequests; ++i) {
    memory.Remember(Id(i), Content(i), static_cast<std::uint64_t>(2 * i));
    memory.Remember(Id(i), Content(i), static_cast<std::uint64_t>(2 * i + 1));
  }

  EXPECT_EQ(memory.size(), static_cast<std::size_t>(kRequests));
  for (int i = 0; i < kRequests; ++i) {
    const auto revision = static_cast<std::uint64_t>(2 * i);
    ASSERT_EQ(memory.Find(Id(i)), (RequestMemory::Entry{Id(i), Content(i), revision, revision + 1}))
        << i;
  }
  EXPECT_EQ(memory.Find(Id(kRequests)), std::nullopt);
  EXPECT_LT(memory.EstimateBytes(), static_cast<std::size_t>(kRequests) * 64);
}

TEST(RequestMemory, ACopyKeepsWhatItKnew) {
  RequestMemory memory;
  for (int i = 0; i < 100; ++i) memory.Remember(Id(i), Content(i), static_cast<std::uint64_t>(i));
  const RequestMemory before = memory;
  for (int i = 100; i < 300; ++i) memory.Remember(Id(i), Content(i), static_cast<std::uint64_t>(i));

  EXPECT_EQ(before.size(), 100U);
  EXPECT_EQ(before.Find(Id(200)), std::nullopt);
  EXPECT_TRUE(before.Find(Id(50)).has_value());
  EXPECT_TRUE(memory.Find(Id(50)).has_value());
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
