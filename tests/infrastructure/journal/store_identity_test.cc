#include "infrastructure/journal/store_identity.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include <gtest/gtest.h>

#include "eventstoredb/node/embedded_event_store.h"
#include "tests/support/event_store_testing.h"

namespace orders::infrastructure {
namespace {

using eventstoredb::testing_support::Id;

class StoreIdentityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = eventstoredb::EmbeddedEventStore::Open({.in_memory = true});
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }
  absl::StatusOr<application::StoreIdentity> Ensure(std::uint64_t new_id) {
    return EnsureStoreIdentity(*store_, Id(new_id).ToString(), absl::Now() + absl::Seconds(10));
  }
  void GivenFirstEvent(std::string type, std::string data) {
    const auto appended = eventstoredb::testing_support::Append(
        *store_, std::string(kStoreIdentityStream), eventstoredb::ExpectedRevision::Any(),
        {{.id = Id(99), .type = std::move(type), .data = std::move(data)}});
    ASSERT_TRUE(appended.ok()) << appended.status();
  }

  std::unique_ptr<eventstoredb::EmbeddedEventStore> store_;
};

TEST_F(StoreIdentityTest, ANewStoreGetsTheIdThatWasBrought) {
  const auto identity = Ensure(1);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(identity->id, Id(1).ToString());
  EXPECT_EQ(identity->generation, 1U);
}

TEST_F(StoreIdentityTest, AKnownStoreKeepsItsId) {
  ASSERT_TRUE(Ensure(1).ok());
  const auto again = Ensure(2);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, Id(1).ToString());
}

TEST_F(StoreIdentityTest, ARenewedStoreKeepsItsIdAndIsOneGenerationMore) {
  ASSERT_TRUE(Ensure(1).ok());
  for (std::uint64_t generation = 2; generation < 4; ++generation) {
    const absl::Status renewed = RenewStoreIdentity(*store_, Id(10 + generation).ToString(),
                                                    absl::Now() + absl::Seconds(10));
    ASSERT_TRUE(renewed.ok()) << renewed;
    const auto identity = Ensure(2);
    ASSERT_TRUE(identity.ok()) << identity.status();
    EXPECT_EQ(identity->id, Id(1).ToString());
    EXPECT_EQ(identity->generation, generation);
  }
}

TEST_F(StoreIdentityTest, OfSeveralThatTryAtOneTimeAllGetTheSame) {
  absl::Mutex mutex;
  std::set<std::string> ids;
  std::vector<std::thread> threads;
  for (std::uint64_t number = 1; number <= 8; ++number) {
    threads.emplace_back([&, number] {
      const auto identity = Ensure(number);
      const absl::MutexLock lock(&mutex);
      ids.insert(identity.ok() ? identity->id : identity.status().ToString());
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(ids.size(), 1U);
  EXPECT_EQ(*ids.begin(), Ensure(9)->id);
}

TEST_F(StoreIdentityTest, AnEventOfAnotherProgramIsRefused) {
  GivenFirstEvent("SomethingElse", R"({"id":"x"})");
  EXPECT_EQ(Ensure(1).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(StoreIdentityTest, ABodyWithoutAnIdIsRefused) {
  GivenFirstEvent("OrderStoreCreated", R"({"generation":1})");
  EXPECT_EQ(Ensure(1).status().code(), absl::StatusCode::kDataLoss);
}

TEST_F(StoreIdentityTest, AnIdThatIsNoUuidIsOurMistake) {
  EXPECT_EQ(EnsureStoreIdentity(*store_, "mine", absl::InfiniteFuture()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace orders::infrastructure
