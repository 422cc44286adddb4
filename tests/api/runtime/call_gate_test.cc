#include "api/runtime/call_gate.h"

#include <thread>
#include <utility>

#include "gtest/gtest.h"

namespace orders::api {
namespace {

TEST(CallGate, LetsCallsInUntilItIsClosed) {
  CallGate gate;
  const CallGate::Pass pass = gate.Enter();
  EXPECT_TRUE(pass);
  gate.Close();
  EXPECT_FALSE(gate.Enter());
  EXPECT_EQ(gate.inside(), 1);
}

TEST(CallGate, IsIdleWhenTheLastPassIsGone) {
  CallGate gate;
  CallGate::Pass pass = gate.Enter();
  gate.Close();
  EXPECT_FALSE(gate.WaitIdle(absl::Milliseconds(1)));
  std::thread leaving(
      [moved = std::move(pass)]() mutable { CallGate::Pass gone = std::move(moved); });
  EXPECT_TRUE(gate.WaitIdle(absl::InfiniteDuration()));
  leaving.join();
  EXPECT_EQ(gate.inside(), 0);
}

TEST(CallGate, AMovedPassCountsOnce) {
  CallGate gate;
  CallGate::Pass first = gate.Enter();
  CallGate::Pass second = std::move(first);
  EXPECT_EQ(gate.inside(), 1);
  second = gate.Enter();
  EXPECT_EQ(gate.inside(), 1);
  second = CallGate::Pass();
  EXPECT_EQ(gate.inside(), 0);
}

}  // namespace
}  // namespace orders::api
