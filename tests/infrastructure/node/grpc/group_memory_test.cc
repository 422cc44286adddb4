// What groups hold is bounded, however many there are and however slow their consumers: a tenth of
// the groups and of the memory that the node allows.
#include <algorithm>
#include <fstream>
#include <string>

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include <gmock/gmock.h>

#include "tests/infrastructure/node/grpc/group_testing.h"

namespace eventstoredb::testing_support {
namespace {

constexpr int kGroups = 100;
constexpr std::size_t kMebibyte = 1 << 20;
/// What the allocator and the calls need; a sanitizer keeps what was freed for a while (256 MiB).
#if defined(ORDERS_THREAD_SANITIZER) || defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kOverheadBytes = 512 * kMebibyte;
#else
constexpr std::size_t kOverheadBytes = 64 * kMebibyte;
#endif

std::size_t GroupMemoryResidentBytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

class ManyPersistentSubscriptions : public GroupTest {
 protected:
  void SetUp() override { StartNode({.groups_max = kGroups, .groups_bytes_max = 26 * kMebibyte}); }
};

TEST_F(ManyPersistentSubscriptions, HoldBoundedMemoryForSlowConsumers) {
  // 25 MiB; unbounded, each group would buffer all of it.
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Appended appended =
        Append({Options("s"), Event(IdText(i + 1), std::string(256 << 10, 'x'))});
    ASSERT_EQ(appended.end.code, grpc::StatusCode::OK);
  }
  const std::size_t before = GroupMemoryResidentBytes();
  for (int i = 0; i < kGroups; ++i) {
    const std::string group = absl::StrCat("g", i);
    ASSERT_EQ(Create(GroupOn("s", group)).code, grpc::StatusCode::OK);
  }
  // One of them with a consumer that takes its time, and gets on nevertheless.
  ASSERT_EQ(Delete("s", "g99").code, grpc::StatusCode::OK);
  ASSERT_EQ(Create(GroupOn("s")).code, grpc::StatusCode::OK);
  Consumer consumer(*this, "s", 1);
  consumer.Take(1);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto messages = consumer.Take(1);
    ASSERT_THAT(Revisions(messages), ::testing::ElementsAre(i));
    consumer.Ack(messages[0]);
  }
  // Their share, and a page of one event for each that begins when it is used up. All groups'
  // buffers would be 2.5 GiB.
  const std::size_t after = GroupMemoryResidentBytes();
  EXPECT_LT(after - std::min(before, after), (26 + 26) * kMebibyte + kOverheadBytes);
}

}  // namespace
}  // namespace eventstoredb::testing_support
