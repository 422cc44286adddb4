#include "api/host/rate_window.h"

#include <algorithm>

namespace orders::api {
namespace {

constexpr absl::Duration kWindowMax = absl::Minutes(1);
constexpr absl::Duration kApartMin = absl::Seconds(1);

}  // namespace

RateWindow::Rates RateWindow::Look(absl::Time start, absl::Time now, const Counts& counts) {
  absl::MutexLock lock(&mutex_);
  while (!samples_.empty() && now - samples_.front().time > kWindowMax) samples_.pop_front();
  const bool has_base = !samples_.empty() && now - samples_.front().time >= kApartMin;
  const Sample none{.time = start, .counts = {}};
  const Sample& base = has_base ? samples_.front() : none;
  Rates rates{.window = std::max(now - base.time, absl::ZeroDuration()), .per_second = {}};
  const double seconds = absl::ToDoubleSeconds(rates.window);
  for (const auto& [name, count] : counts) {
    const auto before = base.counts.find(name);
    const double grown = count - (before == base.counts.end() ? 0 : before->second);
    rates.per_second[name] = seconds > 0 ? std::max(0.0, grown / seconds) : 0;
  }
  if (samples_.empty() || now - samples_.back().time >= kApartMin) {
    samples_.push_back({.time = now, .counts = counts});
  }
  return rates;
}

}  // namespace orders::api
