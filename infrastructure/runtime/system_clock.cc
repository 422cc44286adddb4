#include "infrastructure/runtime/system_clock.h"

#include "absl/time/clock.h"

namespace orders::infrastructure {

absl::Time SystemClock::Now() { return absl::Now(); }

}  // namespace orders::infrastructure
