#include "application/projections/work_pacer.h"

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace orders::application {
namespace {

TEST(WorkPacer, SleepsInProportionToWhatAPieceOfWorkHasCost) {
  absl::Duration used;
  WorkPacer pacer([&used] { return used; });
  const std::function<void()> pause = pacer.PausesFor(0.25);
  for (int piece = 0; piece < 3; ++piece) {
    used += absl::Milliseconds(10);
    const absl::Time before = absl::Now();
    pause();
    EXPECT_GE(absl::Now() - before, absl::Milliseconds(30)) << "a quarter of 40 ms is 10 ms";
  }
}

TEST(WorkPacer, StopEndsThePauseThatGoesOnAndAllLaterOnes) {
  WorkPacer pacer([] { return absl::Hours(1); });
  const std::function<void()> pause = pacer.PausesFor(0.5);
  std::atomic<bool> begun = false;
  std::thread worker([&] {
    begun = true;
    pause();
    pacer.PausesFor(0.5)();
  });
  while (!begun) absl::SleepFor(absl::Milliseconds(1));
  pacer.Stop();
  worker.join();
}

}  // namespace
}  // namespace orders::application
