#include "api/runtime/line_pace.h"

#include <utility>

namespace orders::api {
namespace {

constexpr absl::Duration kLineInterval = absl::Seconds(1);

}  // namespace

std::optional<std::uint64_t> LinePace::Count(absl::Time now) {
  const absl::MutexLock lock(&mutex_);
  ++count_;
  if (now < quiet_until_) return std::nullopt;
  quiet_until_ = now + kLineInterval;
  return std::exchange(count_, 0);
}

}  // namespace orders::api
