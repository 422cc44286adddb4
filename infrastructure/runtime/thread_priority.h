#pragma once

#include "absl/time/time.h"

namespace orders::infrastructure {

/// The calling thread gets the processor when others leave it, for the rest of its life.
void YieldToOthers();

/// The processor time that the calling thread has used so far.
absl::Duration ThreadTime();

}  // namespace orders::infrastructure
