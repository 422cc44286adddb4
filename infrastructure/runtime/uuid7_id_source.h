#pragma once

#include <atomic>
#include <cstdint>

#include "application/ports/clock.h"
#include "application/ports/id_source.h"

namespace orders::infrastructure {

/// UUIDs of version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, 12 bits of their fraction
/// (section 6.2, method 3), 62 random bits of the system's generator. Within one source each id
/// sorts after the one before, also when the clock stands still or steps back.
class Uuid7IdSource final : public application::IdSource {
 public:
  /// `clock` outlives the source.
  explicit Uuid7IdSource(application::Clock& clock) : clock_(clock) {}

  std::string NewId() override;

 private:
  std::uint64_t NextTick();

  application::Clock& clock_;
  std::atomic<std::uint64_t> last_tick_{0};  // Of 1/4096 ms since 1970.
};

}  // namespace orders::infrastructure
