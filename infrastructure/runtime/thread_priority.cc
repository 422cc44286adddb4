#include "infrastructure/runtime/thread_priority.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace orders::infrastructure {

void YieldToOthers() {
  // On Linux the niceness is a thread's, though POSIX says the process's: sched(7). What is refused
  // changes nothing but the speed.
  constexpr int kNiceness = 10;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
}

absl::Duration ThreadTime() {
  timespec used{};
  (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);  // Cannot fail: Linux has this clock.
  return absl::DurationFromTimespec(used);
}

}  // namespace orders::infrastructure
