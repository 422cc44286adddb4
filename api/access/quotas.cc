#include "api/access/quotas.h"

#include <algorithm>

namespace orders::api {
namespace {

/// One second's worth, and room for one call at least.
double SizeOf(double rate) { return std::max(rate, 1.0); }

}  // namespace

std::optional<absl::Duration> Quotas::Take(const std::string& caller, double rate, double cost,
                                           absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (buckets_.size() >= kCallersMax && !buckets_.contains(caller)) ForgetFull(now);
  const auto [entry, is_new] =
      buckets_.try_emplace(caller, Bucket{.calls = SizeOf(rate), .rate = rate, .filled_at = now});
  Bucket& bucket = entry->second;
  Fill(bucket, rate, now);
  const double needed = std::min(cost, SizeOf(rate));
  if (bucket.calls < needed) return absl::Seconds((needed - bucket.calls) / rate);
  bucket.calls -= needed;
  return std::nullopt;
}

void Quotas::Fill(Bucket& bucket, double rate, absl::Time now) {
  // A clock that was set back fills nothing.
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(now - bucket.filled_at));
  bucket.calls = std::min(SizeOf(rate), bucket.calls + seconds * rate);
  bucket.rate = rate;
  bucket.filled_at = now;
}

void Quotas::ForgetFull(absl::Time now) {
  absl::erase_if(buckets_, [now](auto& entry) {
    Bucket& bucket = entry.second;
    Fill(bucket, bucket.rate, now);
    return bucket.calls >= SizeOf(bucket.rate);
  });
}

}  // namespace orders::api
