#pragma once

#include "application/ports/clock.h"

namespace orders::infrastructure {

/// The machine's wall clock.
class SystemClock final : public application::Clock {
 public:
  absl::Time Now() override;
};

}  // namespace orders::infrastructure
