#include "infrastructure/runtime/uuid7_id_source.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/time/time.h"
#include <openssl/rand.h>

#include "eventstoredb/uuid.h"

namespace orders::infrastructure {
namespace {

constexpr std::int64_t kTicksPerMillisecond = 4'096;

/// One draw from the system serves many ids.
class RandomBytes {
 public:
  void Fill(std::uint8_t* out, std::size_t count) {
    if (left_ < count) {
      // Without random numbers no id is safe to give out.
      if (RAND_bytes(pool_.data(), static_cast<int>(pool_.size())) != 1) std::abort();
      left_ = pool_.size();
    }
    left_ -= count;
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(left_), count, out);
  }

 private:
  std::array<std::uint8_t, 1'024> pool_{};
  std::size_t left_ = 0;
};

}  // namespace

std::uint64_t Uuid7IdSource::NextTick() {
  const std::int64_t micros = std::max<std::int64_t>(absl::ToUnixMicros(clock_.Now()), 0);
  const auto now = static_cast<std::uint64_t>(micros / 1'000 * kTicksPerMillisecond +
                                              micros % 1'000 * kTicksPerMillisecond / 1'000);
  std::uint64_t last = last_tick_.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = std::max(now, last + 1);
  } while (!last_tick_.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return next;
}

std::string Uuid7IdSource::NewId() {
  thread_local RandomBytes random;
  const std::uint64_t tick = NextTick();
  const std::uint64_t milliseconds = tick / kTicksPerMillisecond;
  const std::uint64_t fraction = tick % kTicksPerMillisecond;
  eventstoredb::Uuid id;
  for (std::size_t i = 0; i < 6; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
  }
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (fraction >> 8));  // Version 7.
  id.bytes[7] = static_cast<std::uint8_t>(fraction & 0xFF);
  random.Fill(&id.bytes[8], 8);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));  // The RFC's variant.
  return id.ToString();
}

}  // namespace orders::infrastructure
