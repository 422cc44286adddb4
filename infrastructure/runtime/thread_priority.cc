#include "infrastructure/runtime/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace orders::infrastructure {

void YieldToOthers() {
  // On Linux the niceness is a thread's, though POSIX says the process's: sched(7). What is refused
  // changes nothing but the speed.
  constexpr int kNiceness = 10;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNiceness);
}

}  // namespace orders::infrastructure
